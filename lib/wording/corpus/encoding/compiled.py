"""Compiles functions over single tokens by Numba when they are first needed.

Python would run them a thousand times slower.
"""

from __future__ import annotations

import inspect
from functools import cache
from types import ModuleType


@cache
def compile_module(module: ModuleType) -> ModuleType:
    """Return the module with its own functions compiled; Numba keeps that until the file changes.

    It is kept beside the file, or if that may not be written in the user's cache, or not at all.

    Numba is imported here and not above: that takes as long as pandas, and only builds and
    explanations of voices need it.
    """
    from numba import njit

    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__:
            try:
                compiled = njit(nogil=True, cache=True)(function)
            except RuntimeError:  # Numba finds no folder that it may write
                compiled = njit(nogil=True)(function)
            setattr(module, name, compiled)
    return module
