"""The documents: short where they are read first, and true where they name something."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.imports import ROOT, list_files
from tests.test_rooms import LAYERS

DOCUMENTS = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "device/models").glob("*/MODEL_CARD.md"),
        *(ROOT / "README.md", ROOT / "CHANGELOG.md"),
    ]
)
MOST_LINES = {
    "README.md": 100,
    "docs/cutouts.md": 90,
    "docs/how-a-cutout-is-made.md": 60,
    "docs/rig.md": 120,
    "device/models/garment/MODEL_CARD.md": 45,
}
PAGES = sorted((ROOT / "docs/measurements").glob("*.md"))
# What a path in a document begins with when it is meant as one of this repository.
TOP = (
    "device/",
    "train/",
    "convert/",
    "benchmarks/",
    "tests/",
    "docs/",
    "systemd/",
    "constraints/",
)
# ADR 14 lists them beside the words to write instead.
PRIVATE_WORDS = (
    r"\b(told|tells|mend|mends|mended|amiss|whom|mourn|clerk|courier|draughtsman|lookouts?"
    r"|halvings|bare set|close looks?|two looks|one look|all looks)\b"
)

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@pytest.mark.parametrize(("name", "lines"), MOST_LINES.items())
def test_pages_that_are_read_first_stay_short(name: str, lines: int) -> None:
    """A technician at night and a stranger on the first day read one screen, not a notebook."""
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= lines


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link names a file that is there, and a heading that is in it."""
    dead = []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            dead.append(target)
    assert dead == []


@every_document
def test_paths_are_there(document: Path) -> None:
    """A path of this repository that a document names in code exists."""
    gone = []
    for code in re.findall(r"`([^`\n]+)`", document.read_text("utf-8")):
        for word in code.split():
            path = word.split("@")[0].rstrip(".,;:")
            if path.startswith(TOP) and not re.search(r"[A-Z…*<{]", path.split("/")[-1] or "x"):
                gone += [] if (ROOT / path).exists() else [path]
    assert [path for path in gone if path != "docs/measurements"] == []


@every_document
def test_commands_have_their_modules_and_flags(document: Path) -> None:
    """Every `python -m` names a module of this project with a --help that has its flags."""
    wrong = []
    for command in _commands(document):
        words = shlex.split(command)
        module, arguments = words[0], words[1:]
        if module in ("venv", "pytest", "pip"):
            continue
        if find_spec(module) is None:
            wrong.append(module)
            continue
        flags = {word.split("=")[0] for word in arguments if word.startswith("--") and word != "--"}
        wrong += [f"{module} {flag}" for flag in sorted(flags) if flag not in _help(module, words)]
    assert wrong == []


@every_document
def test_make_targets_are_in_the_makefile(document: Path) -> None:
    """`make WORD` works for every WORD that a document names."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"(?:`|^|sudo )make ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= set(targets)


@every_document
def test_documents_speak_plainly(document: Path) -> None:
    """Words of the code's former private language are not in the documents."""
    if document.name in ("0014-words.md", "0013-rooms-and-their-order.md"):
        return
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(PRIVATE_WORDS, text) == []


@every_document
def test_bundle_versions_are_named_as_such(document: Path) -> None:
    """`0.4.0` alone could be the software's version: documents write `bundle 0.4.0`."""
    if document.name == "CHANGELOG.md":
        return
    text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
    text = text.replace("training-0.4.0", "")
    named = r"(?<![Bb]undle )(?<!bundles )(?<!garment )(?<!garment` )(?<!small )(?<!0 and )"
    assert re.findall(rf"{named}(?<![\d.])0\.[1-4]\.0(?![\d.])", text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_measurement_says_of_what_when_and_how(page: Path) -> None:
    """A page of measurements has bundle, date and command, so that it can be made again."""
    text = page.read_text("utf-8")
    if page.name == "README.md":
        return
    head = text[: text.find("\n## ")] if page.name.startswith("training-") else text
    assert re.search(r"^Bundle: (none|.*`garment(-small)?-[0-9a-f]{8}`)", head, re.MULTILINE)
    assert re.search(r"Date: 20[0-9]{2}-[0-9]{2}-[0-9]{2}\.", head)
    assert re.search(r"^```sh\n(?:(?!```).*\n)*?.*python -m ", text, re.MULTILINE)


def test_every_measurement_is_in_the_index() -> None:
    """The index names each page, and the command that prints it."""
    index = (ROOT / "docs/measurements/README.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"]({page.name})" not in index] == ["README.md"]


def test_symptoms_are_the_rigs_own_words() -> None:
    """What the table of symptoms quotes stands in a message of the rig."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    rows = re.search(r"## Symptoms\n(.*?)\n## ", text, re.DOTALL)
    assert rows is not None
    seen = [row.split("|")[1] for row in rows.group(1).splitlines() if row.startswith("| ")]
    quoted = [words for cell in seen for words in re.findall(r"`([^`]+)`", cell)]
    systemd = {"offline", "Watchdog timeout", "status=2", "torn/"}
    messages = "\n".join(_texts())
    assert len(quoted) > 20
    assert [words for words in quoted if words not in messages and words not in systemd] == []


def test_the_picture_has_every_room() -> None:
    """The drawing of the house names each room of the three packages."""
    drawn = re.findall(r">([^<>]+)</text>", (ROOT / "docs/rooms.svg").read_text("utf-8"))
    words = {word for text in drawn for word in re.findall(r"[a-z_]+", text)}
    rooms = {room for rooms in LAYERS["device"] for room in rooms if room != "__main__"}
    for package in ("train", "convert"):
        named = {room for rooms in LAYERS[package] for room in rooms}
        rooms |= {room for room in named if (ROOT / package / room).is_dir()}
    assert rooms - words == set()


def test_the_model_card_has_measured_figures() -> None:
    """The card's table has, of whole data sets, what the benchmark has printed; or what it had.

    A page of some pictures alone (`--limit`) says nothing of a whole set.
    """
    page = (ROOT / "docs/measurements/masks.md").read_text("utf-8")
    measured: dict[str, list[str]] = {}
    for data, iou, boundary_f in re.findall(
        r"^\| (.+?) \| Selvedge `garment(?:-small)?` \| garments \| ([0-9.]+) \| ([0-9.]+) ",
        page,
        re.MULTILINE,
    ):
        measured.setdefault(data, []).extend([iou, boundary_f])
    assert measured
    card = (ROOT / "device/models/garment/MODEL_CARD.md").read_text("utf-8")
    table = dict(re.findall(r"^\| ([a-z_-]+ \(\d+\)) \| (.+) \|$", card, re.MULTILINE))
    whole = {data: " | ".join(cells) for data, cells in measured.items() if data in table}
    assert {data: table[data] for data in whole} == whole
    assert "--limit" in page or whole.keys() == table.keys()


def _anchors(document: Path) -> set[str]:
    """Headings as a forge makes anchors of them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _commands(document: Path) -> Iterator[str]:
    """Each `python -m …` of a document, without what a shell does with it."""
    text = document.read_text("utf-8").replace(" \\\n", " ")
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    for line in lines:
        found = re.search(r"(?:^|[ /])python3? -m (.+)$", re.sub(r"\s+#.*$", "", line))
        if found:
            yield re.sub(r"[|>&].*$|…", "", found.group(1)).replace("[", "").replace("]", "")


@cache
def _help_text(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return done.stdout


def _help(module: str, words: list[str]) -> str:
    """What a command says of itself; those with sub-commands are asked for theirs."""
    inner = [word for word in words[1:2] if re.fullmatch(r"[a-z-]+", word)]
    inner = inner if module in ("train", "convert") else []
    # The formats of an import have flags of their own.
    if inner == ["import"]:
        inner += [word for word in words[2:3] if re.fullmatch(r"[a-z]+", word)]
    text = _help_text(module, *inner)
    # What follows `--` goes to `fit`.
    return text + (_help_text("train", "fit") if inner == ["compare-inits"] else "") + " --help"


def _texts() -> Iterator[str]:
    """Every text in the rig's source, with what is put into it left out."""
    for path in list_files("device"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [value.value for value in node.values if isinstance(value, ast.Constant)]
                yield " ".join(str(part).strip() for part in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
