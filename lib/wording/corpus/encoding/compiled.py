"""Functions over single tokens, which Python would run a thousand times slower, compiled by Numba when they are first needed."""

from __future__ import annotations

import inspect
from functools import cache
from types import ModuleType


@cache
def compile_module(module: ModuleType) -> ModuleType:
    """The module with all its own functions compiled; what Numba made of them is kept beside the file until that changes.

    Numba is imported here and not above: that takes as long as pandas, and only builds and explanations of voices need it.
    """
    from numba import njit

    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__:
            setattr(module, name, njit(nogil=True, cache=True)(function))
    return module
