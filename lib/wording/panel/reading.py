"""Lines as one text each, for a list that is read and chosen from by keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wording.questions.coding.sample import LINE_KEY
from wording.show.values import is_missing, to_printable
from wording.study.journal import CODING_MARKS

MAX_SIDE_CHARACTERS, MAX_NODE_CHARACTERS, MAX_OUTLET_CHARACTERS, ISOLATE_MARK_COUNT = 30, 24, 14, 2
"""Letters of a line: on each side of the hit, of the hit, of the outlet, at most.

And the number of marks around each, which have no width.
"""

MARK_LETTERS = {"right sense": "R", "wrong sense": "W", "own voice": "O", "quoted": "Q"}
DIRECTION_CHARACTERS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows, or cannot be seen."""


@dataclass(frozen=True)
class SampledLines:
    """Lines that are written out already, read page by page as `kwic.Concordance` is."""

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def lines(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """The lines from `start` up to, not including, `stop`."""
        return self.frame.iloc[start:stop].reset_index(drop=True)

    def select(self, variant: str, outlets: Sequence[str]) -> SampledLines:
        """Return the lines of a variant (empty: of all) at outlets (none: at all)."""
        own = self.frame["member" if "member" in self.frame else "outlet"]
        is_wanted = (self.frame["variant"] == variant) | (not variant)
        return SampledLines(self.frame[is_wanted & (own.isin(outlets) | (not outlets))])


def format_lines(
    lines: pd.DataFrame,
    marked: pd.Series,
    *,
    first: int = 1,
    width: int = MAX_SIDE_CHARACTERS,
) -> list[str]:
    """Return one text per line, its parts as wide as on every other line.

    The parts are its number, the coder's marks, left, [node], right, outlet, date and voice.

    Parameters
    ----------
    lines : DataFrame
        The table `hits`.
    marked : Series
        The letters of the marks of each line.
    first : int
        The number of the first line.
    width : int
        Letters on each side of the hit.

    Examples
    --------
    >>> hit = {"left": "a", "node": "b", "right": "c", "outlet": "X", "date": None}
    >>> lines = pd.DataFrame([hit | {"voice": "outlet"}])
    >>> texts = format_lines(lines, pd.Series(["R"]), first=7)
    >>> [text.replace("\u2068", "").replace("\u2069", "").split() for text in texts]
    [['7', 'R', 'a', '[b]', 'c', 'X', '–', 'outlet']]
    """
    left, node, right, outlet = (
        lines[name].map(to_plain_text).reset_index(drop=True)
        for name in ("left", "node", "right", "outlet")
    )
    hit = "[" + isolate_direction(node.str[:MAX_NODE_CHARACTERS]) + "]"
    columns = {
        "number": pd.Series(range(first, first + len(lines)), dtype=str).str.rjust(
            len(f"{first + len(lines)}")
        ),
        "marks": marked.str.ljust(2),
        "left": isolate_direction(left.str[-width:]).str.rjust(width + ISOLATE_MARK_COUNT),
        "hit": hit.str.ljust(hit.str.len().max()),
        "right": isolate_direction(right.str[:width]).str.ljust(width + ISOLATE_MARK_COUNT),
        "outlet": isolate_direction(outlet.str[:MAX_OUTLET_CHARACTERS]).str.ljust(
            MAX_OUTLET_CHARACTERS + ISOLATE_MARK_COUNT
        ),
        "date": pd.to_datetime(lines["date"])
        .dt.strftime("%Y-%m-%d")
        .fillna("–")
        .str.ljust(10)
        .reset_index(drop=True),
        "voice": lines["voice"].reset_index(drop=True),
    }
    return pd.DataFrame(columns).agg(" ".join, axis=1).to_list()


def to_plain_text(value: object) -> str:
    """Return the value as one run of text that turns nothing around."""
    if is_missing(value):
        return ""
    return " ".join(DIRECTION_CHARACTERS.sub("\ufffd", to_printable(value)).split())


def isolate_direction(texts: pd.Series) -> pd.Series:
    """Return the texts in Unicode's isolates.

    They keep letters written from right to left to their own place.
    """
    return "\u2068" + texts + "\u2069"


def look_up_letters(lines: pd.DataFrame, marks: pd.DataFrame, coder: str) -> pd.Series:
    """Return the letters of the marks that the coder has set on each line.

    These are the last on its sense, then the last on its voice.
    """
    own = marks[marks["coder"] == coder.strip()]
    about = own["mark"].map({mark: number // 2 for number, mark in enumerate(CODING_MARKS)})
    last = (
        own.assign(about=about, letter=own["mark"].map(MARK_LETTERS))
        .drop_duplicates([*LINE_KEY, "about"], keep="last")
        .sort_values("about", kind="stable")
    )
    letters = last.groupby(LINE_KEY)["letter"].agg("".join).rename("letters").reset_index()
    if not len(letters):
        return pd.Series("", index=range(len(lines)))
    return lines[LINE_KEY].merge(letters, on=LINE_KEY, how="left")["letters"].fillna("")
