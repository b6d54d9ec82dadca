"""``python -m convert keygen KEY`` and ``python -m convert sign BUNDLE --key KEY``."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.atomic_file import write_atomically
from convert.bundle.manifest import MANIFEST_FILE, SIGNATURE_FILE
from convert.bundle.reader import read_bundle
from convert.bundle.signature import make_keys, sign
from convert.errors import WorkError


def keygen(argv: list[str]) -> int:
    """Make a pair of keys; returns the exit code 0.

    Raises:
        UsageError: a file of that name exists.
        WorkError: the disk refused.
    """
    arguments = argparse.ArgumentParser(
        prog="python -m convert keygen",
        description="Make an ed25519 key that signs bundles, and KEY.pub for the rigs.",
    )
    arguments.add_argument("key", type=Path, metavar="KEY", help="file for the private key")
    key = arguments.parse_args(argv).key
    public = make_keys(key)
    print(f"{key}: keep it secret, and sign with --sign {key}")
    print(f"{public}: copy it to the rigs, and start them with --trust {public.name}")
    return 0


def sign_bundle(argv: list[str]) -> int:
    """Sign a bundle that exists; returns the exit code 0.

    Raises:
        UsageError: the bundle is not whole, or the key cannot be used.
        WorkError: the disk refused.
    """
    arguments = argparse.ArgumentParser(
        prog="python -m convert sign", description="Sign a bundle that exists already."
    )
    arguments.add_argument("bundle", type=Path, metavar="BUNDLE")
    arguments.add_argument("--key", type=Path, required=True, metavar="KEY", help="private key")
    options = arguments.parse_args(argv)
    read_bundle(options.bundle)  # What is damaged is not signed.
    signature = sign((options.bundle / MANIFEST_FILE).read_bytes(), options.key)
    target = options.bundle / SIGNATURE_FILE
    try:
        write_atomically(target, signature)
    except OSError as error:
        raise WorkError(f"{target} cannot be written: {error}") from error
    print(f"{target}: {options.bundle} is signed")
    return 0
