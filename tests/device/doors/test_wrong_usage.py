"""What a new user may do wrong is answered by one sentence, and never by a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.edges.exact_alpha import read_matted
from device.batch.outputs import list_images
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cameras.factory import open_camera
from device.contract.capture_request import parse_request
from device.contract.command_payload import BadRequestError
from device.cutout import main
from device.demo.__main__ import demonstrate
from device.errors import UsageError
from device.imaging.photo import read_photo
from device.settings.broker_address import parse_broker
from device.settings.camera_spec import parse_camera
from device.settings.loading import load_config
from device.subscribe import main as subscribe
from device.system.folder_lock import FolderLock
from device.timing.stopwatch import Stopwatch
from tests.support.mosquitto import MosquittoBroker

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that this user may not enter; for root, who may enter any, `stat` refuses."""
    folder = tmp_path / "closed"
    folder.mkdir()
    see = Path.stat

    def stat_or_refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if folder in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return see(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat_or_refuse)
    return folder


def test_a_path_below_a_closed_folder_is_refused_by_name(closed: Path) -> None:
    """Photo, camera of each kind, hot folder, bundle and data set: one sentence with the path."""
    for ask in (
        lambda: list_images([closed / "x.jpg"]),
        lambda: read_photo(closed / "x.jpg"),
        lambda: open_camera(parse_camera(f"{closed}/x.mp4")),
        lambda: open_camera(parse_camera(f"photos:{closed}/x")),
        lambda: open_camera(parse_camera(f"folder:{closed}/x")),
        lambda: load_bundle(closed / "x"),
        lambda: next(read_matted(closed / "x", "all", None)),
    ):
        with pytest.raises(UsageError, match=f"{closed}/x.* cannot be looked at .Permission den"):
            ask()


def test_results_go_where_they_can_go_or_nothing_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, and a folder without the right to write, are refused before any work."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file is a file: give --save a folder"):
        FolderLock(tmp_path / "file" / "below", "--save")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="give --save a folder that this user may write"):
        demonstrate(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--fill", "0.5"], "give --canvas too"),
        (["--margin", "0.1"], "give --crop too"),
        (["--quality", "80"], "give --format webp or jpeg"),
        (["--alpha", "--background", "#ffffff"], "leave --background out"),
    ],
)
def test_a_flag_that_would_change_nothing_is_refused(
    flags: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flags that need another flag say which."""
    assert main([str(tmp_path / "a.png"), "-o", str(tmp_path), *flags]) == 2
    shown = capsys.readouterr().err
    assert sentence in shown
    assert shown.count("\n") == 1


def test_no_output_folder_is_none_and_alpha_is_png(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty -o is refused; --format png beside --alpha says what is so anyway."""
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "-o", ""])
    assert ended.value.code == 2
    assert "-o/--output: '' names no file or folder" in capsys.readouterr().err
    assert main([str(tmp_path / "gone"), "-o", "x", "--alpha", "--format", "png"]) == 2
    assert "there is no image" in capsys.readouterr().err


def test_a_photo_is_no_film(tmp_path: Path) -> None:
    """A single photo as camera: the sentence says what to write instead."""
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UsageError, match=r"single photo: write photos:.*device\.cutout"):
        open_camera(parse_camera(str(tmp_path / "a.jpg")))


def test_certificates_are_refused_where_nothing_is_encrypted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A CA file or client certificate with mqtt:// is an error, with mqtts:// none."""
    with pytest.raises(UsageError, match=r"cert_file is for an encrypted connection.* mqtts://"):
        load_config(None, {"camera": "0", "broker": "mqtt://h", "cert_file": tmp_path / "c"})
    given = load_config(None, {"camera": "0", "broker": "mqtts://h", "ca_file": tmp_path / "c"})
    assert given.broker == parse_broker("mqtts://h")
    flags = ["--broker", "mqtt://h", "--save", str(tmp_path), "--ca-file", "c"]
    assert subscribe(flags) == 2
    assert "--ca-file is for an encrypted" in capsys.readouterr().err


def test_only_what_is_near_is_suggested(tmp_path: Path) -> None:
    """A key like none is not taken for another; a request's unknown key is named."""
    file = tmp_path / "rig.toml"
    file.write_text('camera = "0"\nzzzqqq = 1\n', "utf-8")
    with pytest.raises(UsageError, match="is not a setting: --check-config prints all"):
        load_config(file, {})
    with pytest.raises(BadRequestError, match=r'key "sh\?ts": its keys are request_id, sku, view'):
        parse_request(b'{"request_id": "a", "sh\\nts": 3}')


def test_a_shipped_bundle_goes_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is a shipped bundle unless a folder is called so; others are refused."""
    monkeypatch.chdir(tmp_path)
    small = load_bundle(Path("garment-small"))
    assert small.folder == default_bundle_path().parent / "garment-small"
    (tmp_path / "garment-small").mkdir()
    for name in ("garment-small", "nowhere"):
        with pytest.raises(UsageError, match=f"bundle {name} "):
            load_bundle(Path(name))


def test_stages_stand_in_the_order_of_the_work() -> None:
    """A path, then its stages as they came, also where one path's name begins another's."""
    watch = Stopwatch()
    for path in ("model", "shot", "shot cold"):
        with watch.time(path):
            pass
        watch.add_stages(path, {} if path == "model" else {"see": 1.0, "cut": 1.0})
    expected = ["model", "shot", "shot see", "shot cut"]
    assert list(watch.spreads()) == [*expected, "shot cold", "shot cold see", "shot cold cut"]


def test_a_benchmark_that_is_stopped_says_one_word() -> None:
    """Ctrl-C in the middle: one line, exit code 1, no traceback."""
    command = [sys.executable, "-m", "benchmarks.edges", "--split", "all"]
    command += ["--data", str(PROJECT / "calibration_images")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=PROJECT, text=True) as program:
        assert program.stderr is not None
        assert program.stderr.readline() == "1 picture\n"
        program.send_signal(signal.SIGINT)
        rest = program.stderr.read().splitlines()
    assert program.returncode == 1
    assert rest[-1] == "selvedge: stopped"
    assert all(line.endswith("pictures") for line in rest[:-1])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A running mosquitto that lets anybody in."""
    mosquitto = MosquittoBroker(tmp_path / "mosquitto")
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.mark.broker
def test_a_subscriber_that_is_terminated_ends_in_order(
    tmp_path: Path, broker: MosquittoBroker
) -> None:
    """SIGTERM is answered as Ctrl-C is: a word, exit code 0."""
    command = [sys.executable, "-m", "device.subscribe", "--broker", broker.address]
    command += ["--save", str(tmp_path / "saved")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith("listening")
        program.send_signal(signal.SIGTERM)
        printed = program.stderr.read()
    assert program.returncode == 0
    assert printed == "selvedge: stopped; the broker keeps what comes for a week\n"
