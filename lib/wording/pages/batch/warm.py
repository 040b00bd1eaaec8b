"""The warm process: it has imported what workers and notebooks need, and forks for each page.

The fork server of multiprocessing imports this module once. A lock that another thread holds would
stay locked in the child, so there is none: what starts threads when it is imported does so after
the fork. `threads_at_fork` names those that are there all the same; then no kernel is forked.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from wording.pages.batch.forking import held_starts, note_threads

PACKAGES_OF_PAGES = ("answers", "corpus", "questions", "show", "stats", "study")
"""The packages of `wording` that a notebook may use."""

RARE_MODULES = (".fit", ".fit_links", ".segments")
"""Modules of one question, or of none, that import what takes a second.

Those of `fit` estimate the weights in data/words, which pages only read.
"""

MODULES_OF_PAGES = (
    *("wording.pages.batch.worker", "nbconvert.exporters"),
    *("ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell"),
    *("numba", "scipy.sparse.csgraph", "pyarrow.compute", "pyarrow.parquet"),
    *("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
)
"""What workers and most kernels import sooner or later."""

POLARS_RUNTIMES = ("_polars_runtime_compat", "_polars_runtime_64", "_polars_runtime_32")
"""What Polars may run on, in the order of its own preference."""


def hold_polars_start() -> Callable[[], None]:
    """Import Polars without what it starts; return what starts it.

    That is a thread that removes its temporary files.
    """
    runtime: Any = importlib.import_module(
        f"{next(name for name in POLARS_RUNTIMES if find_spec(name))}._polars_runtime"
    )
    name = "__register_startup_deps"
    start = getattr(runtime, name, None)
    if start is None:  # another version of Polars: if it has threads, they are found below
        return lambda: None
    setattr(runtime, name, lambda *_: None)
    try:
        from polars._warnings import _polars_warn
    finally:
        setattr(runtime, name, start)
    return lambda: start(_polars_warn)


def import_pages_modules() -> None:
    """Import what workers and notebooks need."""
    gc.disable()  # nothing becomes garbage here: a tenth of the time goes into looking for it
    # jsonschema would compile a grammar of addresses that no notebook has, which takes 0.8 s.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    for package in PACKAGES_OF_PAGES:
        found = importlib.import_module(f"wording.{package}")
        for module in pkgutil.walk_packages(found.__path__, f"{found.__name__}."):
            if not module.name.endswith(RARE_MODULES):
                importlib.import_module(module.name)
    for name in MODULES_OF_PAGES:
        importlib.import_module(name)
    del sys.modules["rfc3987_syntax"]
    gc.freeze()  # else each child copies these objects as it looks for garbage
    gc.enable()


held_starts.append(hold_polars_start())
import_pages_modules()
os.register_at_fork(before=note_threads)
