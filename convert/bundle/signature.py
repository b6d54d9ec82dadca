"""Signing a bundle's manifest with ed25519 (RFC 8032), so that a rig can tell whose it is.

The manifest names the sha256 of every other file, so its signature covers them all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from convert.atomic_file import write_atomically
from convert.errors import UsageError, WorkError
from convert.install_command import install_command

MISSING = f"signing needs cryptography: run `{install_command('signed')}`"


def sign(manifest: bytes, key: Path) -> bytes:
    """Sign a manifest.

    Args:
        manifest: the bytes of manifest.json.
        key: a private key as `make_keys` writes it.

    Returns:
        The content of manifest.sig: 128 hexadecimal digits and a line feed.

    Raises:
        UsageError: the key is missing or no ed25519 private key, or cryptography is.
    """
    signature = bytes(_load_key(key, "private").sign(manifest))
    return f"{signature.hex()}\n".encode("ascii")


def refuse_unusable_key(key: Path) -> None:
    """Try a private key before long work begins.

    Raises:
        UsageError: the key is missing or no ed25519 private key, or cryptography is.
    """
    _load_key(key, "private")


def is_signed_by(manifest: bytes, signature: bytes, key: Path) -> bool:
    """Whether a signature belongs to a manifest and a public key.

    Raises:
        UsageError: the key is missing or no ed25519 public key, or cryptography is.
    """
    public = _load_key(key, "public")
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - `_load` found it

    try:
        public.verify(bytes.fromhex(signature.decode("ascii")), manifest)
    except (InvalidSignature, ValueError):
        return False
    return True


def make_keys(key: Path) -> Path:
    """Write a new private key, readable by its owner alone, and the public one beside it.

    Args:
        key: where the private key goes; must not exist.

    Returns:
        Path of the public key: the same name with ``.pub`` after it.

    Raises:
        UsageError: one of the files exists, or cryptography is not installed.
        WorkError: the disk refused.
    """
    public = key.with_name(f"{key.name}.pub")
    for path in (key, public):
        if path.exists():
            raise UsageError(f"{path} exists, and a key is never overwritten: give another name")
    serialization, ed25519 = _import_cryptography()
    made = ed25519.Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    secret = made.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    shared = made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        write_atomically(public, shared)
    except OSError as error:
        raise WorkError(
            f"the key could not be written to {key} ({error.strerror}): give a file in a "
            "folder that this user may write"
        ) from error
    return public


def _import_cryptography() -> Any:  # noqa: ANN401 - loaded late, as it is optional
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional
    except ImportError as error:
        raise UsageError(MISSING) from error
    return serialization, ed25519


def _load_key(path: Path, kind: str) -> Any:  # noqa: ANN401 - as above
    serialization, ed25519 = _import_cryptography()
    wanted = ed25519.Ed25519PrivateKey if kind == "private" else ed25519.Ed25519PublicKey
    try:
        data = path.read_bytes()
        if kind == "private":
            key = serialization.load_pem_private_key(data, password=None)
        else:
            key = serialization.load_pem_public_key(data)
    except FileNotFoundError as error:
        raise UsageError(f"no {kind} key at {path}: make one with `convert keygen`") from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is not a {kind} key as `convert keygen` writes it") from error
    if not isinstance(key, wanted):
        raise UsageError(f"{path} is not an ed25519 {kind} key as `convert keygen` writes it")
    return key
