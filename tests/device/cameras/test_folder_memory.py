"""The list of photos that were shot, on a disk that refuses for a while."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device.cameras.folder_memory import FolderMemory, Version

PHOTO = Version("a.png", 1, 2, "0" * 64)


@pytest.fixture(name="disk")
def _disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A disk that refuses with the error in the list; empty, it takes everything."""
    refusal: list[int] = []
    sync = os.fsync

    def sync_or_refuse(descriptor: int) -> None:
        if refusal:
            raise OSError(refusal[0], os.strerror(refusal[0]))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_or_refuse)
    monkeypatch.setattr("device.cameras.folder_memory._RETRY_S", 0.0)
    return refusal


def test_refused_line_is_written_when_the_disk_takes_it(
    tmp_path: Path, disk: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """A photo whose listing was refused is listed later, without another photo; told once."""
    memory = FolderMemory(tmp_path / "list")
    (tmp_path / "list").touch()
    disk.append(errno.EROFS)
    memory.add(PHOTO)
    memory.flush()
    memory.flush()
    assert caplog.text.count("is tried again") == 1
    disk.clear()
    memory.flush()
    assert FolderMemory(tmp_path / "list").contains(PHOTO)


def test_full_disk_lets_the_archive_give_way(tmp_path: Path, disk: list[int]) -> None:
    """Where the disk is full the oldest delivered shots make room for the line."""
    asked: list[int] = []

    def give_way(size_bytes: int) -> bool:
        asked.append(size_bytes)
        disk.clear()
        return True

    memory = FolderMemory(tmp_path / "list", give_way=give_way)
    disk.append(errno.ENOSPC)
    memory.add(PHOTO)
    assert len(asked) == 1
    assert FolderMemory(tmp_path / "list").contains(PHOTO)
