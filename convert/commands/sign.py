"""``python -m convert sign BUNDLE --key KEY``: a signature for a bundle that exists."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.atomic_file import write_atomically
from convert.bundle.manifest import MANIFEST_FILE, SIGNATURE_FILE
from convert.bundle.reader import read_bundle
from convert.bundle.signature import sign
from convert.errors import WorkError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert sign", description="Sign a bundle that exists already."
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--key", type=Path, required=True, metavar="KEY", help="private key")
    return parser


def main(arguments: list[str]) -> int:
    """Sign; return the exit code 0.

    Raises:
        UsageError: the bundle is not whole, or the key cannot be used.
        WorkError: the disk refused.
    """
    options = _parser().parse_args(arguments)
    read_bundle(options.bundle)  # What is damaged is not signed.
    signature = sign((options.bundle / MANIFEST_FILE).read_bytes(), options.key)
    _write_signature(options.bundle / SIGNATURE_FILE, signature)
    print(f"{options.bundle / SIGNATURE_FILE}: {options.bundle} is signed")
    return 0


def _write_signature(target: Path, signature: bytes) -> None:
    try:
        write_atomically(target, signature)
    except OSError as error:
        raise WorkError(f"{target} cannot be written: {error}") from error
