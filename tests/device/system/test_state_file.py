"""Files that a program remembers things in, whatever has become of them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device.cameras.folder_memory import FolderMemory, Version
from device.errors import UsageError
from device.shots.ledger import Ledger
from device.shots.spool import Spool
from device.system import state_file
from device.system.folder_lock import FolderLock
from device.system.state_file import parse_object, read_document, read_lines
from tests.support.spooled_shots import add_shot, make_shot_id

_BAD = {
    "deep": b'{"serial":' + b"[" * 100_000,
    "deep and closed": b'{"serial": 1, "takes": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "no object": b"[1, 2]",
    "null": b"null",
    "not UTF-8": b'{"serial": 1, "takes": {"sku/\xff\xfe": 1}, "answers": {}}',
    "UTF-16": '{"serial": 7}'.encode("utf-16"),
    "empty": b"",
    "zeros": bytes(5000),
    "infinite": b'{"serial": Infinity, "takes": {}, "answers": {}}',
    "too large": b'{"serial": 1e999, "takes": {}, "answers": {}}',
    "many digits": b'{"serial": ' + b"9" * 10_000 + b"}",
    "not a number": b'{"serial": NaN, "takes": {"sku/a": NaN}, "answers": {}}',
    "no keys": b"{}",
    "wrong types": b'{"serial": "7", "takes": [1], "answers": {"a": 1, "b": {"code": 3}}}',
    "below zero": b'{"serial": -7, "takes": {"stem/a": -1}, "answers": {}}',
}


def _lay_nothing_readable(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
        (path / "file").write_bytes(b"x")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.with_name("target").write_bytes(b'{"serial": 5, "takes": {}, "answers": {}}')
        path.symlink_to(path.with_name("target"))
    elif kind == "link to itself":
        path.symlink_to(path)
    else:
        path.symlink_to("/dev/zero")


_KINDS = ["folder", "pipe", "link", "link to itself", "link to a device"]


@pytest.mark.parametrize("content", _BAD.values(), ids=_BAD)
def test_ledger_of_any_content_starts_and_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    """The rig goes on above what waits, and what it could not read is there for a person."""
    (tmp_path / "ledger.json").write_bytes(content)
    ledger = Ledger(tmp_path, newest_serial=41)
    assert ledger.number(sku="a", view=None, stem=None) == (42, 1)
    assert (tmp_path / "ledger.torn").read_bytes() == content
    assert Ledger(tmp_path, 0).number(sku="a", view=None, stem=None) == (43, 2)


def test_what_is_whole_in_a_damaged_ledger_is_kept(tmp_path: Path) -> None:
    """One bad entry costs that entry; a lost serial number is found again in the answers."""
    answer = '{"code": "taken", "shot_id": "20261122T144800123Z-rig-0077"}'
    (tmp_path / "ledger.json").write_text(
        f'{{"takes": {{"sku/a/": 3, "sku/b/": "x"}}, "answers": {{"r-1": {answer}, "r-2": 5}}}}',
        "utf-8",
    )
    ledger = Ledger(tmp_path, 0)
    assert ledger.number(sku="a", view=None, stem=None) == (78, 4)
    assert ledger.number(sku="b", view=None, stem=None) == (79, 1)
    assert ledger.answer("r-1") is not None
    assert ledger.answer("r-2") is None


def test_half_letters_in_a_ledger_do_not_stop_numbering(tmp_path: Path) -> None:
    """A key that no UTF-8 can hold is JSON all the same, and is written as it can be."""
    text = r'{"serial": 3, "takes": {"stem/\ud800": 2}, "answers": {"\udfff": {"code": "\ud800"}}}'
    (tmp_path / "ledger.json").write_text(text, "ascii")
    assert Ledger(tmp_path, 0).number(sku="a", view=None, stem=None) == (4, 1)
    assert Ledger(tmp_path, 0).number(sku="a", view=None, stem=None) == (5, 2)


@pytest.mark.parametrize("kind", _KINDS)
def test_what_is_no_file_is_put_aside_whoever_reads_it(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder, a pipe or a link in a file's place keeps neither lock, ledger nor list from it."""
    for name in ("ledger.json", "hot-folder.jsonl", ".lock"):
        _lay_nothing_readable(tmp_path / name, kind)
        (tmp_path / "target").unlink(missing_ok=True)
    lock = FolderLock(tmp_path, "--state-dir")
    assert Ledger(tmp_path, 0).number(sku=None, view=None, stem=None) == (1, 1)
    memory = FolderMemory(tmp_path / "hot-folder.jsonl")
    memory.add(Version("a", 1, 2, "3"))
    assert FolderMemory(tmp_path / "hot-folder.jsonl").has_seen("a", 1, 2)
    lock.release()
    for name in ("ledger.torn", "hot-folder.torn", ".lock.torn"):
        assert os.path.lexists(tmp_path / name)
        assert f"put aside as {name}" in caplog.text


def test_list_is_read_in_pieces_however_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that became huge is read up to a limit and put aside; its whole lines count."""
    monkeypatch.setattr(state_file, "LARGEST_LIST_BYTES", 3_000_000)
    path = tmp_path / "hot-folder.jsonl"
    FolderMemory(path).add(Version("a", 1, 2, "3"))
    os.truncate(path, 10_000_000_000)
    assert FolderMemory(path).has_seen("a", 1, 2)
    assert (tmp_path / "hot-folder.torn").stat().st_size == 10_000_000_000
    assert FolderMemory(path).has_seen("a", 1, 2)


def test_huge_document_is_put_aside(tmp_path: Path) -> None:
    """A ledger of gigabytes is not read into memory."""
    path = tmp_path / "ledger.json"
    path.touch()
    os.truncate(path, 10_000_000_000)
    assert read_document(path) is None
    assert (tmp_path / "ledger.torn").exists()


def test_one_error_of_the_disk_says_nothing_about_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that fails for a moment is tried again, and the file stays where it is."""
    monkeypatch.setattr(state_file, "_PAUSES_S", (0.0, 0.0))
    (tmp_path / "list").write_bytes(b"a\nb")
    real_open, failures = os.open, [errno.EMFILE, errno.EIO]

    def fail(path: Path, flags: int) -> int:
        if failures:
            raise OSError(failures.pop(), "not now")
        return real_open(path, flags)

    monkeypatch.setattr("device.system.state_file.os.open", fail)
    assert list(read_lines(tmp_path / "list")) == [b"a", b"b"]


def test_file_of_another_user_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only lacks a right is whole: it is not put aside, and the sentence says what to do."""
    (tmp_path / "ledger.json").write_bytes(b"{}")

    def refuse(_: Path, __: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("device.system.state_file.os.open", refuse)
    with pytest.raises(UsageError, match="give this user the right to read it"):
        Ledger(tmp_path, 0)
    assert (tmp_path / "ledger.json").exists()


@pytest.mark.parametrize("kind", _KINDS)
def test_shot_that_holds_more_than_files_is_put_aside(tmp_path: Path, kind: str) -> None:
    """A link or a pipe among the files of a waiting shot is never followed or waited for."""
    spool = Spool(tmp_path, 10**9)
    for serial in (1, 2):
        add_shot(spool, make_shot_id(serial))
    broken = tmp_path / "spool" / make_shot_id(1) / "picture.png"
    broken.unlink()
    _lay_nothing_readable(broken, kind)
    assert Spool(tmp_path, 10**9).waiting() == (make_shot_id(2),)
    assert (tmp_path / "torn" / make_shot_id(1)).is_dir()


def test_file_in_the_place_of_the_spool_is_put_aside(tmp_path: Path) -> None:
    """The folders are made anew."""
    for name in ("spool", "torn"):
        (tmp_path / name).write_bytes(b"?")
    add_shot(Spool(tmp_path, 10**9), make_shot_id(1))
    assert (tmp_path / "spool.torn").read_bytes() == b"?"


@pytest.mark.parametrize("text", [b"\xef\xbb\xbf{}", b"{}", b' {"a": [1.5, null]} '])
def test_what_json_allows_is_read(text: bytes) -> None:
    """An editor's byte order mark is no fault."""
    assert isinstance(parse_object(text), dict)
