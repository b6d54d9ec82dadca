"""Read and check one COCO JSON file: its pictures, each with its annotations."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.datasets.faults import Faults
from train.errors import UsageError


@dataclass(frozen=True, slots=True)
class Region:
    """One annotation.

    Attributes:
        number: its id, for messages.
        label: name of its category.
        outline: its ``segmentation``, unchecked.
    """

    number: object
    label: str
    outline: object


@dataclass(frozen=True, slots=True)
class CocoPicture:
    """One picture of the file.

    Attributes:
        name: its ``file_name``, unchanged.
        size: declared height and width.
        regions: its annotations.
    """

    name: str
    size: tuple[int, int]
    regions: tuple[Region, ...]


def find_coco_files(source: Path) -> list[Path]:
    """Return the annotation files: ``source`` itself, or those in an exported folder.

    Raises:
        UsageError: the folder holds none.
    """
    if source.is_file():
        return [source]
    found = [path for path in sorted(source.rglob("*.json")) if _looks_like_coco(path)]
    instances = [path for path in found if path.name.startswith("instances")]
    if not found:
        raise UsageError(
            f"{source} holds no COCO JSON: name the file, or a folder with "
            "_annotations.coco.json, annotations/instances_*.json or result.json"
        )
    return instances or found


def _looks_like_coco(path: Path) -> bool:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return path.name.endswith(".coco.json")
    return isinstance(content, dict) and {"images", "annotations", "categories"} <= set(content)


def read_coco(path: Path, faults: Faults) -> list[CocoPicture]:
    """Read and check one file.

    Raises:
        UsageError: the file is not COCO JSON.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        names = {each["id"]: str(each["name"]) for each in content["categories"]}
        images: list[dict[str, Any]] = content["images"]
        by_image: dict[object, list[Region]] = defaultdict(list)
        for each in content["annotations"]:
            label = names.get(each["category_id"])
            if label is None:
                faults.add(
                    path,
                    f"annotation {each.get('id')} is of category {each['category_id']}, "
                    "which the file does not list",
                    "annotation left out: export the file again",
                )
                continue
            by_image[each["image_id"]].append(
                Region(each.get("id"), label, each.get("segmentation"))
            )
        pictures = [_parse_picture(each, by_image) for each in images]
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is not COCO JSON ({type(error).__name__}: {error}): export it again with "
            "images, annotations and categories"
        ) from error
    for number in sorted(set(by_image) - {each["id"] for each in images}, key=str):
        faults.add(
            path,
            f"{len(by_image[number])} annotations are of picture {number}, which it does not list",
            "annotations left out: export the file again",
        )
    return pictures


def _parse_picture(image: dict[str, Any], regions: dict[object, list[Region]]) -> CocoPicture:
    size = int(image["height"]), int(image["width"])
    return CocoPicture(str(image["file_name"]), size, tuple(regions.get(image["id"], ())))
