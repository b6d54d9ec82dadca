"""The machine's disk: a small Debian with the rig's environment, made once and kept."""

from __future__ import annotations

import hashlib
import importlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SUITE = "bookworm"
_PACKAGES = (
    *("systemd-sysv", "udev", "kmod", "linux-image-amd64", "initramfs-tools"),
    *("python3-venv", "v4l-utils"),
)
# What no part of this test looks at; without it the system is there in half the time.
_LEFT_OUT = (
    *("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"),
    *(f"/lib/modules/*/kernel/drivers/{kind}/*" for kind in ("gpu", "infiniband", "scsi", "ata")),
    *(f"/lib/modules/*/kernel/drivers/net/{kind}/*" for kind in ("ethernet", "wireless")),
    *("/lib/modules/*/kernel/sound/*", "/lib/modules/*/kernel/drivers/staging/*"),
)
_DISK_MB = 2500
_CONSTRAINTS = ROOT / "constraints/device.txt"
# glibc 2.36, Debian 12's, runs wheels for all older ones.
_GLIBC = range(5, 37)
_SOURCES = ("device", "systemd", "pyproject.toml", "README.md", "LICENSE", "tests/vm/agent.py")
_FILES = {
    # Not "most": three modules are enough to find the disk, and to make it so is quicker.
    "etc/initramfs-tools/conf.d/selvedge": "MODULES=list\n",
    "usr/share/initramfs-tools/modules.d/selvedge": "virtio_pci\nvirtio_blk\next4\n",
    "etc/hostname": "vm\n",
    "etc/fstab": "LABEL=source /opt/selvedge/source ext4 defaults 0 0\n",
    # Two cameras; of all that the module offers only what a webcam has.
    "etc/modules-load.d/vivid.conf": "vivid\n",
    "etc/modprobe.d/vivid.conf": (
        "options vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0,0 vid_cap_nr=0,1\n"
    ),
    "etc/systemd/network/80-wired.network": (
        "[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n"
    ),
    "etc/systemd/system/agent.service": (
        "[Unit]\nRequiresMountsFor=/opt/selvedge/source\n"
        "[Service]\nExecStart=/usr/bin/python3 /opt/selvedge/source/tests/vm/agent.py\n"
        "Restart=always\nRestartSec=0.2\n[Install]\nWantedBy=multi-user.target\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Image:
    """What a machine boots from.

    Attributes:
        kernel: Debian's.
        initrd: finds the disk.
        disk: the system; never written to after it was made.
    """

    kernel: Path
    initrd: Path
    disk: Path


def make_image(work: Path) -> Image:
    """The image, made anew only when what goes into it has changed.

    Args:
        work: folder for it; some 2 GB.

    Raises:
        subprocess.CalledProcessError: a program failed, and has said why.
    """
    image = Image(work / "vmlinuz", work / "initrd", work / "base.img")
    stamp, key = work / "image.key", _key()
    if stamp.exists() and stamp.read_text("ascii") == key:
        return image
    stamp.unlink(missing_ok=True)
    wheels, system = work / "wheels", work / "system"
    for old in (wheels, system):
        shutil.rmtree(old, ignore_errors=True)
    _download(wheels)
    _bootstrap(system)
    _furnish(system, wheels)
    shutil.copy(next(system.glob("boot/vmlinuz-*")), image.kernel)
    shutil.copy(next(system.glob("boot/initrd.img-*")), image.initrd)
    make_disk(image.disk, system, _DISK_MB, "system")
    for done in (wheels, system):
        shutil.rmtree(done)
    stamp.write_text(key, "ascii")
    return image


def make_disk(disk: Path, content: Path, size_mb: int, label: str) -> None:
    """A disk with an ext4 file system that has a folder's content."""
    with disk.open("wb") as file:
        file.truncate(size_mb << 20)
    _run("mke2fs", "-q", "-t", "ext4", "-L", label, "-d", str(content), str(disk))


def copy_sources(folder: Path) -> None:
    """The project as it is now, as far as the rig needs it."""
    for name in _SOURCES:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)


def _key() -> str:
    recipe = (_SUITE, _PACKAGES, _LEFT_OUT, _DISK_MB, sorted(_FILES.items()))
    parts = [repr((recipe, _requirements())).encode(), _CONSTRAINTS.read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _requirements() -> list[str]:
    """The device extra, and what installing the project takes."""
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    project = toml.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [
        *project["project"]["optional-dependencies"]["device"],
        *project["build-system"]["requires"],
    ]


def _download(wheels: Path) -> None:
    """The device extra's wheels for Debian 12's Python, whichever runs this."""
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in reversed(_GLIBC)]
    platforms += [f"--platform=manylinux{year}_x86_64" for year in (2014, 2010, 1)]
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheels)),
        *("--only-binary=:all:", "--python-version=3.11", "--implementation=cp", *platforms),
        *("--constraint", str(_CONSTRAINTS), *_requirements()),
    )


def _bootstrap(system: Path) -> None:
    before = [
        f'mkdir -p "$1/{Path(name).parent}"; printf %s \'{text}\' > "$1/{name}"'
        for name, text in _FILES.items()
        if "initramfs" in name
    ]
    _run(
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase"),
        *(f"--include={','.join(_PACKAGES)}", "--dpkgopt=force-unsafe-io"),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        *('--aptopt=Acquire::Languages "none"', *(f"--essential-hook={hook}" for hook in before)),
        *(_SUITE, str(system)),
    )


def _furnish(system: Path, wheels: Path) -> None:
    """The rig's environment, the agent's unit, and a network without questions."""
    for name, text in _FILES.items():
        (system / name).parent.mkdir(parents=True, exist_ok=True)
        (system / name).write_text(text, "ascii")
    source = system / "opt/selvedge/source"
    copy_sources(source)
    shutil.copytree(wheels, system / "wheels")
    inside = ("chroot", str(system))
    _run(*inside, "systemctl", "--quiet", "enable", "systemd-networkd", "agent")
    _run(*inside, "python3", "-m", "venv", "/opt/selvedge/venv")
    offline = ("install", "--quiet", "--no-index", "--find-links=/wheels")
    pip = ("/opt/selvedge/venv/bin/pip", "--disable-pip-version-check", *offline)
    _run(*inside, *pip, "--editable", "/opt/selvedge/source[device]")
    shutil.rmtree(system / "wheels")
    shutil.rmtree(source)
    source.mkdir()


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
