"""A function in a process of its own, for what is counted over a whole process: its memory."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from tests.support.programs import PATIENCE_S

P = ParamSpec("P")
R = TypeVar("R")


def run_in_own_process(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what the function returns, or raise what it raises.

    Threads that other tests have left in the process of the tests are not there.

    Args:
        function: defined at the top of a module.
        args: can be pickled.
        kwargs: likewise.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result(PATIENCE_S)
