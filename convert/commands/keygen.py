"""``python -m convert keygen KEY``: a pair of keys to sign bundles with."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.bundle.signature import make_keys


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert keygen",
        description="Make an ed25519 key that signs bundles, and KEY.pub for the rigs.",
    )
    parser.add_argument("key", type=Path, metavar="KEY", help="file for the private key")
    return parser


def main(arguments: list[str]) -> int:
    """Make the keys; return the exit code 0.

    Raises:
        UsageError: a file of that name exists.
        WorkError: the disk refused.
    """
    key = _parser().parse_args(arguments).key
    public = make_keys(key)
    print(f"{key}: keep it secret, and sign with --sign {key}")
    print(f"{public}: copy it to the rigs, and start them with --trust {public.name}")
    return 0
