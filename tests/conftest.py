"""What every test folder shares: which tests can run here, said aloud."""

from __future__ import annotations

import faulthandler
import importlib.util
import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

# A script's background job ignores Ctrl-C, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

_REQUIRE_ALL = "SELVEDGE_REQUIRE_ALL_TESTS"
_BROWSERS = ("chromium", "chromedriver", "firefox-esr")
_AXE = "node_modules/axe-core/axe.min.js"


def _missing(marker: str) -> str | None:
    """Return what this machine lacks for a marker's tests, or None when it has all."""
    if marker == "broker" and not shutil.which("mosquitto"):
        return "mosquitto is not on PATH: install Debian's mosquitto and mosquitto-clients"
    if marker == "blender" and not importlib.util.find_spec("bpy"):
        return "bpy is not installed: it exists for Python 3.11"
    if marker in {"browser", "axe"}:
        return _missing_for_page(marker)
    if marker == "installs" and not os.environ.get("SELVEDGE_INSTALL_TESTS"):
        return "SELVEDGE_INSTALL_TESTS is not set: they download packages"
    if marker == "real_data" and not (
        os.environ.get("SELVEDGE_DATA") and os.environ.get("SELVEDGE_MODELS")
    ):
        return "SELVEDGE_DATA and SELVEDGE_MODELS do not name the folders of real files"
    return None


def _missing_for_page(marker: str) -> str | None:
    """Return what this machine lacks for tests of the operator's page."""
    if marker == "browser" and not all(map(shutil.which, _BROWSERS)):
        return f"{', '.join(_BROWSERS)} are not all on PATH: install Debian's chromium-driver too"
    if marker == "axe" and not (Path(__file__).parent.parent / _AXE).is_file():
        return f"{_AXE} is missing: npm install --no-save --no-package-lock axe-core@4"
    return None


_left_out: Counter[str] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, and never silently."""
    kept, left = [], []
    for item in items:
        reasons = [
            f"{marker.name}: {reason}"
            for marker in item.iter_markers()
            if (reason := _missing(marker.name))
        ]
        if reasons:
            _left_out[reasons[0]] += 1
            left.append(item)
        else:
            kept.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_report_collectionfinish() -> list[str]:
    """Name what was left out before the first test runs."""
    return _describe_left_out()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name it again where the tests ran in processes of their own, which collect without a word."""
    if terminalreporter.config.pluginmanager.has_plugin("dsession"):
        for line in _describe_left_out():
            terminalreporter.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what one of the test processes left out; all of them collect the same tests."""
    _left_out.update(Counter(getattr(node, "workeroutput", {}).get("left_out", {})) - _left_out)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """A thread that a failed test has left behind does not keep the run from ending."""
    if hasattr(config, "workerinput"):  # One of several processes waits for the others.
        return
    faulthandler.dump_traceback_later(60, exit=True, file=2)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all tests are meant to run, one that did not is a failure."""
    workeroutput: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:  # One of several processes: the first of them reports for all.
        workeroutput["left_out"] = dict(_left_out)
        return
    if not os.environ.get(_REQUIRE_ALL):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    skipped = len(reporter.stats.get("skipped", []))
    # Real data is the one thing that nobody can install.
    missed = [reason for reason in _left_out if not reason.startswith("real_data")]
    if missed or skipped:
        reasons = "; ".join(missed) or f"{skipped} skipped"
        reporter.write_line(f"{_REQUIRE_ALL} is set, but not all tests ran: {reasons}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _describe_left_out() -> list[str]:
    return [f"left out {count} tests of {reason}" for reason, count in _left_out.items()]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The project's root folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets, for tests marked ``real_data``."""
    return Path(os.environ["SELVEDGE_DATA"])


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """The folder of real published models, for tests marked ``real_data``."""
    return Path(os.environ["SELVEDGE_MODELS"])
