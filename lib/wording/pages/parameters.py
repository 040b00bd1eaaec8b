"""The parameters that a notebook declares in its `parameters` cell, read without running it."""

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

PARAMETER_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list[str]": (list,),
    "list[int]": (list,),
    "list[float]": (list,),
}
ITEM_TYPES: dict[str, tuple[type, ...]] = {
    "list[str]": (str,),
    "list[int]": (int,),
    "list[float]": (int, float),
}


Notebook = Mapping[str, Any]


def read_notebook(file: Path) -> Notebook:
    """Return the notebook's JSON; nbformat would check it too, and take a second to import."""
    notebook: Notebook = json.loads(file.read_text(encoding="utf8"))
    return notebook


@dataclass(frozen=True)
class Parameter:
    """One line of the `parameters` cell: its name, annotation, default, and what its comment says.

    A comment such as `# one of all, one (the first), none: which copies count` names choices.
    """

    name: str
    type: str
    default: Any
    meaning: str = ""
    choices: tuple[str, ...] = ()


def read_parameters(notebook: Notebook) -> dict[str, Parameter]:
    """Return the notebook's parameters by their names; none without a `parameters` cell."""
    cells = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    return parse_parameters("".join(cells[0]["source"])) if cells else {}


def parse_parameters(source: str) -> dict[str, Parameter]:
    """Return the parameters of a cell's source by their names.

    There is one a line: `name: type = literal  # meaning`, or `# one of a, b: meaning`.

    Raises
    ------
    WordingError
        For a line that is something else.

    Examples
    --------
    >>> parse_parameters("level: float = 0.95  # of the intervals")["level"].meaning
    'of the intervals'
    >>> source = 'voice: str = "all"  # one of all, outlet (its own): whose words'
    >>> parse_parameters(source)["voice"].choices
    ('all', 'outlet')
    """
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    parameters = [parse_parameter(line, comments) for line in ast.parse(source).body]
    return {parameter.name: parameter for parameter in parameters}


def parse_parameter(line: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    """Return one declaration as a parameter; `comments` are those of the cell by their lines."""
    kind = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
    if (
        not isinstance(line, ast.AnnAssign)
        or kind not in PARAMETER_TYPES
        or not isinstance(line.target, ast.Name)
        or line.value is None
    ):
        raise WordingError(
            f"The parameters cell has {ast.unparse(line)!r}; expected `name: type = value` with a "
            f"type of {', '.join(PARAMETER_TYPES)}."
        )
    meaning, default = comments.get(line.end_lineno or 0, ""), ast.literal_eval(line.value)
    parameter = Parameter(line.target.id, kind, default, meaning, parse_choices(meaning))
    if faults := find_parameter_faults({parameter.name: default}, {parameter.name: parameter}):
        raise WordingError(f"The parameters cell has {ast.unparse(line)!r}, but {faults[0]}")
    return parameter


def parse_choices(comment: str) -> tuple[str, ...]:
    """Return the choices that a comment names: `one of a, b (which is this), c: ...`."""
    choices = re.match(r"one of ([^:]+):", re.sub(r"\s*\([^)]*\)", "", comment))
    return tuple(choice.strip() for choice in choices[1].split(",")) if choices else ()


def find_parameter_faults(
    given: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    *,
    choices: Mapping[str, list[str]] | None = None,
) -> list[str]:
    """Return what is wrong with the given values, a sentence each.

    Parameters
    ----------
    given : mapping
        {name: value}.
    parameters : mapping
        The parameters that a notebook declares, by their names.
    choices : mapping, optional
        The values that a study allows, by the parameter's name.
    """
    faults = []
    for name, value in given.items():
        if name not in parameters:
            remedy = suggest_name(name, parameters)
            faults.append(f"this notebook has no parameter {name!r}; {remedy}.")
        elif not is_of_type(value, parameters[name].type):
            faults.append(f"{name} is {value!r}; expected {parameters[name].type}.")
        else:
            faults += find_choice_faults(value, parameters[name], (choices or {}).get(name))
    return faults


def find_choice_faults(value: Any, parameter: Parameter, known: list[str] | None) -> list[str]:
    """Return a sentence for each value that is no choice of the notebook, or of the study.

    The default is always allowed.

    Parameters
    ----------
    value : object
        A value, or a list of them.
    parameter : Parameter
        What the notebook declares.
    known : list of str, optional
        The values that the study allows.
    """
    values, name = value if isinstance(value, list) else [value], parameter.name
    faults = []
    if parameter.choices:
        wrong = [item for item in values if str(item) not in parameter.choices]
        faults += [
            f"{name} is {item!r}; {suggest_name(item, parameter.choices)}." for item in wrong
        ]
    if known is not None and value != parameter.default:
        wrong = [item for item in values if item not in known]
        faults += [
            f"{name} is {item!r}, which is not in this study; {suggest_name(item, known)}."
            for item in wrong
        ]
    return faults


def is_of_type(value: Any, kind: str) -> bool:
    """Return whether the value is of the annotated type; a bool is no number.

    >>> is_of_type(1, "float"), is_of_type(True, "int"), is_of_type(["a", 1], "list[str]")
    (True, False, False)
    """
    if isinstance(value, bool):
        return kind == "bool"
    if not isinstance(value, PARAMETER_TYPES[kind]):
        return False
    items: Any = value if kind in ITEM_TYPES else []
    return all(isinstance(item, ITEM_TYPES[kind]) and not isinstance(item, bool) for item in items)
