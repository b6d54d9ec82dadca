"""A model bundle: the folder with a model and everything that the device must know about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device.bundle.checked_file import read_once
from device.bundle.manifest import Fields, parse_manifest, read_manifest
from device.bundle.shipped import find_shipped_bundle
from device.bundle.signature import check_signature
from device.bundle.specs import GARMENT_LOGIT, PERSON_LOGIT, InputSpec, IouModel, OutputSpec
from device.errors import UsageError

# A hundred times the model that ships, and little enough for the memory of a small board.
_LARGEST_FILE_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of the bundle, read once: what is used is what was checked.

    Attributes:
        path: where it was; for people, as what lies there may be another file by now.
        content: its bytes, whose sha256 is the manifest's.
    """

    path: Path
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GoldenFrame:
    """A picture with the mask that the model must find in it, for a rig to test itself.

    Attributes:
        frame: JPEG, RGB.
        mask: 8-bit grey PNG of the frame's size; from 128 on is garment.
        min_iou: how much of it must be found again; kernels differ by a step or two.
    """

    frame: BundleFile
    mask: BundleFile
    min_iou: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """A read manifest; ``files`` maps a backend (``cpu``, ``edgetpu``) to its model.

    ``person`` describes the model's second output, None where it has none.
    """

    folder: Path
    id: str
    name: str
    version: str
    created: str
    licence: str
    files: Mapping[str, BundleFile]
    input: InputSpec
    output: OutputSpec
    classes: Mapping[str, str]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    golden: GoldenFrame | None = None
    iou_model: IouModel | None = None
    person: OutputSpec | None = None


def load_bundle(path: Path, *, trust: Path | None = None) -> Bundle:
    """Read a bundle's manifest and its files, and compare each file's sha256 with it.

    Args:
        path: the bundle's folder, or the bare name of one that ships with the package.
        trust: a public key; a bundle that its owner has not signed is refused.

    Raises:
        UsageError: the folder, the manifest or a file is missing, broken, changed, or newer
            than this version reads; or the signature is not the trusted one's.
    """
    path = find_shipped_bundle(path)
    manifest = read_manifest(path)
    if trust is not None:
        check_signature(path, manifest, trust)
    fields = parse_manifest(path, manifest)
    files = fields.section("files")
    if "cpu" not in files.names():
        raise UsageError(
            f'bundle {path} names no "cpu" model in files: make it again with `python -m convert`'
        )
    spec = (
        _read_input_spec(fields.section("input")),
        _read_output_spec(fields.section("output"), GARMENT_LOGIT),
    )
    _check_grid(path, *spec)
    person = None
    if "auxiliary" in fields.names():
        person = _read_output_spec(fields.section("auxiliary").section("person"), PERSON_LOGIT)
        _check_grid(path, spec[0], person)
    models = {role: _read_file(path, files.section(role)) for role in files.names()}
    golden = _read_golden(path, fields.section("golden")) if "golden" in fields.names() else None
    return Bundle(
        folder=path,
        id=fields.text("id"),
        name=fields.text("name"),
        version=fields.text("version"),
        created=fields.text("created"),
        licence=fields.text("licence"),
        files=models,
        input=spec[0],
        output=spec[1],
        classes=fields.mapping("classes"),
        recipe=fields.mapping("recipe"),
        quality=fields.mapping("quality"),
        training=fields.mapping("training"),
        golden=golden,
        iou_model=_read_iou_model(fields),
        person=person,
    )


def _read_iou_model(fields: Fields) -> IouModel | None:
    """Read the section that `python -m train verdict` adds; None where it is missing."""
    if "iou_model" not in fields.names():
        return None
    section = fields.section("iou_model")
    return IouModel(
        intercept=section.number("intercept"),
        soft_iou=section.number("soft_iou"),
        agreement=section.number("agreement"),
        mean_agreement=section.number("mean_agreement"),
        offset=section.positive("offset"),
        # Bundles fitted before it was measured have none.
        doubt_share=section.number("doubt_share") if "doubt_share" in section.names() else 0.0,
    )


def _read_golden(folder: Path, fields: Fields) -> GoldenFrame:
    return GoldenFrame(
        frame=_read_file(folder, fields.section("frame")),
        mask=_read_file(folder, fields.section("mask")),
        min_iou=fields.positive("min_iou"),
    )


def _read_input_spec(fields: Fields) -> InputSpec:
    dtype, scale, zero_point = fields.quantisation()
    normalisation = fields.section("normalisation")
    return InputSpec(
        height_px=fields.count("height_px"),
        width_px=fields.count("width_px"),
        channels=fields.one_of("channels", (3,)),
        colour_order=fields.one_of("colour_order", ("RGB", "BGR")),
        dtype=dtype,
        scale=scale,
        zero_point=zero_point,
        mean=normalisation.number("mean"),
        std=normalisation.positive("std"),
        letterbox_fill=fields.colour("letterbox_fill"),
    )


def _read_output_spec(fields: Fields, meaning: str) -> OutputSpec:
    dtype, scale, zero_point = fields.quantisation()
    return OutputSpec(
        height_px=fields.count("height_px"),
        width_px=fields.count("width_px"),
        channels=fields.one_of("channels", (1,)),
        dtype=dtype,
        scale=scale,
        zero_point=zero_point,
        stride=fields.count("stride"),
        meaning=fields.one_of("meaning", (meaning,)),
    )


def _check_grid(folder: Path, taken: InputSpec, made: OutputSpec) -> None:
    for pixels, cells in ((taken.height_px, made.height_px), (taken.width_px, made.width_px)):
        if cells != -(-pixels // made.stride):
            raise UsageError(
                f"bundle {folder} names {cells} cells for {pixels} pixels of input at a stride of "
                f"{made.stride}: make it again with `python -m convert`"
            )


def _read_file(folder: Path, fields: Fields) -> BundleFile:
    name, sha256 = fields.text("name"), fields.text("sha256").lower()
    fields.count("size_bytes")  # For people; the checksum says more.
    if Path(name).name != name:  # A manifest from elsewhere must not reach out of its folder.
        raise UsageError(f"bundle {folder} names the file {name!r}: it must lie in the bundle")
    path = folder / name
    try:
        content = read_once(path, _LARGEST_FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"bundle {folder} lacks {name}, which its manifest names: copy it whole"
        ) from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): give this user rights on the bundle, or"
            " copy it again"
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise UsageError(
            f"{path} has sha256 {found[:12]}… but its manifest says {sha256[:12]}…: "
            "the file was changed or cut short, copy the bundle again"
        )
    return BundleFile(path, content)
