"""A network as a .keras file that is the same to the byte for the same weights."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

_SHARED = "shared_object_id"


def save_model(model: keras.Model, path: Path) -> None:
    """Write a network, whole or not at all.

    Keras writes the time and addresses of objects into the archive. Without them a file's hash
    says which weights it has, so that what was made from it is recognised after a repeated run.

    Args:
        model: the network.
        path: a name that ends with .keras.
    """
    saved, aside = (path.with_name(f".{path.stem}.{each}.keras") for each in ("saved", "part"))
    model.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(aside, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            kept = _settle(content) if name.endswith(".json") else content
            new.writestr(zipfile.ZipInfo(name), kept)  # with the first date that archives know
    saved.unlink()
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)


def _settle(content: bytes) -> bytes:
    """Drop the date, and number shared objects in their order instead of by address."""
    numbers: dict[int, int] = {}

    def settle(part: dict[str, Any]) -> dict[str, Any]:
        part.pop("date_saved", None)
        if _SHARED in part:
            part[_SHARED] = numbers.setdefault(part[_SHARED], len(numbers) + 1)
        return part

    return json.dumps(json.loads(content, object_hook=settle)).encode()
