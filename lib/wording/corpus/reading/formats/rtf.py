"""The text of Rich Text Format (Microsoft's specification, version 1.9.1)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from wording.corpus.reading.encodings import UnreadableError

RTF_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|((?:\\'[0-9a-fA-F]{2})+)|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
SKIPPED_DESTINATIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf footnote annotation object fldinst "
    b"themedata colorschememapping datastore latentstyles listtable listoverridetable rsidtbl generator xmlnstbl".split()
)
RTF_CHARACTERS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"nestcell": "\t",
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"emspace": "\u2003", b"enspace": "\u2002", b"~": "\N{NO-BREAK SPACE}", b"_": "\N{NON-BREAKING HYPHEN}",
    b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n",
}  # fmt: skip
ENCODING_BY_CHARSET = {
    b"77": "mac_roman", b"128": "cp932", b"129": "cp949", b"134": "cp936", b"136": "cp950", b"161": "cp1253", b"162": "cp1254",
    b"163": "cp1258", b"177": "cp1255", b"178": "cp1256", b"186": "cp1257", b"204": "cp1251", b"222": "cp874", b"238": "cp1250",
}  # fmt: skip
FONT_CHARSET_PATTERN = re.compile(rb"\\f(\d+)[^;{}]{0,200}?\\fcharset(\d+)")


@dataclass(frozen=True)
class GroupState:
    """What holds inside a group: whether it is no text, how many characters stand in for one of Unicode's, the code page."""

    skipped: bool
    stand_ins: int
    page: str


@dataclass
class RtfParser:
    """A document as it is read, token by token."""

    state: GroupState
    fonts: dict[bytes, str]
    outer: list[GroupState] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    behind: int = 0

    def take(
        self,
        word: bytes | None,
        number: bytes | None,
        codes: bytes | None,
        symbol: bytes | None,
        brace: bytes | None,
        plain: bytes | None,
    ):
        """Takes the next token."""
        if brace == b"{":
            self.outer.append(self.state)
        elif brace:
            self.state = self.outer.pop() if self.outer else self.state
        elif word or symbol:
            self.control(word or symbol, number)
        elif data := plain or (codes and bytes.fromhex(codes.replace(b"\\'", b"").decode())):
            kept, self.behind = data[self.behind :], max(self.behind - len(data), 0)
            self.write(kept.decode(self.state.page, "replace"))

    def control(self, word: bytes, number: bytes | None) -> None:
        """Takes a control word or symbol."""
        if word in SKIPPED_DESTINATIONS or word == b"*":
            self.state = replace(self.state, skipped=True)
        elif word == b"uc":
            self.state = replace(self.state, stand_ins=int(number or 1))
        elif word == b"f":
            self.state = replace(self.state, page=self.fonts.get(number, self.state.page))
        elif word == b"u":
            self.write(chr(int(number or 0) % 65536))
            self.behind = self.state.stand_ins
        else:
            self.write(RTF_CHARACTERS.get(word, ""))

    def write(self, text: str) -> None:
        """Adds text, where it is text."""
        if not self.state.skipped:
            self.written.append(text)


def extract_rtf_text(data: bytes) -> str:
    """The text of the document, a line for each paragraph, a tab after each cell of a table.

    Raises
    ------
    Unreadable
        If the bytes are no Rich Text Format.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError("not a sound .rtf: it does not begin with {\\rtf")
    page = (
        find_code_page(found[1])
        if (found := re.search(rb"\\ansicpg(\d{1,5})", data[:4000]))
        else "cp1252"
    )
    fonts = {
        font: ENCODING_BY_CHARSET.get(charset, page)
        for font, charset in FONT_CHARSET_PATTERN.findall(data[:1_000_000])
    }
    document = RtfParser(GroupState(False, 1, page), fonts)
    for match in RTF_TOKEN.finditer(drop_binary_data(data)):
        document.take(*match.groups())
    return "".join(document.written).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def find_code_page(number: bytes) -> str:
    """The name of a code page, the Western one where Python has none of that number."""
    try:
        return codecs.lookup(f"cp{number.decode()}").name
    except LookupError:
        return "cp1252"


def drop_binary_data(data: bytes) -> bytes:
    """The document without bytes that are pictures, whose length stands before them."""
    kept, place = [], 0
    for match in re.finditer(rb"\\bin(\d{1,9}) ?", data):
        if match.start() >= place:
            kept.append(data[place : match.start()])
            place = match.end() + int(match[1])
    return b"".join([*kept, data[place:]])
