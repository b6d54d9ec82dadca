"""The installation on a live systemd: put in place, run twice, looked at, taken away."""

from __future__ import annotations

from tests.vm.report import Report
from tests.vm.studio import INSTALL, Studio

_TREE = "find /etc /usr/lib /var/lib /opt -xdev -not -path '*/__pycache__*' | sort"
_UNITS = (
    "find /etc/selvedge /etc/systemd /etc/sysusers.d /etc/tmpfiles.d -type f -printf '%p %T@\\n'"
)
_USERS = "getent passwd; getent group"
_SETTLED = "/var/lib/systemd"


def install(studio: Studio, report: Report) -> str:
    """Install two rigs; returns how the system was before."""
    guest = studio.guest
    before = _system(studio)
    first = guest.run(f"{INSTALL} --rig studio-1", timeout_s=120)
    state = studio.show("studio-1", "ActiveState")
    report.check(
        "a new installation starts nothing before it is configured",
        holds="set the camera and the broker" in first.out and state == "inactive",
        seen=state,
    )
    studio.configure("studio-1")
    began_s = studio.now_s()
    guest.run(f"{INSTALL} --rig studio-1", timeout_s=120)
    report.check(
        "once configured it starts, and systemd hears that it is ready",
        holds=studio.show("studio-1", "ActiveState") == "active"
        and studio.show("studio-1", "Type") == "notify",
    )
    report.measured(
        "from the command to the status at the broker", studio.await_well("studio-1", began_s)
    )
    guest.run(f"{INSTALL} --rig studio-2 --no-start")
    studio.configure("studio-2", camera="/dev/video1", camera_format="mjpeg")
    guest.run(f"{INSTALL} --rig studio-2", timeout_s=120)
    studio.await_well("studio-2", began_s)
    pids = [studio.show(rig, "MainPID") for rig in ("studio-1", "studio-2")]
    files = guest.tell(_UNITS)
    for rig in ("studio-1", "studio-2"):
        guest.run(f"{INSTALL} --rig {rig}", timeout_s=120)
    same = [studio.show(rig, "MainPID") for rig in ("studio-1", "studio-2")] == pids
    report.check(
        "installing again writes no file and restarts no rig",
        holds=same and guest.tell(_UNITS) == files,
    )
    return before


def sandbox(studio: Studio, report: Report) -> None:
    """What the running service is, and is not, allowed."""
    guest = studio.guest
    rated = guest.run(
        "systemd-analyze security --no-pager --threshold=15 selvedge@studio-1.service", check=False
    )
    report.check(
        "systemd-analyze security of the live unit, at most 1.5",
        holds=rated.code == 0,
        seen=rated.out.strip().splitlines()[-1].rpartition(": ")[2],
    )
    pid = studio.show("studio-1", "MainPID")
    status = guest.tell(f"grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/{pid}/status")
    user = guest.tell(f"stat -c %U /proc/{pid}")
    report.check(
        "it runs as selvedge without capabilities, with its system calls filtered",
        holds=user == "selvedge"
        and status.split() == ["CapEff:", "0" * 16, "NoNewPrivs:", "1", "Seccomp:", "2"],
        seen=f"{user} {' '.join(status.split())}",
    )
    inside = f"nsenter -t {pid} -m -S $(id -u selvedge) -G $(id -g selvedge)"
    spoiled = [
        folder
        for folder in ("/etc", "/opt/selvedge", "/usr", "/var/lib", "/etc/selvedge")
        if guest.run(f"{inside} touch {folder}/x", check=False).code == 0
    ]
    own = guest.run(f"{inside} touch /var/lib/selvedge/studio-1/x", check=False)
    guest.run("rm -f /var/lib/selvedge/studio-1/x")
    report.check(
        "it writes into its state folder and nowhere else",
        holds=own.code == 0 and not spoiled,
        seen=own.err or spoiled or "",
    )
    for number, rig in enumerate(("studio-1", "studio-2")):
        shot = studio.catalogue.shots[studio.shoot(rig, f"sandbox-{rig}")]
        size = (shot["width_px"], shot["height_px"])
        report.check(
            f"{rig} shoots on request, and its PNG arrives whole",
            holds=size == (320, 180) and shot["source"] == f"/dev/video{number}",
            seen=f"{size[0]}x{size[1]} of {shot['source']}",
        )


def complain(studio: Studio, report: Report) -> None:
    """A rig whose camera is not there is installed, and says so."""
    studio.guest.run(f"{INSTALL} --rig studio-3 --no-start")
    studio.configure("studio-3", camera="/dev/video7")
    done = studio.guest.run(f"{INSTALL} --rig studio-3", timeout_s=120, check=False)
    report.check(
        "a rig that does not come up says why, in one sentence",
        holds=done.code == 1 and "no camera /dev/video7" in done.err and done.err.count("\n") == 1,
        seen=done.err.strip(),
    )
    studio.guest.run(f"{INSTALL} --rig studio-3 --purge", timeout_s=90)


def uninstall(studio: Studio, report: Report, before: str) -> None:
    """Take both rigs away again."""
    guest = studio.guest
    guest.run(f"{INSTALL} --rig studio-2 --remove", timeout_s=90)
    report.check(
        "a removed rig stops, its shots stay, and the other rig goes on",
        holds=studio.show("studio-2", "ActiveState") == "inactive"
        and studio.show("studio-1", "ActiveState") == "active"
        and guest.run("test -d /var/lib/selvedge/studio-2", check=False).code == 0,
    )
    for rig in ("studio-2", "studio-1"):
        guest.run(f"{INSTALL} --rig {rig} --purge", timeout_s=90)
    again = guest.run(f"{INSTALL} --rig studio-1 --purge", check=False)
    report.check("purging what is gone is no error", holds=again.code == 0, seen=again.err)
    left = sorted(set(_system(studio).splitlines()) ^ set(before.splitlines()))
    report.check(
        "the last one's purge leaves the system as it was", holds=not left, seen=left or ""
    )


def _system(studio: Studio) -> str:
    files = studio.guest.tell(_TREE).splitlines()
    # systemd's own memory, and what sysusers saves of the files before it changed them.
    kept = [name for name in files if not name.startswith(_SETTLED) and not name.endswith("-")]
    groups = studio.guest.tell(_USERS).splitlines()
    return "\n".join([*kept, *groups])
