"""What the test needs of the machine that it runs on."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

# Program, and Debian's package that has it.
_PROGRAMS = (
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("mmdebstrap", "mmdebstrap"),
    ("mke2fs", "e2fsprogs"),
    ("mosquitto", "mosquitto"),
)
_KVM = Path("/dev/kvm")


def missing() -> str | None:
    """One sentence that says what is missing and how to get it; None when all is there."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "the virtual machine is x86-64 Debian: run this on Linux on x86-64"
    absent = [package for program, package in _PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"missing programs: apt-get install {' '.join(absent)}"
    if os.geteuid() != 0:
        return "a Debian system is put together for the machine, which only root may do: use sudo"
    return None


def why_not_kvm() -> str | None:
    """Why the processor cannot run the machine itself; None when it can.

    A device node alone does not say so: inside a cloud machine it may belong to a KVM that runs
    only kernels made for it.
    """
    if not os.access(_KVM, os.R_OK | os.W_OK):
        return f"{_KVM} is not there, or not for this user"
    flags = Path("/proc/cpuinfo").read_text("ascii", errors="replace").split()
    if not {"vmx", "svm"} & set(flags):
        return f"{_KVM} is there, and the processor shows neither vmx nor svm"
    return None
