"""`python -m train.studio`: the same as `python -m train studio`."""

from __future__ import annotations

import sys

from train.studio.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
