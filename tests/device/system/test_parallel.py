"""Work spread over the cores."""

from __future__ import annotations

import threading
import time

import pytest

from device.system.parallel import ParallelMap, own_workers, parallel_map


def test_results_come_in_the_order_of_the_items() -> None:
    """However long each takes, and on whatever thread it is done."""

    def slow(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * number

    assert parallel_map(int, slow, range(40)) == [number**2 for number in range(40)]
    assert parallel_map(int, slow, []) == []


def test_items_are_prepared_on_the_callers_thread() -> None:
    """What is to take many short steps is never done by two threads at once."""
    prepared_by = []

    def prepare(number: int) -> int:
        prepared_by.append(threading.current_thread())
        return number

    assert parallel_map(prepare, str, range(30)) == [str(number) for number in range(30)]
    assert set(prepared_by) == {threading.current_thread()}


@pytest.mark.parametrize("items", [0, 1, 100])
def test_others_work_while_the_owner_does_something_else(items: int) -> None:
    """What was begun goes on by itself; the owner need not ask for the results at once."""
    begun = threading.Event()

    def work(number: int) -> int:
        begun.set()
        return number

    spread = ParallelMap(int, work, range(items))
    assert items == 0 or begun.wait(120)
    assert spread.results() == list(range(items))


def test_what_nobody_asks_for_is_in_nobodys_way() -> None:
    """An owner that fails in between leaves no thread waiting."""
    ParallelMap(int, int, range(20))
    assert parallel_map(int, int, range(20)) == list(range(20))


@pytest.mark.parametrize("faulty", ["prepare", "work"])
def test_a_fault_reaches_the_caller(faulty: str) -> None:
    """Wherever it happens, nobody is left waiting, and the next call works."""

    def fail(*_: int) -> int:
        raise OSError("the disk is gone")

    steps = {"prepare": int, "work": int} | {faulty: fail}
    with pytest.raises(OSError, match="the disk is gone"):
        parallel_map(steps["prepare"], steps["work"], range(20))
    assert parallel_map(int, int, range(20)) == list(range(20))


def test_work_may_itself_be_spread() -> None:
    """Work that spreads its own does not wait for its own thread."""
    done = parallel_map(int, lambda number: sum(parallel_map(int, int, range(number))), range(12))
    assert done == [sum(range(number)) for number in range(12)]


def test_the_workers_end_with_their_owner() -> None:
    """A program leaves no thread behind, and may spread work again later."""
    for _ in range(2):
        with own_workers():
            assert parallel_map(int, int, range(20)) == list(range(20))
            assert any(each.name.startswith("core") for each in threading.enumerate())
        assert not any(each.name.startswith("core") for each in threading.enumerate())
