"""The warm process: it has imported what workers and notebooks need, and forks for each page.

The fork server of multiprocessing imports this module once. A lock that another thread holds would
stay locked in the child, so there is none: what starts threads when it is imported does so after
the fork. `threads_at_fork` names those that are there all the same; then no kernel is forked.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import sys
import warnings
from collections.abc import Callable, Iterator
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
    *("pyarrow.compute", "pyarrow.parquet"),
    *("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
)
"""What workers and most kernels import sooner or later."""

LATER_MODULES = [
    ["numba", "scipy.sparse.csgraph"],
    ["scipy.stats"],
    ["sklearn.linear_model", "sklearn.model_selection"],
    ["ruptures"],
    ["nltk.metrics"],
]
"""What some pages need: imported a group after each fork, while the page that was forked begins."""

UNUSED_MODULES = ("rfc3987_syntax", "soupsieve")
"""What others import if it is there, and no page needs: grammars of addresses (0.8 s), of CSS."""

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


@contextlib.contextmanager
def keep_everything() -> Iterator[None]:
    """Look for no garbage in what is made meanwhile, which stays; nor do the children.

    A tenth of the time of imports goes into looking, and a child would copy what it looks through.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@keep_everything()
def import_pages_modules() -> None:
    """Import what workers and notebooks need, and read what nearly each page does."""
    sys.modules |= dict.fromkeys(UNUSED_MODULES)  # type: ignore[arg-type]
    for package in PACKAGES_OF_PAGES:
        found = importlib.import_module(f"wording.{package}")
        for module in pkgutil.walk_packages(found.__path__, f"{found.__name__}."):
            if not module.name.endswith(RARE_MODULES):
                importlib.import_module(module.name)
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        for name in MODULES_OF_PAGES:
            importlib.import_module(name)
    for name in UNUSED_MODULES:
        del sys.modules[name]
    read_pages_knowledge()


def import_later_modules() -> None:
    """Import the next group of what some pages need, in the warm process itself."""
    if os.getpid() != WARM_PROCESS or not LATER_MODULES:
        return
    with keep_everything():
        for name in LATER_MODULES.pop(0):
            importlib.import_module(name)


def read_pages_knowledge() -> None:
    """Read what nearly each page does, once."""
    from wording.corpus.encoding.kept import fingerprint_counting_code
    from wording.corpus.marks.attribution import load_voice_words
    from wording.corpus.marks.likeness import read_languages

    fingerprint_counting_code()
    read_languages()
    load_voice_words("en")  # most studies are in English; what another language needs is read later


held_starts.append(hold_polars_start())
import_pages_modules()
WARM_PROCESS = os.getpid()
os.register_at_fork(before=note_threads, after_in_parent=import_later_modules)
