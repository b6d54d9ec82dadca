"""Brokers that die, daemons that are killed: every shot arrives, and arrives once."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, saved, wait_until

pytestmark = pytest.mark.broker
Start = Callable[..., Program]


def _subscriber(start: Start, broker: MosquittoBroker, catalogue: Path) -> Program:
    subscriber = start("device.subscribe", "--broker", broker.address, "--save", str(catalogue))
    subscriber.wait_for("listening")
    return subscriber


def _daemon(start: Start, broker: MosquittoBroker, state: Path, *more: str) -> Program:
    return start(
        *("device.run", "--broker", broker.address, "--rig", "rig-1", "--state-dir", str(state)),
        *more,
    )


def test_broker_that_dies_in_the_middle_costs_nothing(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """The broker goes and comes back while shots are taken: all arrive, each once, in order."""
    catalogue = tmp_path / "catalogue"
    subscriber = _subscriber(start, broker, catalogue)
    daemon = _daemon(start, broker, tmp_path / "state", "--camera", draw_photos(tmp_path / "p", 40))
    subscriber.wait_for("saved", times=3)
    broker.stop()
    daemon.wait_for("shots stay in the spool")
    broker.start()
    assert daemon.end() == 0, daemon.text
    wait_until(lambda: len(saved(catalogue)) == 40)
    subscriber.end(signal.SIGINT)
    lines = [line.split()[1] for line in subscriber.lines if line.startswith("saved")]
    assert lines == [f"{shot}.png" for shot in daemon.shots]
    assert list((tmp_path / "state" / "spool").iterdir()) == []


def test_daemon_killed_at_any_moment_costs_nothing(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """Every shot that a daemon reported before it was killed arrives, each once."""
    catalogue, state = tmp_path / "catalogue", tmp_path / "state"
    subscriber = _subscriber(start, broker, catalogue)
    camera = draw_photos(tmp_path / "p", 30)
    reported: list[str] = []
    for times in (1, 4, 9):
        daemon = _daemon(start, broker, state, "--camera", camera)
        daemon.wait_for("msg=shot ", times=times)
        daemon.kill()
        reported += daemon.shots
    daemon = _daemon(start, broker, state, "--camera", camera)
    assert daemon.end() == 0, daemon.text
    reported += daemon.shots
    wait_until(lambda: set(reported) <= set(saved(catalogue)))
    subscriber.end(signal.SIGINT)
    lines = [line.split()[1] for line in subscriber.lines if line.startswith("saved")]
    assert len(lines) == len(set(lines))
    serials = [told["serial"] for told in saved(catalogue).values()]
    assert len(serials) == len(set(serials))


def test_shots_wait_for_a_broker_that_is_not_there(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """Without a broker shots gather, survive a SIGKILL, are counted, and go out later."""
    broker.stop()
    state = tmp_path / "state"
    camera = draw_photos(tmp_path / "p", 6)
    daemon = _daemon(start, broker, state, "--camera", camera, "--broker-wait-s", "inf")
    daemon.wait_for("msg=shot ", times=6)
    daemon.kill()
    waiting = sorted(path.name for path in (state / "spool").iterdir())
    assert waiting == sorted(daemon.shots)

    config = tmp_path / "short.toml"
    config.write_text("drain_s = 0.5\n", "utf-8")
    daemon = _daemon(
        *(start, broker, state, "--camera", draw_photos(tmp_path / "q", 1)),
        *("--broker-wait-s", "inf", "--config", str(config)),
    )
    assert daemon.end() == 1, daemon.text
    assert "7 not acknowledged by the broker" in daemon.lines[-1]
    assert "Traceback" not in daemon.text
    waiting += daemon.shots

    broker.start()
    catalogue = tmp_path / "catalogue"
    subscriber = _subscriber(start, broker, catalogue)
    daemon = _daemon(start, broker, state, "--camera", draw_photos(tmp_path / "r", 1))
    assert daemon.end() == 0, daemon.text
    wait_until(lambda: len(saved(catalogue)) == 8)
    subscriber.end(signal.SIGINT)
    assert sorted(saved(catalogue)) == sorted(waiting + daemon.shots)


def test_subscriber_that_was_away_gets_what_it_missed(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """A subscriber killed and started again receives what was published in between, once."""
    catalogue = tmp_path / "catalogue"
    subscriber = _subscriber(start, broker, catalogue)
    subscriber.kill()
    daemon = _daemon(start, broker, tmp_path / "state", "--camera", draw_photos(tmp_path / "p", 5))
    assert daemon.end() == 0, daemon.text
    assert saved(catalogue) == {}
    subscriber = start(
        *("device.subscribe", "--broker", broker.address, "--save", str(catalogue)),
        *("--shots", "5", "--seconds", "20"),
    )
    assert subscriber.end() == 0, subscriber.text
    assert sorted(saved(catalogue)) == sorted(daemon.shots)


def test_picture_over_the_brokers_limit_is_kept_and_told(tmp_path: Path, start: Start) -> None:
    """A shot too large for the broker is named, kept, and does not hold up the others."""
    broker = MosquittoBroker(tmp_path / "small", "max_packet_size 60000")
    broker.start()
    camera = draw_photos(tmp_path / "p", 2)
    draw_photos(tmp_path / "large", 1, size_px=(3000, 4000))
    (tmp_path / "large" / "garment-001.png").rename(tmp_path / "p" / "garment-000.png")
    catalogue = tmp_path / "catalogue"
    subscriber = _subscriber(start, broker, catalogue)
    daemon = _daemon(start, broker, tmp_path / "state", "--camera", camera)
    assert daemon.end() == 1, daemon.text
    assert "raise the broker's limit" in daemon.text
    assert "1 not acknowledged" in daemon.lines[-1]
    wait_until(lambda: len(saved(catalogue)) == 2)
    assert sorted(saved(catalogue)) == sorted(daemon.shots[1:])
    subscriber.end(signal.SIGINT)
    broker.stop()


def test_login_that_is_refused_ends_the_start_with_a_sentence(tmp_path: Path, start: Start) -> None:
    """A wrong password is exit code 2 and one line that names what to check."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "rig", "right"], check=True)
    broker = MosquittoBroker(tmp_path / "m", f"password_file {passwords}", anonymous=False)
    broker.start()
    (tmp_path / "wrong").write_text("geheim\n", "utf-8")
    daemon = start(
        *("device.run", "--camera", draw_photos(tmp_path / "p", 1), "--rig", "rig"),
        *("--broker", broker.address.replace("//", "//rig@")),
        *("--password-file", str(tmp_path / "wrong"), "--state-dir", str(tmp_path / "state")),
    )
    assert daemon.end() == 2, daemon.text
    assert daemon.lines[-1].startswith("selvedge: the broker")
    assert "password file" in daemon.lines[-1]
    assert "geheim" not in daemon.text
    broker.stop()


def test_sigterm_finishes_the_shot_in_hand(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """SIGTERM ends the daemon after that shot, with exit code 0, and nothing half-written."""
    state = tmp_path / "state"
    camera = draw_photos(tmp_path / "p", 100)
    with listen(broker.address):
        daemon = _daemon(start, broker, state, "--camera", camera)
        daemon.wait_for("msg=shot ", times=3)
        assert daemon.end(signal.SIGTERM) == 0, daemon.text
    assert daemon.text.count("msg=shot ") < 100
    assert list((state / "spool").iterdir()) == []
    assert "all delivered" in daemon.lines[-1]
