"""Archives as they were downloaded: unpacked beside the data set to be, and removed afterwards."""

from __future__ import annotations

import contextlib
import errno
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from train.datasets.faults import Faults
from train.errors import UsageError

_OTHER_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst")
_UTF8_NAME = 0x800  # flag of a member
_FULL = (errno.ENOSPC, errno.EDQUOT)
# What damage raises, beside OSError: each method of compression has an error of its own.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError)


@contextlib.contextmanager
def unpack_archives(sources: list[Path], out: Path, faults: Faults) -> Iterator[dict[Path, Path]]:
    """Unpack those sources that are archives; within the block their folders exist.

    Args:
        sources: files and folders that a person named.
        out: the data set to be made, beside which there is room.
        faults: takes members that are damaged, and names the archive in all that follows.

    Yields:
        The folder of each source that is an archive.

    Raises:
        UsageError: an archive is damaged, of another kind, has a password, or does not fit.
    """
    archives = [path for path in dict.fromkeys(sources) if _is_archive(path)]
    base = out.absolute().with_name(f".{out.name}.unpacked")
    try:
        shutil.rmtree(base, ignore_errors=True)  # left by an import that was killed
        yield {path: _unpack(path, base / str(n), faults) for n, path in enumerate(archives)}
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _is_archive(path: Path) -> bool:
    if not path.is_file():
        return False
    if path.suffix.lower() in _OTHER_ARCHIVES:
        raise UsageError(f"{path} is an archive: unpack it and name its folder")
    return path.suffix.lower() == ".zip" or zipfile.is_zipfile(path)


def _unpack(path: Path, folder: Path, faults: Faults) -> Path:
    faults.rename(folder, path)
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            size_bytes = sum(each.file_size for each in members)
            if size_bytes > shutil.disk_usage(folder).free:
                raise UsageError(
                    f"{path} holds {size_bytes / 1e9:.1f} GB unpacked, for which {folder.parent} "
                    "has no room: name an OUT on another disk"
                )
            for member in members:
                _unpack_member(archive, member, folder, faults)
    except _DAMAGE as error:
        raise UsageError(f"{path} is no whole ZIP archive ({error}): download it again") from error
    except OSError as error:
        why = error.strerror or error
        fix = "name an OUT on another disk" if error.errno in _FULL else "unpack it first"
        raise UsageError(f"{path} cannot be unpacked ({why}): {fix}") from error
    except (RuntimeError, NotImplementedError) as error:
        raise UsageError(f"{path} cannot be unpacked here ({error}): unpack it first") from error
    return folder


def _unpack_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, faults: Faults
) -> None:
    parts = [part for part in _read_name(member).split("/") if part not in ("", ".", "..")]
    if not parts or "__MACOSX" in parts or parts[-1].startswith("."):
        return
    target = folder.joinpath(*parts)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        with contextlib.suppress(OSError):
            target.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            fault = f"cannot be unpacked ({error.strerror})"
            fix = "left out: unpack the archive and name its folder"
        else:
            fault = f"is damaged in the archive ({error})"
            fix = "left out: download the archive again"
        faults.add(target, fault, fix, unreadable=True)


def _read_name(member: zipfile.ZipInfo) -> str:
    """Return a member's path; macOS writes UTF-8 and does not say so, Windows backslashes."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").replace("\0", "")
