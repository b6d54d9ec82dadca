"""The virtual machine: booted from a copy of the image, and cut off like a plug that is pulled."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from tests.vm.guest import Guest
from tests.vm.image import Image, copy_sources, make_disk

_SOURCE_DISK_MB = 96
_CORES = 2
_MEMORY_MB = 2048
# `-cpu host` with this bit fails to start inside some other hypervisors.
_KVM = ("-accel", "kvm", "-cpu", "host,arch-capabilities=off")
_EMULATED = ("-accel", "tcg,thread=multi", "-cpu", "max")


class Machine:
    """Two cores and 2 GB; its disks outlive a cut of the power."""

    def __init__(self, folder: Path, image: Image, bundle: Path, *, kvm: bool) -> None:
        """Lay out the disks; nothing runs before `boot`.

        Args:
            folder: for this run alone.
            image: what to boot; it is copied.
            bundle: the rigs' model; in the machine it is /opt/selvedge/source/bundle.
            kvm: let the processor run it; else it is emulated, some twenty times slower.
        """
        self._folder = folder
        self._image = image
        self._kvm = kvm
        self._process: subprocess.Popen[bytes] | None = None
        self._guest: Guest | None = None
        subprocess.run(
            [
                "cp",
                "--sparse=always",
                "--reflink=auto",
                str(image.disk),
                str(folder / "system.img"),
            ],
            check=True,
        )
        copy_sources(folder / "source")
        shutil.copytree(bundle, folder / "source/bundle")
        make_disk(folder / "source.img", folder / "source", _SOURCE_DISK_MB, "source")
        shutil.rmtree(folder / "source")

    @property
    def log(self) -> Path:
        """What kernel and systemd wrote on the serial line."""
        return self._folder / "console.log"

    def boot(self, timeout_s: float) -> tuple[Guest, float]:
        """Switch it on; returns the way in, and how long it took.

        Raises:
            GuestError: it did not come up.
        """
        start_s = time.monotonic()
        port = self._folder / "agent.socket"
        port.unlink(missing_ok=True)
        self._process = subprocess.Popen([*self._command(), *self._plugs(port)])
        self._guest = Guest(port, timeout_s)
        return self._guest, time.monotonic() - start_s

    def cut_power(self) -> None:
        """End it at once: what the system had not yet synced to its disk is gone."""
        if self._guest is not None:
            self._guest.close()
            self._guest = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _command(self) -> tuple[str, ...]:
        kernel = "root=LABEL=system rw console=ttyS0 quiet mitigations=off"
        return (
            *("qemu-system-x86_64", *(_KVM if self._kvm else _EMULATED)),
            *("-smp", str(_CORES), "-m", str(_MEMORY_MB), "-no-reboot"),
            *("-nodefaults", "-no-user-config", "-display", "none"),
            *("-kernel", str(self._image.kernel), "-initrd", str(self._image.initrd)),
            *("-append", kernel, "-serial", f"file:{self.log}"),
        )

    def _plugs(self, port: Path) -> tuple[str, ...]:
        disks = (self._folder / "system.img", self._folder / "source.img")
        return (
            *(word for disk in disks for word in ("-drive", f"file={disk},format=raw,if=virtio")),
            *("-nic", "user,model=virtio-net-pci", "-device", "virtio-rng-pci"),
            *("-device", "virtio-serial-pci"),
            *("-chardev", f"socket,path={port},server=on,wait=off,id=agent"),
            *("-device", "virtserialport,chardev=agent,name=selvedge.agent"),
        )
