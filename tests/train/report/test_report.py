"""``python -m train report``: one page that tells all about a run, and needs nothing else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.drawn_run import write_run
from train.__main__ import main
from train.datasets.dataset import load_dataset, write_index
from train.evaluation.metrics import Score
from train.report.comparison import compare_models, pick_biggest_changes
from train.report.gallery import pick_worst
from train.report.overlay import FALSE_NEGATIVE, FALSE_POSITIVE, paint_faults
from train.report.run_records import read_curves
from train.runs.run_folder import RunFolder

VOID = {"meta", "img", "br"}
HOSTILE = '"><script>alert(1)</script>\x07&'


class _Reader(HTMLParser):
    """Checks that every element is closed in order, and collects what the page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.words += data

    def every(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of each element of one name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(name="runs", scope="module")
def _runs(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A good run, and one that misses the darker shirts' edges."""
    folder = tmp_path_factory.mktemp("runs")
    worse = write_run(folder / "worse", drawn_dataset, least_red=1.35)
    return write_run(folder / "good", drawn_dataset), worse


@pytest.fixture(name="page", scope="module")
def _page(runs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The good run's report against the worse one's."""
    target = tmp_path_factory.mktemp("report") / "report.html"
    assert main(["report", str(runs[0]), "-o", str(target), "--against", str(runs[1])]) == 0
    return target.read_text("utf-8")


def test_the_page_tells_all(page: str, drawn_dataset: Path) -> None:
    """Curves, figures, kinds, confidence, comparison and the worst pictures stand on the page."""
    read = _Reader(page)
    for heading in ("Figures", "Each kind of picture", "Training", "good against worse"):
        assert heading in read.words
    pictures = len(load_dataset(drawn_dataset).select("val"))
    assert f"The {min(24, pictures)} worst pictures" in read.words
    assert "95% interval" in read.words
    assert "better" in read.words
    assert len(read.every("svg")) == 5  # spread, reliability, loss, IoU, compared
    assert re.search(r"The (\d+) biggest changes", read.words)
    # metrics.json of these runs was written by hand, and the page says that it does not hold.
    assert "had 0.6000 when the run was trained" in read.words


def test_the_page_needs_no_network(page: str) -> None:
    """Nothing is loaded from anywhere: no script, no link, every picture a JPEG in the page."""
    read = _Reader(page)
    names = {tag for tag, _ in read.tags}
    assert not names & {"script", "link", "iframe", "object", "base"}
    assert read.every("img")
    for image in read.every("img"):
        kind, _, data = str(image["src"]).partition(",")
        assert kind == "data:image/jpeg;base64"
        encoded = np.frombuffer(base64.b64decode(data), np.uint8)
        assert cv2.imdecode(encoded, cv2.IMREAD_COLOR) is not None
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page
    assert "url(" not in page


def test_the_page_is_for_every_screen_and_paper(page: str) -> None:
    """It follows a dark screen and has rules for print."""
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_names_from_anywhere_stay_text(drawn_dataset: Path, tmp_path: Path) -> None:
    """Markup in the names of data sets, pictures, kinds and commands is shown and never run."""
    dataset = load_dataset(drawn_dataset)
    hostile, copy = [], tmp_path / "hostile"
    for entry in dataset.entries:
        paths = {
            name: str(drawn_dataset / getattr(entry, name)) for name in ("image", "mask", "body")
        }
        hostile.append(replace(entry, stem=entry.stem + HOSTILE, kind=HOSTILE, **paths))
    write_index(copy, hostile, name=HOSTILE, source="", licence="", command="", seed=None)
    run, target = write_run(tmp_path / "<b>run", copy), tmp_path / "report.html"
    manifest = json.loads((run / "run.json").read_text())
    manifest["command"] = HOSTILE
    (run / "run.json").write_text(json.dumps(manifest))
    assert main(["report", str(run), "-o", str(target), "--against", str(run)]) == 0
    page = target.read_text("utf-8")
    read = _Reader(page)
    assert not read.every("script")
    assert "<b>run" in read.words
    assert "alert(1)</script>&" in read.words
    assert "\x07" not in page
    # No attribute was closed early: each image says of which picture it is, and nothing else.
    stems = {str(image["alt"]) for image in read.every("img")}
    assert all(stem.endswith(HOSTILE.replace("\x07", "")) for stem in stems)
    assert {*read.every("img")[0]} == {"src", "width", "height", "alt"}


def test_a_bundle_is_reported_on_named_data(
    repository: Path, tmp_path: Path, runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A bundle has no curves, and can be compared with a run on any data set."""
    bundle, target = repository / "device" / "models" / "garment", tmp_path / "b.html"
    report = ["report", str(bundle), "-o", str(target), "--against", str(runs[0])]
    assert main(report) == 2
    assert "is a bundle: name data sets" in capsys.readouterr().err
    data = ["--data", str(repository / "calibration_images"), "--limit", "3"]
    assert main([*report, *data]) == 0
    read = _Reader(target.read_text("utf-8"))
    assert "garment against good" in read.words
    assert "Training" not in read.words
    assert "2.67 MB" in read.words


def test_faults_are_painted_where_they_are() -> None:
    """False positives are orange, false negatives blue, and the true outline is drawn."""
    picture = np.full((200, 300, 3), 128, np.uint8)
    truth, mask = np.zeros((200, 300), np.bool_), np.zeros((200, 300), np.bool_)
    truth[40:160, 40:160] = True
    mask[40:160, 100:260] = True  # misses the left half, and goes on to the right
    drawn = paint_faults(picture, truth, mask).astype(int)
    missed, added = drawn[60:140, 50:90], drawn[60:140, 180:250]
    assert (missed[..., 2] > missed[..., 0] + 50).all()
    assert (added[..., 0] > added[..., 2] + 50).all()
    for area, colour in ((missed, FALSE_NEGATIVE), (added, FALSE_POSITIVE)):
        stripes = (area == colour).all(axis=-1)
        assert 0.2 < stripes.mean() < 0.5  # hatched: to be told apart on grey paper too
    assert (drawn[39:42, 60:140].max(axis=(0, 2)) == 255).all()
    assert (drawn[10, 10] == 128).all()


def test_a_large_picture_becomes_small() -> None:
    """A picture of twelve megapixels takes no more room on the page than any other."""
    picture = np.zeros((4000, 3000, 3), np.uint8)
    truth = np.zeros((4000, 3000), np.bool_)
    assert paint_faults(picture, truth, truth).shape == (400, 300, 3)


def _scores(*widths: int) -> Score:
    """Masks of so many of the truth's 40 columns."""
    score, truth = Score(), np.zeros((50, 50), np.bool_)
    truth[:, :40] = True
    for number, width in enumerate(widths):
        mask = np.zeros_like(truth)
        mask[:, :width] = True
        score.add(mask, truth, None, stem=f"p{number}")
    score.add(np.zeros_like(truth), np.zeros_like(truth), None, stem="bare")
    return score


def test_a_comparison_says_who_won_where() -> None:
    """Each picture is won, lost or tied, the gain has an interval, the greatest change is first."""
    (compared,) = compare_models({"set": _scores(40, 30, 20, 10)}, {"set": _scores(20, 30, 20, 15)})
    assert (compared.won, compared.tied, compared.lost) == (1, 2, 1)
    assert compared.gain == pytest.approx((100 - 85) / 160)
    assert compared.gain_low < compared.gain < compared.gain_high
    assert [pairing.ours.stem for pairing in pick_biggest_changes([compared], 12)] == ["p0", "p3"]
    (same,) = compare_models({"set": _scores(40, 30)}, {"set": _scores(40, 30)})
    assert (same.won, same.lost, same.gain_low, same.gain_high) == (0, 0, 0.0, 0.0)


def test_the_worst_come_first() -> None:
    """Least IoU leads, and a picture rightly left empty is no failure."""
    places = pick_worst({"set": _scores(40, 10, 30)}, 24)
    assert [place.picture.stem for place in places] == ["p1", "p2", "p0"]


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda run: (run / "metrics.json").write_text("{"), "metrics.json is damaged"),
        (lambda run: (run / "metrics.json").write_text("[1]"), "metrics.json is damaged"),
        (lambda run: (run / "history.csv").write_text("epoch,loss\n1,x\n"), "is no number"),
        (lambda run: (run / "history.csv").write_text("loss\n1\n"), "it has no column epoch"),
        (lambda run: (run / "run.json").write_text("}"), "run.json is damaged"),
        (lambda run: (run / "splits.json").write_text("[]"), "splits.json is damaged"),
        (lambda run: (run / "model.keras").unlink(), "finish its training first"),
        (lambda run: (run / "plan.json").unlink(), "name them with --data"),
        (lambda run: (run / "run.json").unlink(), "is not a run or a bundle"),
        (
            lambda run: (run / "run.json").write_text(
                (run / "run.json").read_text().replace('_version": 1', '_version": 9')
            ),
            "newer Selvedge",
        ),
    ],
)
def test_a_damaged_run_gets_one_sentence(
    drawn_dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Damage,
    sentence: str,
) -> None:
    """What is wrong with a run is said before anything is judged, exit code 2, and no page left."""
    run, target = write_run(tmp_path / "run", drawn_dataset), tmp_path / "report.html"
    damage(run)
    capsys.readouterr()
    assert main(["report", str(run), "-o", str(target)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not target.exists()


def test_data_without_validation_pictures_gets_one_sentence(
    drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run whose data sets keep nothing apart cannot be reported on them, and is told so."""
    dataset, copy = load_dataset(drawn_dataset), tmp_path / "all-train"
    entries = [replace(entry, split="train") for entry in dataset.entries]
    write_index(copy, entries, name="all", source="", licence="", command="", seed=None)
    run, target = write_run(tmp_path / "run", copy), str(tmp_path / "report.html")
    for data in ([], ["--data", str(copy)]):
        assert main(["report", str(run), "-o", target, *data]) == 2
        assert "picture in split 'val'" in capsys.readouterr().err


def test_a_loss_that_diverged_is_left_out_of_its_curve(drawn_dataset: Path, tmp_path: Path) -> None:
    """A history with nan and inf is read; the epochs that have numbers are drawn."""
    run = RunFolder(write_run(tmp_path / "run", drawn_dataset))
    run.history.write_text("epoch,loss,garment_iou\n1,0.5,0.3\n2,nan,0.2\n3,inf,0.1\n")
    curves = read_curves(run)
    assert [point.x for point in curves["loss"][0].points] == [1]
    assert [point.x for point in curves["garment_iou"][0].points] == [1, 2, 3]
