"""Lines as one text each, for a list that is read and chosen from by keyboard."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from wording.questions.coding.sample import LINE, MARKS
from wording.show.values import is_missing, printable

SIDE, NODE, OUTLET, ISOLATES = 30, 24, 14, 2
"""Letters of a line on each side of the hit, of the hit at most, of the outlet; and the marks around each, which have no width."""

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

    >>> hit = {"left": "a", "node": "b", "right": "c", "outlet": "X", "date": None, "voice": "outlet"}
    >>> [text.replace("\u2068", "").replace("\u2069", "").split() for text in as_texts(pd.DataFrame([hit]), pd.Series(["R"]), first=7)]
    [['7', 'R', 'a', '[b]', 'c', 'X', '–', 'outlet']]
    """
    left, node, right, outlet = (lines[name].map(plain).reset_index(drop=True) for name in ("left", "node", "right", "outlet"))
    hit = "[" + isolated(node.str[:NODE]) + "]"
    columns = {
        "number": pd.Series(range(first, first + len(lines)), dtype=str).str.rjust(len(f"{first + len(lines)}")),
        "marks": marked.str.ljust(2),
        "left": isolated(left.str[-SIDE:]).str.rjust(SIDE + ISOLATES),
        "hit": hit.str.ljust(hit.str.len().max()),
        "right": isolated(right.str[:SIDE]).str.ljust(SIDE + ISOLATES),
        "outlet": isolated(outlet.str[:OUTLET]).str.ljust(OUTLET + ISOLATES),
        "date": pd.to_datetime(lines["date"]).dt.strftime("%Y-%m-%d").fillna("–").str.ljust(10).reset_index(drop=True),
        "voice": lines["voice"].reset_index(drop=True),
    }
    return pd.DataFrame(columns).agg(" ".join, axis=1).to_list()


def plain(value: object) -> str:
    """The value as one run of text that turns nothing around."""
    return "" if is_missing(value) else " ".join(TURNS.sub("\ufffd", printable(value)).split())


def isolated(texts: pd.Series) -> pd.Series:
    """The texts in marks that keep letters written from right to left to their own place (Unicode's isolates)."""
    return "\u2068" + texts + "\u2069"


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
