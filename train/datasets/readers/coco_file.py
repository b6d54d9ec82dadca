"""Read and check one COCO JSON file: its pictures, each with its annotations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.datasets.faults import Faults
from train.datasets.readers.coco_folder import name_other
from train.errors import UsageError
from train.json_file import read_json

_LABEL_STUDIO = "Label Studio"


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
        size: declared height and width; None where the file does not say.
        regions: its annotations.
        fault: why its annotations cannot be used, or "".
    """

    name: str
    size: tuple[int, int] | None
    regions: tuple[Region, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CocoFile:
    """One annotation file.

    Attributes:
        path: where it is.
        pictures: what it lists.
        is_label_studio: whether Label Studio wrote it, which draws on upright pictures and states
            the size of unturned ones.
    """

    path: Path
    pictures: tuple[CocoPicture, ...]
    is_label_studio: bool = False


def read_coco(path: Path, faults: Faults) -> CocoFile:
    """Read and check one file. What is wrong with one picture is a fault of that picture.

    Raises:
        UsageError: the file is not COCO JSON.
    """
    try:
        content = read_json(path)
        hint = name_other(content)
        if hint:
            raise UsageError(f"{path} is not COCO JSON: {hint}")
        names = {each["id"]: str(each["name"]) for each in content["categories"]}
        images: list[Any] = list(content["images"])
        annotations: list[Any] = list(content["annotations"])
        about = content.get("info")
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is not COCO JSON ({type(error).__name__}: {error}): export it again with "
            "images, annotations and categories"
        ) from error
    by_image, broken = _sort_annotations(path, annotations, names, faults)
    pictures = []
    listed: set[str] = set()
    for image in images:
        try:
            listed.add(_key(image["id"]))
            pictures.append(_parse_picture(image, by_image, broken))
        except (ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:  # noqa: PERF203 - one by one
            fault = f"lists a picture {str(image)[:60]} without a name or id ({error!r})"
            faults.add(path, fault, "picture left out: export the file again", unreadable=True)
    for number in sorted(set(by_image) - listed):
        faults.add(
            path,
            f"{len(by_image[number])} annotations are of picture {number}, which it does not list",
            "annotations left out: export the file again",
        )
    contributor = about.get("contributor") if isinstance(about, dict) else None
    return CocoFile(path, tuple(pictures), contributor == _LABEL_STUDIO)


def _key(number: object) -> str:
    """Return an id so that 7 and "7" are one, as some tools mix them."""
    return str(number)


def _sort_annotations(
    path: Path, annotations: list[Any], names: dict[Any, str], faults: Faults
) -> tuple[dict[str, list[Region]], dict[str, str]]:
    """Return the annotations by picture, and what is wrong with a picture's annotations."""
    by_image: dict[str, list[Region]] = defaultdict(list)
    broken: dict[str, str] = {}
    by_name = {_key(number): name for number, name in names.items()}
    for each in annotations:
        try:
            image, category = _key(each["image_id"]), _key(each["category_id"])
            if category not in by_name:
                fault = (
                    f"annotation {each.get('id')} is of category {category}, which the file does "
                    "not list"
                )
                broken[image] = fault
                faults.add(path, fault, "its picture is left out: export the file again")
                continue
            region = Region(each.get("id"), by_name[category], each.get("segmentation"))
            by_image[image].append(region)
        except (KeyError, TypeError, AttributeError) as error:
            fault = f"has an annotation {str(each)[:60]} without picture or category ({error!r})"
            faults.add(path, fault, "annotation left out: export the file again", unreadable=True)
            if isinstance(each, dict) and "image_id" in each:
                broken[_key(each["image_id"])] = "has an annotation without category"
    return by_image, broken


def _parse_picture(
    image: dict[str, Any], regions: dict[str, list[Region]], broken: dict[str, str]
) -> CocoPicture:
    key = _key(image["id"])
    height, width = image.get("height"), image.get("width")
    size = (int(height), int(width)) if height is not None and width is not None else None
    name = str(image["file_name"])
    return CocoPicture(name, size, tuple(regions.get(key, ())), broken.get(key, ""))
