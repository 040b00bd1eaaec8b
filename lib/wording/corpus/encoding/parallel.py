"""The one way to run a function many times at once: on all cores, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

TaskResult = TypeVar("TaskResult")


def run_parallel(
    function: Callable[..., TaskResult],
    calls: Iterable[tuple[Any, ...]],
    *,
    light: bool = False,
    shared_memory: bool = False,
    pre_dispatch: str = "2 * n_jobs",
) -> list[TaskResult]:
    """Return what the function gives for each call, in the order of the calls.

    Parameters
    ----------
    function : what is run: in threads, or where `joblib.parallel_config` says.
    calls : the positional arguments of each call; read as they are needed.
    light : whether a call takes only some milliseconds, mostly of Python: then the calls are made
        one after the other unless a cluster is configured, for threads would wait for one another.
    shared_memory : whether the calls need the memory of this process: then they stay in it.
    pre_dispatch : how many calls are read ahead, as an expression of `n_jobs`.

    Returns
    -------
    The results, as many as there are calls.
    """
    import joblib

    place = {"require": "sharedmem"} if shared_memory else {"prefer": "threads"}
    parallel = joblib.Parallel(n_jobs=None if light else -1, pre_dispatch=pre_dispatch, **place)
    return parallel(joblib.delayed(function)(*arguments) for arguments in calls)
