"""The operator's page in Debian's browsers, before the real daemon."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.browsers import BROWSERS, Browser
from tests.support.mosquitto import free_port
from tests.support.programs import ROOT, Program, draw_photos

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ENTER, ESCAPE, BACKSPACE = "\ue007", "\ue00c", "\ue003"
STATE = "fetch('/state').then((answer) => answer.json())"


@pytest.fixture(scope="module", params=list(BROWSERS))
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser of each kind."""
    with Browser(request.param) as opened:
        opened.resize(1180, 820)
        yield opened


class Rig:
    """The daemon with its page, and no broker but its own."""

    def __init__(self, folder: Path, camera: str, *flags: str) -> None:
        self.address = f"http://127.0.0.1:{free_port()}/"
        self._command = ("device.run", "--camera", camera, "--rig", "page-rig", *flags)
        self._command += ("--page", self.address.rstrip("/").rpartition(":")[2])
        self._command += ("--broker", f"embedded:{free_port()}", "--state-dir", str(folder))
        self.start()

    def start(self) -> None:
        """Start it, again after an end."""
        self.program = Program(*self._command)
        self.program.wait_for("the operator's page is open at")

    def __enter__(self) -> Rig:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()


@pytest.fixture
def hot_folder(tmp_path: Path) -> Path:
    """Photos that are not in the hot folder yet, in ``photos``; the hot folder is ``hot``."""
    draw_photos(tmp_path / "photos", 3)
    (tmp_path / "hot").mkdir()
    return tmp_path / "hot"


def _put(hot_folder: Path, photo: int, name: str) -> None:
    source = hot_folder.parent / "photos" / f"garment-{photo:03d}.png"
    part = hot_folder / f".{name}.part"
    shutil.copyfile(source, part)
    part.rename(hot_folder / name)


def _state(browser: Browser) -> dict[str, Any]:
    return dict(browser.evaluate(STATE))


def test_a_session_with_a_live_camera(browser: Browser, tmp_path: Path) -> None:
    """The picture moves, verdicts appear, keys change the view, a scanner names what is shot."""
    with Rig(tmp_path / "state", "demo:again") as rig:
        browser.open(rig.address)
        looks = "document.querySelector('#live').toDataURL().length"
        browser.wait_for("document.querySelector('#live').dataset.drawn >= 2")
        first = browser.evaluate(looks)
        browser.wait_for(f"{looks} !== {first}")
        browser.wait_for("document.querySelector('#verdict').dataset.state === 'ok'")
        browser.wait_for("document.querySelectorAll('#strip li').length > 0")

        browser.type("3")
        browser.wait_for("document.querySelector('[data-view=white]').ariaPressed === 'true'")
        # Its digits are keys of the page as well: a code is none of them.
        browser.type(ESCAPE, *"4711-2", ENTER)
        browser.wait_for("document.querySelector('#sku').value === '4711-2'")
        assert _state(browser)["selected"]["sku"] == "4711-2"
        assert browser.evaluate("document.querySelector('[data-view=white]').ariaPressed") == "true"

        browser.type(" ")
        browser.wait_for(
            f"{STATE}.then(({{ shots }}) => shots.some(({{ sku }}) => sku === '4711-2'))"
        )
        browser.wait_for("!document.querySelector('#shoot').ariaBusy")
        browser.click("#shoot")
        rig.program.wait_for("request=page-", times=2)
        browser.type(BACKSPACE)
        browser.wait_for(f"{STATE}.then(({{ shots }}) => shots.some((shot) => shot.replaces))")
        browser.type("o", "g")
        browser.wait_for("document.querySelector('[data-what=guides]').ariaPressed === 'true'")
        browser.wait_for("document.querySelector('#fit').textContent !== ''")


def test_the_newest_photo_is_shown_to_who_looks_later(browser: Browser, hot_folder: Path) -> None:
    """A page that is opened after the last photo shows it; one from behind shows the newest."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        _put(hot_folder, 1, "4711_front_1.png")
        rig.program.wait_for("msg=shot")
        browser.open(rig.address)
        browser.wait_for("document.querySelector('#live').dataset.drawn >= 1")
        browser.evaluate("(Object.defineProperty(document, 'hidden', {configurable: true,"
                         " get: () => true}), true)")  # fmt: skip
        for photo in (2, 3):
            _put(hot_folder, photo, f"471{photo}_front_1.png")
            browser.wait_for(f"document.querySelectorAll('#strip li').length === {photo}")
        browser.evaluate("(delete document.hidden,"
                         " document.dispatchEvent(new Event('visibilitychange')))")  # fmt: skip
        browser.wait_for(
            "fetch('/live?after=0').then(({ headers }) => headers.get('x-captured-ms') ==="
            " document.querySelector('#live').dataset.captured)"
        )


def test_a_retake_stays_until_it_is_answered(browser: Browser, hot_folder: Path) -> None:
    """RETAKE with its reason stays over other garments, and goes when somebody keeps the shot."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        cv2.imwrite(str(hot_folder.parent / "empty.png"), np.full((480, 640, 3), 128, np.uint8))
        (hot_folder.parent / "empty.png").rename(hot_folder / "4711_front_1.png")
        browser.wait_for("document.querySelector('#verdict').dataset.state === 'retake'")
        browser.wait_for("document.querySelector('#verdict-why').innerText.includes('garment')")
        _put(hot_folder, 1, "4712_front_1.png")
        browser.wait_for("document.querySelectorAll('#strip li').length === 2")
        assert len(_state(browser)["retakes"]) == 1
        browser.wait_for("document.querySelector('#verdict').dataset.state === 'retake'")
        browser.click("#keep")
        browser.wait_for("document.querySelector('#verdict').dataset.state !== 'retake'"
                         " || document.querySelector('#verdict').hidden")  # fmt: skip
        assert _state(browser)["retakes"] == []


def test_a_shot_list_is_worked_through(browser: Browser, hot_folder: Path) -> None:
    """A list that is loaded on the page names what comes; a rejection joins the list's queue."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        browser.wait_for("document.querySelector('#rig').textContent === 'page-rig'")
        _load_list(browser, "sku,views\n4711,front <b>\n")
        browser.wait_for("!document.querySelector('#list-faults').hidden")
        _load_list(browser, "\ufeffsku;views;name\n4711;front back;<i>Shirt</i>\n4712;front;\n")
        browser.wait_for("document.querySelector('#list-done').textContent.includes('0 of 3')")
        browser.evaluate("(document.querySelector('#list').open = true)")
        assert "<i>Shirt</i>" in browser.evaluate("document.querySelector('#list-next').innerText")
        _put(hot_folder, 1, "photo1.png")
        browser.wait_for("document.querySelector('#list-done').textContent.includes('1 of 3')")
        assert _state(browser)["shots"][0]["sku"] == "4711"
        browser.click("#strip button")
        browser.evaluate("(document.querySelector('#shot-reason').value = 'crease')")
        browser.click("#shot-reject")
        browser.wait_for("document.querySelector('#list-done').textContent.includes('1 rejected')")


def test_a_stroke_makes_a_new_take(browser: Browser, hot_folder: Path) -> None:
    """What is erased on the page comes as a take that names the one it replaces, also later."""
    config = hot_folder.parent / "rig.toml"
    config.write_text("[archive]\nframes_max_mb = 100\n", "utf-8")
    camera = f"folder:{hot_folder}"
    with Rig(hot_folder.parent / "state", camera, "--config", str(config)) as rig:
        browser.open(rig.address)
        _put(hot_folder, 1, "4711_front_1.png")
        browser.wait_for(f"{STATE}.then((state) => state.correctable.length === 1)")
        browser.click("#strip button")
        shown = "document.querySelector('#shot-picture').dataset.shot"
        browser.wait_for(f"{STATE}.then((state) => state.shots[0].id === {shown})")
        browser.click("#brush-erase")
        browser.wait_for("document.querySelector('#brush-erase').ariaPressed === 'true'")
        browser.click("#shot-picture")
        browser.click("#brush-undo")
        browser.click("#brush-redo")
        browser.click("#brush-save")
        browser.wait_for(f"{STATE}.then(({{ shots }}) => shots.length === 2)")
        new, old = _state(browser)["shots"]
        assert (new["replaces"], new["corrected"], new["sku"]) == (old["id"], True, "4711")
        rig.program.end(signal.SIGKILL)
        rig.start()
        browser.open(rig.address)
        browser.wait_for("document.querySelectorAll('#strip li[data-drawn]').length === 2")
        assert [shot["id"] for shot in _state(browser)["shots"]] == [new["id"], old["id"]]


def _load_list(browser: Browser, text: str) -> None:
    """As somebody who chooses a file: browsers let no script set one but so."""
    browser.evaluate(
        "(() => { const box = document.querySelector('#list-file'); const all = new DataTransfer();"
        f" all.items.add(new File([{json.dumps(text)}], 'monday.csv')); box.files = all.files;"
        " box.dispatchEvent(new Event('change')); })()"
    )


def test_the_page_finds_a_killed_rig_again(browser: Browser, hot_folder: Path) -> None:
    """A page that stays open over SIGKILL says so, and shows the truth when the rig is back."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        _put(hot_folder, 1, "4711_front_1.png")
        browser.wait_for("document.querySelectorAll('#strip li').length === 1")
        rig.program.end(signal.SIGKILL)
        browser.wait_for("document.body.classList.contains('lost')")
        rig.start()
        browser.wait_for("!document.body.classList.contains('lost')")
        browser.wait_for("document.querySelector('#strip').innerText.includes('4711')")
        _put(hot_folder, 2, "4712_front_1.png")
        browser.wait_for("document.querySelector('#strip').innerText.includes('4712')")


def test_two_operators_see_the_same(browser: Browser, hot_folder: Path) -> None:
    """What one selects the other sees, in the language of each."""
    with (
        Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig,
        Browser("chromium", "de") as other,
    ):
        browser.open(rig.address)
        other.open(rig.address)
        other.wait_for("document.documentElement.lang === 'de'")
        browser.wait_for("document.querySelector('#rig').textContent === 'page-rig'")
        browser.type(*"ABC-99", ENTER)
        other.wait_for("document.querySelector('#sku').value === 'ABC-99'")
        assert "Ansicht" in other.evaluate("document.body.innerText")


def test_a_space_in_a_scanned_code_is_no_shot(browser: Browser, hot_folder: Path) -> None:
    """A code such as AB 47 is told to be no SKU; the space in it does not press the shutter."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        browser.wait_for("document.querySelector('#rig').textContent === 'page-rig'")
        browser.type(*"AB 47", ENTER)
        browser.wait_for("document.querySelector('#toast').textContent !== ''")
        assert "shutter" not in browser.evaluate("document.querySelector('#toast').textContent")
        browser.type(" ")
        browser.wait_for("document.querySelector('#toast').textContent.includes('shutter')")


def test_names_of_files_are_never_markup(browser: Browser, hot_folder: Path) -> None:
    """A file whose name is a script is shown as what it is."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        (hot_folder / "<img src=x onerror=document.title=1>.png").write_bytes(b"no picture")
        browser.wait_for("document.querySelector('#troubles').textContent.includes('<img')")
        assert browser.evaluate("document.querySelectorAll('#troubles img').length") == 0
        assert browser.evaluate("document.title") != "1"


@pytest.mark.axe
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, hot_folder: Path, theme: str) -> None:
    """Contrast, names, roles and focus pass axe-core's rules, with a verdict and dialogs open."""
    with Rig(hot_folder.parent / "state", f"folder:{hot_folder}") as rig:
        browser.open(rig.address)
        _put(hot_folder, 1, "4711_front_1.png")
        browser.wait_for("document.querySelectorAll('#strip li').length === 1")
        browser.evaluate(f"(document.documentElement.dataset.theme = {json.dumps(theme)})")
        # As a debugger would: the page's own policy lets no such script in.
        browser.run(AXE.read_text("utf-8"))
        dialogs = "document.querySelectorAll('dialog').forEach((each) => each.close())"
        for act in ("0", "document.querySelector('#help').click()",
                    "document.querySelector('#strip button').click()"):  # fmt: skip
            browser.run(dialogs)
            browser.evaluate(act)
            found = browser.evaluate(
                "axe.run().then(({ violations }) => violations.filter(({ impact }) =>"
                " ['serious', 'critical'].includes(impact)).map(({ id, nodes }) =>"
                " [id, nodes.map(({ html }) => html.slice(0, 120))]))"
            )
            assert found == [], (act, found)
