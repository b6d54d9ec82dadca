"""The signature of a bundle: ed25519 (RFC 8032) over its manifest.

The manifest names the sha256 of every other file, so the signature covers them all.
"""

from __future__ import annotations

from pathlib import Path

from device.bundle.checked_file import read_once
from device.errors import UsageError
from device.system.install_command import install_command

SIGNATURE_FILE = "manifest.sig"
# 128 digits, and what an editor may add.
_LARGEST_BYTES = 1000


def check_signature(folder: Path, manifest: bytes, trust: Path) -> None:
    """Refuse a bundle that the owner of a key has not signed.

    Args:
        folder: the bundle; ``manifest.sig`` in it holds 128 hexadecimal digits.
        manifest: the bytes that will be used; the file may be another by now.
        trust: PEM file with an ed25519 public key, as `python -m convert keygen` writes it.

    Raises:
        UsageError: the signature is missing or wrong, the key cannot be used, or the package
            cryptography is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - optional
            load_pem_public_key,
        )
    except ImportError:
        raise UsageError(
            f"--trust needs cryptography: run `{install_command('signed')}`, or leave it out"
        ) from None
    try:
        key = load_pem_public_key(trust.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a PEM file with a public key"
        raise UsageError(
            f"the trusted key {trust} cannot be used ({reason}): name the KEY.pub that "
            "`python -m convert keygen` wrote"
        ) from None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError(f"the trusted key {trust} is not an ed25519 key: make one with `keygen`")
    try:
        signature = bytes.fromhex(
            read_once(folder / SIGNATURE_FILE, _LARGEST_BYTES).decode("ascii")
        )
        key.verify(signature, manifest)
    except (OSError, ValueError, InvalidSignature) as error:
        absent = isinstance(error, FileNotFoundError)
        raise UsageError(
            f"bundle {folder} is {'not signed' if absent else 'signed by another key or changed'} "
            f"and only those signed with {trust} are trusted: get it from its maker again"
        ) from None
