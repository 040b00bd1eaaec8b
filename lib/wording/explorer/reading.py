"""Lines as one text each, for a list that is read and chosen from by keyboard."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from wording.corpus.coding import LINE, MARKS
from wording.pages.markup import is_missing, printable

SIDE, NODE, OUTLET = 40, 16, 16
"""Letters of a line on each side of the hit, of the hit, and of the outlet."""

LETTERS = {"right sense": "R", "wrong sense": "W", "own voice": "O", "quoted": "Q"}
TURNS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows, or cannot be seen."""


@dataclass(frozen=True)
class Drawn:
    """Lines that are written out already, read page by page as `kwic.Found` is."""

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def lines(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """The lines from `start` up to, not including, `stop`."""
        return self.frame.iloc[start:stop].reset_index(drop=True)


def as_texts(lines: pd.DataFrame, marked: pd.Series, *, first: int = 1) -> list[str]:
    """One text per line: its number, the coder's marks, left, [node], right, outlet, date and voice, each as wide as on every other line.

    Parameters
    ----------
    lines : the table `hits`.
    marked : the letters of the marks of each line.
    first : the number of the first line.
    """
    rows = zip(range(first, first + len(lines)), marked, lines.to_dict("records"), strict=True)
    return [as_text(number, letters, row) for number, letters, row in rows]


def as_text(number: int, letters: str, row: dict) -> str:
    """One line.

    >>> as_text(7, "R", {"left": "a", "node": "b", "right": "c", "outlet": "X", "date": None, "voice": "outlet"}).replace("\\u2068", "").split()
    ['7', 'R', 'a\\u2069', '[b\\u2069]', 'c\\u2069', 'X\\u2069', '–', 'outlet']
    """
    left, node, right, outlet = (plain(row[name]) for name in ("left", "node", "right", "outlet"))
    hit = f"[{isolated(node)}]"
    date = "–" if is_missing(row["date"]) else f"{row['date']:%Y-%m-%d}"
    return (
        f"{number:>5} {letters:<2} {isolated(left[-SIDE:], before=SIDE)} {hit}{' ' * (NODE - len(node))} "
        f"{isolated(right[:SIDE], after=SIDE)} {isolated(outlet[:OUTLET], after=OUTLET)} {date:<10} {row['voice']}"
    )


def plain(value: object) -> str:
    """The value as one run of text that turns nothing around."""
    return "" if is_missing(value) else " ".join(TURNS.sub("\ufffd", printable(value)).split())


def isolated(text: str, *, before: int = 0, after: int = 0) -> str:
    """The text, filled with blanks, in marks that keep letters written from right to left to their own place (Unicode's isolates)."""
    return f"{' ' * (before - len(text))}\u2068{text}\u2069{' ' * (after - len(text))}"


def letters_of(lines: pd.DataFrame, marks: pd.DataFrame, coder: str) -> pd.Series:
    """The letters of the marks that the coder has set on each line: the last on its sense, then the last on its voice."""
    own = marks[marks["coder"] == coder.strip()]
    about = own["mark"].map({mark: number // 2 for number, mark in enumerate(MARKS)})
    last = (
        own.assign(about=about, letter=own["mark"].map(LETTERS))
        .drop_duplicates([*LINE, "about"], keep="last")
        .sort_values("about", kind="stable")
    )
    told = last.groupby(LINE)["letter"].agg("".join).rename("letters").reset_index()
    return lines[LINE].merge(told, on=LINE, how="left")["letters"].fillna("") if len(told) else pd.Series("", index=range(len(lines)))
