"""`python -m tests.support.unprivileged MODULE …`: run a module as a user whom permissions bind.

The superuser may write where the permissions say that nobody may; this gives the right up.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1

if __name__ == "__main__":
    # Refused to those who have no such right anyway.
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)
    os.execv(sys.executable, [sys.executable, "-m", *sys.argv[1:]])  # noqa: S606 - no shell is wanted
