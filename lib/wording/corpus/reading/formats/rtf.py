"""Extract the text of Rich Text Format (Microsoft's specification, version 1.9.1)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from wording.corpus.reading.encodings import UnreadableError

RTF_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|(?P<codes>(?:\\'[0-9a-fA-F]{2})+)"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n]+"
    rb"|(?P<plain>[^\\{}\r\n]+)"
    rb"|\\"
)
SKIPPED_DESTINATIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr "
    b"footerf footnote annotation object fldinst themedata colorschememapping datastore "
    b"latentstyles listtable listoverridetable rsidtbl generator xmlnstbl".split()
)
RTF_CHARACTERS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"nestcell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"~": "\N{NO-BREAK SPACE}",
    b"_": "\N{NON-BREAKING HYPHEN}",
    b"\\": "\\",
    b"{": "{",
    b"}": "}",
    b"\n": "\n",
    b"\r": "\n",
}
ENCODING_BY_CHARSET = {
    b"77": "mac_roman",
    b"128": "cp932",
    b"129": "cp949",
    b"134": "cp936",
    b"136": "cp950",
    b"161": "cp1253",
    b"162": "cp1254",
    b"163": "cp1258",
    b"177": "cp1255",
    b"178": "cp1256",
    b"186": "cp1257",
    b"204": "cp1251",
    b"222": "cp874",
    b"238": "cp1250",
}
FONT_CHARSET_PATTERN = re.compile(rb"\\f(\d+)[^;{}]{0,200}?\\fcharset(\d+)")


@dataclass(frozen=True)
class GroupState:
    """What holds inside a group.

    `is_skipped`: it is no text; `n_fallback_characters` stand in for one of Unicode's;
    `code_page` is the encoding of the others.
    """

    is_skipped: bool
    n_fallback_characters: int
    code_page: str


@dataclass
class RtfParser:
    """A document as it is read, token by token; `n_to_skip` bytes stand in for a character."""

    state: GroupState
    fonts: dict[bytes, str]
    outer_states: list[GroupState] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    n_to_skip: int = 0

    def read_token(self, token: re.Match[bytes]) -> None:
        """Read the next token."""
        kind = token.lastgroup
        if kind == "brace":
            self.enter_or_leave(token["brace"])
        elif kind in ("word", "number"):
            self.apply_control(token["word"], token["number"])
        elif kind == "symbol":
            self.apply_control(token["symbol"], None)
        elif kind == "codes":
            self.write_bytes(bytes.fromhex(token["codes"].replace(b"\\'", b"").decode()))
        elif kind == "plain":
            self.write_bytes(token["plain"])

    def enter_or_leave(self, brace: bytes) -> None:
        """Enter a group, or leave it for the one around it."""
        if brace == b"{":
            self.outer_states.append(self.state)
        elif self.outer_states:
            self.state = self.outer_states.pop()

    def apply_control(self, word: bytes, number: bytes | None) -> None:
        """Apply a control word or symbol."""
        if word in SKIPPED_DESTINATIONS or word == b"*":
            self.state = replace(self.state, is_skipped=True)
        elif word == b"uc":
            self.state = replace(self.state, n_fallback_characters=int(number or 1))
        elif word == b"f":
            code_page = self.fonts.get(number or b"", self.state.code_page)
            self.state = replace(self.state, code_page=code_page)
        elif word == b"u":
            self.write(chr(int(number or 0) % 65536))
            self.n_to_skip = self.state.n_fallback_characters
        else:
            self.write(RTF_CHARACTERS.get(word, ""))

    def write_bytes(self, data: bytes) -> None:
        """Add bytes in the code page, without those that stand in for a character."""
        text = data[self.n_to_skip :].decode(self.state.code_page, "replace")
        self.n_to_skip = max(self.n_to_skip - len(data), 0)
        self.write(text)

    def write(self, text: str) -> None:
        """Add text, where it is text."""
        if not self.state.is_skipped:
            self.written.append(text)


def extract_rtf_text(data: bytes) -> str:
    """Return the text of the document, a line for each paragraph, a tab after each table cell.

    Raises
    ------
    UnreadableError
        If the bytes are no Rich Text Format.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError("not a valid .rtf: it does not begin with {\\rtf")
    declared = re.search(rb"\\ansicpg(\d{1,5})", data[:4000])
    code_page = find_code_page(declared[1]) if declared else "cp1252"
    fonts = {
        font: ENCODING_BY_CHARSET.get(charset, code_page)
        for font, charset in FONT_CHARSET_PATTERN.findall(data[:1_000_000])
    }
    state = GroupState(is_skipped=False, n_fallback_characters=1, code_page=code_page)
    parser = RtfParser(state, fonts)
    for token in RTF_TOKEN.finditer(drop_binary_data(data)):
        parser.read_token(token)
    return "".join(parser.written).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def find_code_page(number: bytes) -> str:
    """Return the name of a code page, the Western one where Python has none of that number."""
    try:
        return codecs.lookup(f"cp{number.decode()}").name
    except LookupError:
        return "cp1252"


def drop_binary_data(data: bytes) -> bytes:
    """Return the document without bytes that are pictures, whose length stands before them."""
    kept, end = [], 0
    for match in re.finditer(rb"\\bin(\d{1,9}) ?", data):
        if match.start() >= end:
            kept.append(data[end : match.start()])
            end = match.end() + int(match[1])
    return b"".join([*kept, data[end:]])
