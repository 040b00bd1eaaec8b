"""What the functions of this room take and give."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]
"""An array of numbers."""

Numbers = float | Array
"""One number, or an array of them."""
