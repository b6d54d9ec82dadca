"""Bundles that a rig refuses because they are not its maker's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convert.__main__ import main as convert
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.errors import UsageError

PROJECT = Path(__file__).parents[3]


@pytest.fixture(name="signed")
def _signed(tmp_path: Path) -> Path:
    """A signed copy of the default bundle; the keys are ``key`` and ``key.pub`` beside it."""
    copy = Path(shutil.copytree(default_bundle_path(), tmp_path / "bundle"))
    assert convert(["keygen", str(tmp_path / "key")]) == 0
    assert convert(["sign", str(copy), "--key", str(tmp_path / "key")]) == 0
    return copy


def test_signed_bundle_is_run(signed: Path) -> None:
    """A bundle signed with the trusted key loads; without --trust a signature is no matter."""
    assert load_bundle(signed, trust=signed.parent / "key.pub").id == load_bundle(signed).id
    assert (signed.parent / "key").stat().st_mode & 0o077 == 0


def test_changed_foreign_and_unsigned_bundles_are_refused(signed: Path) -> None:
    """A changed manifest, another's signature, none at all: one sentence each."""
    key = signed.parent / "key.pub"
    assert convert(["keygen", str(signed.parent / "other")]) == 0
    with pytest.raises(UsageError, match="signed by another key or changed"):
        load_bundle(signed, trust=signed.parent / "other.pub")
    manifest = json.loads((signed / "manifest.json").read_text("utf-8"))
    (signed / "manifest.json").write_text(json.dumps({**manifest, "version": "9"}), "utf-8")
    with pytest.raises(UsageError, match="signed by another key or changed"):
        load_bundle(signed, trust=key)
    (signed / "manifest.sig").unlink()
    with pytest.raises(UsageError, match="not signed"):
        load_bundle(signed, trust=key)


def test_unusable_key_is_named(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is missing, a private one, or a missing package: told with its mend."""
    for wrong in ("gone.pub", "key"):
        with pytest.raises(UsageError, match="cannot be used"):
            load_bundle(signed, trust=signed.parent / wrong)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(UsageError, match=r"pip install .*'\.\[signed\]'`"):
        load_bundle(signed, trust=signed.parent / "key.pub")


def test_daemon_refuses_what_it_does_not_trust(signed: Path, tmp_path: Path) -> None:
    """`device.run --trust` ends at once with exit code 2 on a bundle that is not signed."""
    command = [
        *(sys.executable, "-m", "device.run", "--camera", "demo", "--broker", "embedded:0"),
        *("--trust", str(signed.parent / "key.pub"), "--state-dir", str(tmp_path / "state")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert done.returncode == 2
    assert "is not signed" in done.stderr
    assert done.stderr.count("\n") == 1
