"""The folder inside a folder that unpacked archives leave, and what a folder is instead."""

from __future__ import annotations

from pathlib import Path

from train.datasets.photograph import is_hidden

_CVAT = "it is CVAT's own XML: export it as 'COCO 1.0' or 'Segmentation mask 1.1'"
_SUPERVISELY = "it is Supervisely's own form: export it as COCO, or as masks for `import pairs`"
_ROBOFLOW = (
    "it is Roboflow's 'Semantic Segmentation Masks': use `import pairs DIR DIR --mask-suffix _mask "
    "--garment-label N`, with the numbers of _classes.csv"
)


def _list_visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name[0] != "." and path.name != "__MACOSX"]


def list_json_files(folder: Path) -> list[Path]:
    """Return the JSON files below a folder that are for people, sorted by path."""
    return [
        path
        for path in sorted(folder.rglob("*.json"))
        if path.is_file() and not is_hidden(path, folder)
    ]


def enter_single_folder(folder: Path) -> Path:
    """Return the innermost folder that holds more than one folder alone."""
    inside = _list_visible(folder)
    while len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink():
        folder = inside[0]
        inside = _list_visible(folder)
    return folder


def find_above(folder: Path, name: str) -> Path:
    """Return the one folder, ``folder`` or below it, that holds a folder ``name``."""
    if (folder / name).is_dir():
        return folder
    found = [path.parent for path in sorted(folder.rglob(name)) if path.is_dir()]
    return found[0] if len(found) == 1 else folder


def recognise_format(folder: Path) -> str:
    """Return what a folder holds instead of the format asked for, and what to do; else ""."""
    files = [path for path in folder.rglob("*") if path.name[0] != "."]
    names, folders = {path.name for path in files}, {path.parent.name for path in files}
    suffixes = {path.suffix.lower() for path in files}
    signs = (
        ("SegmentationClass" in folders, "it looks like PASCAL VOC masks: use `import voc`"),
        ("annotations.xml" in names, _CVAT),
        ("meta.json" in names and "ann" in folders, _SUPERVISELY),
        ("data.yaml" in names or "classes.txt" in names, "it is YOLO: export it as COCO"),
        ("_classes.csv" in names, _ROBOFLOW),
        (".xml" in suffixes, "its XML files are another tool's: export it as COCO"),
        (".zip" in suffixes, "it holds an archive: name that, or unpack it"),
    )
    return next((hint for found, hint in signs if found), "")
