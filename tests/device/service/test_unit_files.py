"""The units and the broker's example, held against systemd's and mosquitto's own programs."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[3] / "systemd"
UNIT = SYSTEMD / "selvedge@.service"
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this machine has no systemd to ask"
)


@needs_systemd
def test_unit_is_valid(tmp_path: Path) -> None:
    """Systemd finds no fault with the unit, once the interpreter's path exists."""
    text = UNIT.read_text("utf-8").replace("/opt/selvedge/venv/bin/python", sys.executable)
    (tmp_path / UNIT.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / UNIT.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_sandbox_exposes_little() -> None:
    """By systemd's rating the exposure is 1.5 or less, with camera, USB and network allowed."""
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--offline=true", "--no-pager"),
            *("--threshold=15", str(UNIT)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@needs_systemd
def test_user_and_folders_are_made(tmp_path: Path) -> None:
    """The user is made, in the camera's group, and so are its folders, closed to others."""
    configuration = tmp_path / "etc/selvedge/studio-1.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text('camera = "rtsp://user:secret@camera"\n', "ascii")
    configuration.chmod(0o644)
    for program, name in (("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")):
        options = ["--create"] if name == "tmpfiles" else []
        source = str(SYSTEMD / f"selvedge.{name}.conf")
        subprocess.run([program, f"--root={tmp_path}", *options, source], check=True)
    assert configuration.stat().st_mode & 0o777 == 0o640
    groups = (tmp_path / "etc/group").read_text("utf-8")
    assert any(
        line.startswith("video:") and line.endswith(":selvedge") for line in groups.splitlines()
    )
    assert (tmp_path / "etc/credstore").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var/lib/selvedge").stat().st_mode & 0o777 == 0o750


def test_example_configuration_is_accepted() -> None:
    """The daemon accepts the example as it stands, password and network aside."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "device.run", "--check-config"),
            *("--config", str(SYSTEMD / "studio-1.example.toml")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert 'broker = "mqtts://studio-1@broker.example:8883"' in done.stdout
    assert "broker_wait_s = inf" in done.stdout


def test_unit_and_example_offer_no_source_that_ends() -> None:
    """What systemd starts again at each end would shoot a folder or clip over and over."""
    offered = (SYSTEMD / "studio-1.example.toml").read_text("utf-8") + UNIT.read_text("utf-8")
    assert "Restart=always" in offered
    assert re.findall("folder:|hot folder|demo", offered) == []


@dataclass(frozen=True)
class SecureBroker:
    """A mosquitto that runs the example configuration."""

    port: int
    authority: Path

    def login(self, user: str | None) -> list[str]:
        """Options of mosquitto_pub and mosquitto_sub to connect as a user."""
        options = ["-h", "localhost", "-p", str(self.port), "--cafile", str(self.authority)]
        return [*options, "-u", user, "-P", f"{user}-secret"] if user else options

    def publish(self, user: str | None, topic: str, text: str, *more: str) -> int:
        """Publish with QoS 1; returns the client's exit code."""
        command = ["mosquitto_pub", *self.login(user), "-q", "1", "-t", topic, "-m", text, *more]
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode

    def retained(self, user: str, topics: str) -> dict[str, str]:
        """What a user gets to see of the retained messages under a topic filter."""
        done = subprocess.run(
            [
                *("mosquitto_sub", *self.login(user), "-t", topics, "-W", "1"),
                *("-F", '{"topic": "%t", "text": "%p"}'),
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return {item["topic"]: item["text"] for item in found}


def _certificates(folder: Path) -> None:
    """A throwaway authority, and a certificate for localhost signed by it."""
    folder.mkdir()
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes"]
    commands = [
        [*new, "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key"],
        [*new, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"],
        ["openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key"],
    ]
    commands[0] += ["-out", "ca.crt"]
    commands[2] += ["-CAcreateserial", "-days", "2", "-out", "server.crt"]
    for command in commands:
        subprocess.run(command, cwd=folder, capture_output=True, check=True)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBroker]:
    """The example's files with their paths moved to a scratch folder, and nothing else changed."""
    folder = tmp_path_factory.mktemp("mosquitto")
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    _certificates(folder / "certs")
    for user in ("studio-1", "studio-2", "catalogue"):
        passwords = folder / "selvedge.passwd"
        create = [] if passwords.exists() else ["-c"]
        command = ["mosquitto_passwd", *create, "-b", str(passwords), user, f"{user}-secret"]
        subprocess.run(command, check=True)
    shutil.copy(SYSTEMD / "mosquitto/selvedge.acl", folder)
    text = (SYSTEMD / "mosquitto/selvedge.conf").read_text("utf-8")
    text = text.replace("/etc/mosquitto", str(folder)).replace("8883", str(port))
    # Started by root it would become the user mosquitto, who may not look into this folder.
    (folder / "test.conf").write_text(f"{text}\nuser {getpass.getuser()}\n", "utf-8")
    log = (folder / "log").open("w", encoding="utf-8")
    process = subprocess.Popen(["mosquitto", "-c", str(folder / "test.conf")], stderr=log)
    found = SecureBroker(port, folder / "certs/ca.crt")
    try:
        deadline_s = time.monotonic() + 120
        while found.publish("studio-1", "selvedge/studio-1/stats", "up") != 0:
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            assert time.monotonic() < deadline_s, (folder / "log").read_text("utf-8")
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(120)
        log.close()


@pytest.mark.broker
def test_rig_reaches_its_own_topics_only(broker: SecureBroker) -> None:
    """A rig's status arrives under its own name and never under another rig's."""
    broker.publish("studio-1", "selvedge/studio-1/status", "own", "-r")
    broker.publish("studio-1", "selvedge/studio-2/status", "forged", "-r")
    assert broker.retained("catalogue", "selvedge/+/status") == {"selvedge/studio-1/status": "own"}


@pytest.mark.broker
def test_rig_cannot_read_another_rigs_shots(broker: SecureBroker) -> None:
    """What one rig publishes, the catalogue reads and another rig does not."""
    broker.publish("studio-2", "selvedge/studio-2/shot/a", "theirs", "-r")
    assert broker.retained("catalogue", "selvedge/studio-2/shot/+") == {
        "selvedge/studio-2/shot/a": "theirs"
    }
    assert "selvedge/studio-2/shot/a" not in broker.retained("studio-1", "selvedge/#")


@pytest.mark.broker
def test_only_the_catalogue_commands(broker: SecureBroker) -> None:
    """A request for a shot reaches the rig from the catalogue and not from another rig."""
    topic = "selvedge/studio-1/command/capture"
    broker.publish("studio-2", topic, "not-mine-to-ask", "-r")
    assert broker.retained("studio-1", topic) == {}
    broker.publish("catalogue", topic, "please", "-r")
    assert broker.retained("studio-1", topic) == {topic: "please"}


@pytest.mark.broker
def test_strangers_are_refused(broker: SecureBroker) -> None:
    """No login, a wrong password or a connection without TLS: none gets in."""
    assert broker.publish(None, "selvedge/studio-1/status", "anonymous") != 0
    command = ["-h", "localhost", "-p", str(broker.port), "-t", "selvedge/x", "-m", "x"]
    wrong = ["--cafile", str(broker.authority), "-u", "studio-1", "-P", "guess"]
    for more in (wrong, ["-u", "studio-1", "-P", "studio-1-secret"]):
        done = subprocess.run(
            ["mosquitto_pub", *command, *more], capture_output=True, timeout=20, check=False
        )
        assert done.returncode != 0
