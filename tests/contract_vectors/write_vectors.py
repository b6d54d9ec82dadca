"""Write the vectors anew: ``python -m tests.contract_vectors.write_vectors``.

Cases are chosen and drawn here; what they should give comes from `reference`, which imports
nothing of the product. Run it after adding a case, and commit what it writes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.contract_vectors.cases.geometry import TABLES, draw_frames, draw_logits
from tests.contract_vectors.cases.masks import SETS, draw_masks
from tests.contract_vectors.cases.photos import Photo, draw_photos
from tests.contract_vectors.reference import geometry, masks

DATA = Path(__file__).parent / "data"


def letterbox_vectors() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Frames and the inputs that they become."""
    cases, arrays = [], {}
    for name, (frame, canvas, fill) in draw_frames().items():
        spot = geometry.place((frame.shape[0], frame.shape[1]), canvas)
        size = frame.shape[0], frame.shape[1]
        cases.append(
            {
                "name": name,
                "input": list(canvas),
                "fill": list(fill),
                "place": vars(spot),
                "exact": geometry.is_exact(size, canvas),
            }
        )
        arrays[f"{name}/frame"] = frame
        arrays[f"{name}/input"] = geometry.letterbox(frame, canvas, fill)
    return cases, arrays


def way_back_vectors() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Logits and what they are on the frame."""
    cases, arrays = [], {}
    for name, (logits, frame, canvas) in draw_logits().items():
        spot, stride = geometry.place(frame, canvas), canvas[0] // logits.shape[0]
        rows = geometry.cells_on_frame(logits.shape[0], stride, spot.top, spot.height)
        columns = geometry.cells_on_frame(logits.shape[1], stride, spot.left, spot.width)
        cases.append(
            {
                "name": name,
                "frame": list(frame),
                "input": list(canvas),
                "stride": stride,
                "rows_on_frame": list(rows),
                "columns_on_frame": list(columns),
            }
        )
        arrays[f"{name}/logits"] = logits
        arrays[f"{name}/frame"] = geometry.logits_to_frame(logits, frame, spot, stride)
    return cases, arrays


def table_vectors() -> list[dict[str, Any]]:
    """Ways in which a model takes pixels, with the value of each of the 256 levels."""
    return [{**case, "values": geometry.input_values(**case)} for case in TABLES]


def mask_vectors() -> tuple[dict[str, Any], dict[str, Any]]:
    """Pairs of masks and their figures, and sets of such pairs."""
    drawn = draw_masks()
    pairs = [
        {
            "name": name,
            "intersection_px": masks.overlap(prediction, truth)[0],
            "union_px": masks.overlap(prediction, truth)[1],
            "iou": masks.picture_iou(prediction, truth),
            "boundary_f": masks.boundary_f(prediction, truth, masks.tolerance_px(truth)),
            "boundary_f_2px": masks.boundary_f(prediction, truth, 2.0),
        }
        for name, (prediction, truth) in drawn.items()
    ]
    sets = [
        {
            "name": name,
            "pairs": list(members),
            "garment_iou": masks.pooled_iou([drawn[member] for member in members]),
            "boundary_f": masks.mean_boundary_f([drawn[member] for member in members]),
        }
        for name, members in SETS.items()
    ]
    arrays = {}
    for name, (prediction, truth) in drawn.items():
        arrays[f"{name}/prediction"], arrays[f"{name}/truth"] = prediction, truth
    return {"pairs": pairs, "sets": sets}, arrays


def _write(name: str, record: object, arrays: dict[str, Any] | None = None) -> None:
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (DATA / f"{name}.json").write_text(text, "utf-8")
    if arrays is not None:
        np.savez_compressed(DATA / f"{name}.npz", **arrays)


def _write_photos(photos: list[Photo]) -> None:
    (DATA / "photos").mkdir(exist_ok=True)
    for photo in photos:
        (DATA / "photos" / photo.file).write_bytes(photo.content)
    record = [{"file": photo.file, "within_levels": photo.within_levels} for photo in photos]
    arrays = {photo.file: photo.pixels for photo in photos if photo.pixels is not None}
    _write("photos", record, arrays)


def main() -> int:
    """Write every file below ``data``."""
    DATA.mkdir(exist_ok=True)
    _write("letterbox", *letterbox_vectors())
    _write("way_back", *way_back_vectors())
    _write("input_tables", table_vectors())
    _write("masks", *mask_vectors())
    _write_photos(draw_photos())
    return 0


if __name__ == "__main__":
    sys.exit(main())
