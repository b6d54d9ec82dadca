"""The command that corrects the mask of a shot."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import cv2
import numpy as np

from device.commands.command_desk import Command, CommandRefusedError
from device.contract.command_payload import BadRequestError, read_shot_id
from device.correction.corrector import replay
from device.correction.stroke import Stroke, read_stroke
from device.delivery.command_intake import Asker
from device.imaging.arrays import UInt8Array
from device.shots.corrected_take import CorrectedTakes
from device.shots.frame_store import KeptFrame

_MOST_STROKES = 500
_NO_PNG = "alpha_png is no PNG of 8-bit grey"
# A mask of 100 megapixels packs into less, and so do all strokes of an afternoon.
LARGEST_BYTES = 4_500_000


def make_correct(takes: CorrectedTakes) -> Command:
    """Return the command (``schemas/correct-request.json``); it is slow, and answers at its end."""

    def correct(request_id: str, fields: dict[str, Any], _: Asker) -> dict[str, Any]:
        shot_id = read_shot_id(fields, request_id)
        if (fields.get("strokes") is None) == (fields.get("alpha_png") is None):
            raise BadRequestError("the request has one of strokes and alpha_png", request_id)
        strokes = _read_strokes(fields, request_id)
        png = _read_png(fields, request_id)

        def change(kept: KeptFrame) -> UInt8Array:
            if png is None:
                return replay(kept.frame, kept.alpha, strokes)
            # Before it is unpacked: a small file may claim more pixels than there is memory.
            if _find_size(png) != kept.alpha.shape:
                (down, across), (height, width) = _find_size(png), kept.alpha.shape
                raise CommandRefusedError(
                    f"alpha_png has {across}x{down} pixels and the frame {width}x{height}"
                )
            alpha = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
            if alpha is None:
                raise BadRequestError(_NO_PNG, request_id)
            return np.asarray(alpha, dtype=np.uint8)

        described = [stroke.describe() for stroke in strokes]
        taken = takes.save(shot_id, change, described, request_id)
        return {"shot_id": taken["id"], "replaces": shot_id}

    keys = ("shot_id", "strokes", "alpha_png")
    return Command("correct", keys, correct, LARGEST_BYTES, is_slow=True)


def _read_strokes(fields: dict[str, Any], request_id: str) -> tuple[Stroke, ...]:
    strokes = fields.get("strokes")
    if strokes is None:
        return ()
    if not isinstance(strokes, list) or not 1 <= len(strokes) <= _MOST_STROKES:
        raise BadRequestError(f"strokes is not a list of 1 to {_MOST_STROKES}", request_id)
    try:
        return tuple(map(read_stroke, strokes))
    except ValueError as error:
        raise BadRequestError(str(error), request_id) from error


def _read_png(fields: dict[str, Any], request_id: str) -> bytes | None:
    text = fields.get("alpha_png")
    if text is None:
        return None
    try:
        data = base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequestError("alpha_png is no base64", request_id) from error
    if not _is_grey_png(data):
        raise BadRequestError(_NO_PNG, request_id)
    return data


def _is_grey_png(data: bytes) -> bool:
    """Whether the bytes begin as a PNG of 8-bit grey does; nothing is unpacked."""
    is_png = data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 33
    return is_png and tuple(data[24:26]) == (8, 0)


def _find_size(png: bytes) -> tuple[int, int]:
    """Return the height and width that a PNG claims to have."""
    return int.from_bytes(png[20:24], "big"), int.from_bytes(png[16:20], "big")
