"""The COCO JSON files of an exported folder, and what other JSON files are instead."""

from __future__ import annotations

import re
from pathlib import Path

from train.datasets.faults import Faults
from train.datasets.readers.layout import list_json_files, recognise_format
from train.errors import UsageError
from train.json_file import read_json

_COCO_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:info|licenses|images|annotations|categories)"'
)


def find_coco_files(source: Path, faults: Faults) -> list[Path]:
    """Return the annotation files: ``source`` itself, or those in an exported folder.

    Args:
        source: what a person named.
        faults: takes the files that cannot be read and would have been among them.

    Raises:
        UsageError: the folder holds none.
    """
    if source.is_file():
        return [source]
    listed = list_json_files(source)
    judged = [(path, _judge(path)) for path in listed]
    found = [path for path, kind in judged if kind == "coco"]
    broken = [path for path, kind in judged if kind == "broken"]
    instances = [path for path in found if path.name.startswith("instances")]
    if not found and broken:
        return broken  # reading says what is wrong
    for path in broken:
        if path.name.startswith("instances") or not instances:
            fault = "is cut short or damaged, and its annotations are missing"
            faults.add(path, fault, "left out: export it again", unreadable=True)
    if not found:
        hint = recognise_format(source) or _recognise_json(listed)
        raise UsageError(
            f"{source} holds no COCO JSON: "
            + (
                hint
                or "name the file, or a folder with _annotations.coco.json, "
                "annotations/instances_*.json or result.json"
            )
        )
    return instances or found


def _judge(path: Path) -> str:
    """Return ``coco``, ``broken`` if it was COCO by its name or its beginning, or ""."""
    try:
        content = read_json(path)
    except (OSError, ValueError):
        if path.name.endswith(".coco.json"):
            return "coco"  # named so that reading it must succeed
        named = path.name.startswith("instances") or path.name == "result.json"
        return "broken" if named or _begins_like_coco(path) else ""
    is_coco = isinstance(content, dict) and {"images", "annotations", "categories"} <= set(content)
    return "coco" if is_coco else ""


def _begins_like_coco(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _COCO_BEGINNING.match(file.read(64)) is not None
    except OSError:
        return False


def _recognise_json(paths: list[Path]) -> str:
    """Return what JSON files are that are no COCO, and what to do; or ""."""
    for path in paths:
        try:
            hint = name_other(read_json(path))
        except (OSError, ValueError):
            continue
        if hint:
            return hint
    return ""


def name_other(content: object) -> str:
    """Return what JSON is that is no COCO, and what to do; or ""."""
    if isinstance(content, dict) and {"shapes", "imagePath"} <= set(content):
        return "its JSON files are LabelMe's: use `import labelme`"
    first = content[0] if isinstance(content, list) and content else None
    if isinstance(first, dict) and ({"data", "annotations"} <= set(first) or "image" in first):
        return "it is Label Studio's own JSON: export it as COCO"
    return ""
