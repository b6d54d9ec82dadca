"""Whether two folders of alphas hold the same masks: ``python tests/mask_agreement.py A B``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def main() -> int:
    """Compare; returns 1 when a mask differs by more than is allowed or has no partner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--min-iou", type=float, default=0.995)
    options = parser.parse_args()
    names = sorted(path.name for path in options.first.glob("*.png"))
    if not names or names != sorted(path.name for path in options.second.glob("*.png")):
        print("the two folders do not hold the same pictures", file=sys.stderr)
        return 1
    ious = {name: _iou(options.first / name, options.second / name) for name in names}
    worst = min(ious, key=lambda name: ious[name])
    print(
        f"{options.second} against {options.first}: {len(ious)} masks, worst IoU "
        f"{ious[worst]:.4f} ({worst}), mean {sum(ious.values()) / len(ious):.4f}"
    )
    return 0 if ious[worst] >= options.min_iou else 1


def _iou(first: Path, second: Path) -> float:
    with Image.open(first) as one, Image.open(second) as other:
        a, b = np.asarray(one.convert("L")) >= 128, np.asarray(other.convert("L")) >= 128
    return 0.0 if a.shape != b.shape else float((a & b).sum() / max(1, int((a | b).sum())))


if __name__ == "__main__":
    sys.exit(main())
