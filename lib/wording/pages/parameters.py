"""The parameters that a notebook declares in its `parameters` cell, read without running it, and what is wrong with given values."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wording.errors import WordingError
from wording.phrasing import suggest_name

PARAMETER_TYPES = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list[str]": (list,),
    "list[int]": (list,),
    "list[float]": (list,),
}
ITEM_TYPES = {"list[str]": (str,), "list[int]": (int,), "list[float]": (int, float)}


Notebook = Mapping[str, Any]


def read_notebook(file: Path) -> Notebook:
    """The notebook's JSON; nbformat would check it too, and take a second to import."""
    return json.loads(file.read_text(encoding="utf8"))


@dataclass(frozen=True)
class Parameter:
    """One line of the `parameters` cell: its name, annotation, default, what its comment says, and the choices that a comment like
    `# one of all, one (the first), none: which copies count` names.
    """

    name: str
    type: str
    default: Any
    meaning: str = ""
    choices: tuple[str, ...] = ()


def read_parameters(notebook: Notebook) -> dict[str, Parameter]:
    """The notebook's parameters by their names; none if it has no cell tagged `parameters`."""
    cells = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    return parse_parameters("".join(cells[0]["source"])) if cells else {}


def parse_parameters(source: str) -> dict[str, Parameter]:
    """The parameters of a cell's source: one a line, `name: type = literal  # meaning`, or `# one of a, b: meaning`.

    Raises
    ------
    WordingError
        For a line that is something else.

    Examples
    --------
    >>> parse_parameters("level: float = 0.95  # of the intervals")
    {'level': Parameter(name='level', type='float', default=0.95, meaning='of the intervals', choices=())}
    >>> parse_parameters('voice: str = "all"  # one of all, outlet (its own): whose words')["voice"].choices
    ('all', 'outlet')
    """
    comments = {
        t.start[0]: t.string.lstrip("# ").strip()
        for t in tokenize.generate_tokens(io.StringIO(source).readline)
        if t.type == tokenize.COMMENT
    }
    return {p.name: p for p in (parse_parameter(line, comments) for line in ast.parse(source).body)}


def parse_parameter(line: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    """One declaration."""
    kind = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else None
    if kind not in PARAMETER_TYPES or not isinstance(line.target, ast.Name) or line.value is None:
        raise WordingError(
            f"The parameters cell has {ast.unparse(line)!r}; expected `name: type = value` with a type of {', '.join(PARAMETER_TYPES)}."
        )
    said, default = comments.get(line.end_lineno, ""), ast.literal_eval(line.value)
    declared = Parameter(line.target.id, kind, default, said, parse_choices(said))
    if wrong := find_parameter_faults({declared.name: default}, {declared.name: declared}):
        raise WordingError(f"The parameters cell has {ast.unparse(line)!r}, but {wrong[0]}")
    return declared


def parse_choices(comment: str) -> tuple[str, ...]:
    """The choices that a comment names: `one of a, b (which is this), c: ...`; none for any other comment."""
    named = re.match(r"one of ([^:]+):", re.sub(r"\s*\([^)]*\)", "", comment))
    return tuple(choice.strip() for choice in named[1].split(",")) if named else ()


def find_parameter_faults(
    given: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    *,
    choices: Mapping[str, list[str]] | None = None,
) -> list[str]:
    """What is wrong with the given values, a sentence each; `choices` are the values that a study allows by parameter name."""
    said = []
    for name, value in given.items():
        if name not in parameters:
            said.append(
                f"{name!r} is no parameter of this notebook; {suggest_name(name, parameters)}."
            )
        elif not is_of_type(value, parameters[name].type):
            said.append(f"{name} is {value!r}; expected {parameters[name].type}.")
        else:
            said += find_choice_faults(name, value, parameters[name], (choices or {}).get(name))
    return said


def find_choice_faults(
    name: str, value: Any, parameter: Parameter, known: list[str] | None
) -> list[str]:
    """A sentence for each of the values that is no choice of the notebook or, unless it is the default, of the study."""
    values = value if isinstance(value, list) else [value]
    said = [
        f"{name} is {v!r}; {suggest_name(v, parameter.choices)}."
        for v in values
        if parameter.choices and str(v) not in parameter.choices
    ]
    if known is not None and value != parameter.default:
        said += [
            f"{name} is {v!r}, which the study does not have; {suggest_name(v, known)}."
            for v in values
            if v not in known
        ]
    return said


def is_of_type(value: Any, kind: str) -> bool:
    """Whether the value is of the annotated type; a bool is no number.

    >>> is_of_type(1, "float"), is_of_type(True, "int"), is_of_type(["a", 1], "list[str]")
    (True, False, False)
    """
    right = isinstance(value, PARAMETER_TYPES[kind]) and (
        kind == "bool" or not isinstance(value, bool)
    )
    return right and all(
        isinstance(item, ITEM_TYPES[kind]) and not isinstance(item, bool)
        for item in (value if kind in ITEM_TYPES else [])
    )
