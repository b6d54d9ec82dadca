"""A label photographed in a studio: held at an angle, bent, out of focus, in bad light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.codes.label import PX_PER_MODULE, Label
from device.imaging.arrays import Float32Array, UInt8Array

FULL_HD_PX = (1920, 1080)
# Samples of the label to a pixel of the photograph, each way, averaged as a sensor does.
_SUPERSAMPLES = 3
_JPEG_QUALITY = 85  # a webcam's MJPEG


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a photograph is taken.

    Attributes:
        px_per_module: width of the thinnest bar, pixels of a 1080p frame.
        blur_px: standard deviation of the lens's blur.
        yaw_degrees: how far the label is turned away from the camera, about a vertical axis.
        roll_degrees: how far it is turned in the picture.
        bend_degrees: how much of a cylinder's circumference it is wrapped around; 0 is flat.
        noise: standard deviation of the sensor's noise, levels of 8 bits.
        contrast: of the label; 1 is black on white, less is grey on grey.
    """

    px_per_module: float
    blur_px: float = 0.6
    yaw_degrees: float = 0.0
    roll_degrees: float = 4.0
    bend_degrees: float = 0.0
    noise: float = 3.0
    contrast: float = 1.0


# Mild, medium and severe: the last is where a person would hold the label again.
CORRUPTIONS: dict[str, tuple[dict[str, float], ...]] = {
    "blur": ({"blur_px": 1.2}, {"blur_px": 1.8}, {"blur_px": 2.6}),
    "turned away": ({"yaw_degrees": 30}, {"yaw_degrees": 45}, {"yaw_degrees": 60}),
    "turned in the picture": ({"roll_degrees": 15}, {"roll_degrees": 30}, {"roll_degrees": 45}),
    "bent": ({"bend_degrees": 60}, {"bend_degrees": 100}, {"bend_degrees": 140}),
    "noise": ({"noise": 8}, {"noise": 16}, {"noise": 28}),
    "low contrast": ({"contrast": 0.5}, {"contrast": 0.3}, {"contrast": 0.15}),
    "all at once": (
        {"blur_px": 0.9, "yaw_degrees": 15, "roll_degrees": 10, "noise": 5, "contrast": 0.8},
        {"blur_px": 1.2, "yaw_degrees": 25, "roll_degrees": 20, "noise": 8, "contrast": 0.6},
        {"blur_px": 1.6, "yaw_degrees": 35, "roll_degrees": 30, "noise": 14, "contrast": 0.4},
    ),
}
SEVERITIES = ("mild", "medium", "severe")


def corrupt(conditions: Conditions, corruption: str, severity: str) -> Conditions:
    """Make conditions worse in one respect."""
    return replace(conditions, **CORRUPTIONS[corruption][SEVERITIES.index(severity)])


def build_background(
    pictures: Sequence[UInt8Array], random: np.random.Generator, *, enlarged: bool
) -> UInt8Array:
    """Fill a frame with one photograph, or with many side by side.

    Args:
        pictures: uint8 (height, width, 3), at least one.
        random: which ones, and how far they are shifted.
        enlarged: one photograph, enlarged until it fills the frame, as a set does; else many,
            unscaled, so that their texture stays, as in a busy room.

    Returns:
        uint8 (1080, 1920, 3).
    """
    width_px, height_px = FULL_HD_PX
    if enlarged:
        picture = pictures[int(random.integers(len(pictures)))]
        scale = width_px / picture.shape[1]
        filled = _fit(picture, (math.ceil(picture.shape[0] * scale), width_px))
        top = int(random.integers(0, max(1, filled.shape[0] - height_px)))
        return np.ascontiguousarray(filled[top : top + height_px])
    columns: list[UInt8Array] = []
    while sum(column.shape[1] for column in columns) < width_px:
        order = random.permutation(len(pictures))
        cell_px = pictures[order[0]].shape[:2]
        count = 2 + height_px // cell_px[0]
        stacked = np.vstack([_fit(pictures[order[n % len(order)]], cell_px) for n in range(count)])
        top = int(random.integers(0, cell_px[0]))
        columns.append(stacked[top : top + height_px])
    return np.ascontiguousarray(np.hstack(columns)[:, :width_px])


def _fit(picture: UInt8Array, size_px: tuple[int, ...]) -> UInt8Array:
    if picture.shape[:2] == size_px:
        return picture
    return np.asarray(cv2.resize(picture, (size_px[1], size_px[0])), np.uint8)


def photograph(
    label: Label, background: UInt8Array, how: Conditions, random: np.random.Generator
) -> UInt8Array:
    """Take a photograph of a label before a background.

    Args:
        label: what is held into the picture.
        background: uint8 (height, width, 3).
        how: the conditions.
        random: for the label's place, its angles' signs and the noise.

    Returns:
        uint8 of the background's shape, after JPEG.
    """
    frame = background.astype(np.float32)
    seen, cover = _project(label, how, random)
    height, width = seen.shape
    rows, columns = frame.shape[0] - height, frame.shape[1] - width
    top, left = (int(random.integers(0, max(1, room))) for room in (rows, columns))
    place = frame[top : top + height, left : left + width]
    seen, cover = (
        seen[: place.shape[0], : place.shape[1]],
        cover[: place.shape[0], : place.shape[1]],
    )
    grey = 128 + (seen - 128) * how.contrast
    place[:] = place * (1 - cover[:, :, None]) + (grey * cover)[:, :, None]
    frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), how.blur_px), np.float32)
    frame += random.standard_normal(frame.shape, np.float32) * np.float32(how.noise)
    noisy = np.clip(frame, 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", noisy, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _project(
    label: Label, how: Conditions, random: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    """Bend, turn and scale a label.

    Returns:
        What is seen, float32 (height, width), and how much of each pixel it covers, 0 to 1.
    """
    height, width = label.pixels.shape
    scale = how.px_per_module / PX_PER_MODULE
    yaw, roll = (
        math.radians(angle) * random.choice((-1, 1))
        for angle in (how.yaw_degrees, how.roll_degrees)
    )
    side = math.ceil(math.hypot(width, height) * scale) + 4
    fine = side * _SUPERSAMPLES
    # For each sample of the photograph, where on the label it looks: the way back of a pinhole
    # camera at a distance of three label widths.
    y, x = (np.indices((fine, fine), np.float32) + 0.5) / _SUPERSAMPLES - side / 2
    x, y = x / scale, y / scale
    x, y = x * math.cos(roll) + y * math.sin(roll), y * math.cos(roll) - x * math.sin(roll)
    distance = 3.0 * width
    depth = distance * math.cos(yaw) - x * math.sin(yaw)
    across = x * distance / depth
    down = y * (distance + across * math.sin(yaw)) / distance
    shade = np.ones_like(across)
    bend = math.radians(how.bend_degrees)
    if bend:
        radius = width / bend
        sine = np.clip(across / radius, -1, 1)
        across = np.arcsin(sine) * radius
        shade = 0.4 + 0.6 * np.sqrt(1 - sine**2)  # it turns away from the light
    inside = (abs(across) <= width / 2) & (abs(down) <= height / 2)
    looks_at = (across + width / 2 - 0.5, down + height / 2 - 0.5)
    seen = cv2.remap(label.pixels.astype(np.float32), *looks_at, cv2.INTER_LINEAR)
    size = (side, side)
    cover = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    averaged = cv2.resize(seen * shade * inside, size, interpolation=cv2.INTER_AREA)
    averaged = averaged / np.maximum(cover, 1e-6)
    return np.asarray(averaged, np.float32), np.asarray(cover, np.float32)
