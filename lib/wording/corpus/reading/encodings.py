"""Turn the bytes of a text file into text, whatever their encoding."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO


class UnreadableError(Exception):
    """A whole file cannot be read; the message is the reason."""


# UTF-32 stands before UTF-16, whose mark is its beginning.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ENCODING_SAMPLE_BYTES = 2**24
"""Bytes by which the encoding of a larger file is detected."""
MAX_TEXT_LENGTH = 2**24
"""Characters of a line or record: some three million words, more than the longest book has."""
GUESS_SAMPLE_BYTES = 4_000
"""With more, charset_normalizer became slower and worse on news."""
NON_ASCII_BYTE = re.compile(rb"[\x80-\xff]")
NON_ASCII_BYTES = bytes(range(0x80, 0x100))
WESTERN_ACCENT_BYTES = bytes(range(0xC0, 0x100))
"""Letters in cp1252."""
NON_WESTERN_BYTES = bytes.fromhex("8a8e9a9eb1b3b6b9babcbebff0fdfe")
"""Rare in cp1252; frequent in Polish, Czech, Turkish, Baltic, ... tables."""
IMPLAUSIBLE_BYTES = re.compile(rb"[a-z][\x81-\x84\x87-\x90\xd0-\xd5]")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
NO_ENCODING_REASON = "cannot be decoded: no encoding fits; save it as UTF-8"


@dataclass(frozen=True)
class DecodedText:
    """The text of bytes, the encoding it was in, and a warning where reading them took a guess."""

    text: str
    encoding: str
    warning: str | None = None
    mark_length: int = 0
    is_guess: bool = False


def decode_text(data: bytes) -> tuple[str, str | None]:
    """Return the text of the bytes, and a warning where reading them took a guess.

    Tried in turn: the byte order mark, UTF-16 and ISO 2022 without a mark, UTF-8, UTF-8 with a few
    broken bytes, and what the characters suggest.

    Raises
    ------
    UnreadableError
        If no encoding fits, or the bytes are not text.
    """
    decoded = detect_and_decode(data)
    return decoded.text, decoded.warning


def detect_and_decode(data: bytes, *, final: bool = True) -> DecodedText:
    """Return the text of the bytes with their encoding; not `final`: more bytes follow."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            decoded = decode_marked(data[len(mark) :], encoding, len(mark), final=final)
            break
    else:
        decoded = decode_unmarked(data, final=final)
    refuse_binary(decoded.text[:100_000])
    return decoded


def decode_marked(data: bytes, encoding: str, mark_length: int, *, final: bool) -> DecodedText:
    """Return the text of bytes that a byte order mark stood before.

    Parameters
    ----------
    data : bytes
        Those after the mark.
    encoding : str
        What the mark says.
    mark_length : int
        In bytes.
    final : bool
        Whether no more bytes follow.
    """
    decoded = try_decode_or_repair(data, encoding, final=final)
    if decoded is None:
        raise UnreadableError(
            f"its byte order mark says {encoding}, but the text is not valid {encoding}; "
            "save it as UTF-8"
        )
    return DecodedText(decoded.text, encoding, decoded.warning, mark_length)


def decode_unmarked(data: bytes, *, final: bool) -> DecodedText:
    """Return the text of bytes without a byte order mark."""
    decoded = try_decode_or_repair(data, detect_unmarked_encoding(data), final=final)
    return decoded or guess_and_decode(data, final=final)


def try_decode_or_repair(data: bytes, encoding: str, *, final: bool) -> DecodedText | None:
    """Return the text, with a few broken bytes in UTF-8 replaced; None if it is not in it."""
    text = try_decode(data, encoding, final=final)
    if text is not None:
        return DecodedText(text, encoding)
    return repair_utf8(data) if encoding == "utf-8" else None


def try_decode(data: bytes, encoding: str, *, final: bool = True) -> str | None:
    """Return the text, or None where the bytes are not in the encoding."""
    try:
        if final:
            return data.decode(encoding)
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except (UnicodeError, LookupError):
        return None


def detect_unmarked_encoding(data: bytes) -> str:
    """Return the encoding that bytes without a mark show.

    UTF-16 and ISO 2022 would pass for UTF-8 if they were not looked for.
    """
    if b"\x1b$" in data:
        names = (n for n in ("iso2022_jp", "iso2022_kr") if try_decode(data, n) is not None)
        return next(names, "utf-8")
    even, odd = data[:20_000:2].count(0), data[1:20_000:2].count(0)
    many, few = max(even, odd), min(even, odd)
    if len(data) % 2 or len(data) < 8 or many < 0.05 * min(len(data), 20_000) or few > 0.1 * many:
        return "utf-8"
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if try_decode(data, name) is not None else "utf-8"


def repair_utf8(data: bytes) -> DecodedText | None:
    """Return UTF-8 with its broken bytes as U+FFFD.

    None where so many are broken that it is another encoding.
    """
    text = data.decode("utf-8", "replace")
    n_broken = text.count("\ufffd") - data.count("\ufffd".encode())
    if n_broken * 10 > len(text) - len(text.encode("ascii", "ignore")):
        return None
    return DecodedText(text, "utf-8", describe_replaced_bytes(n_broken, "utf-8"))


def describe_replaced_bytes(n: int, encoding: str) -> str:
    """Return the warning about bytes that are not valid in the encoding."""
    return f"bytes that are not valid {encoding} were replaced by U+FFFD (places: {n:,})"


def guess_and_decode(data: bytes, *, final: bool = True) -> DecodedText:
    """Return text in an older encoding, or in several, as its characters suggest."""
    if b"\0" in data:
        raise UnreadableError("not a text file: it contains NUL bytes")
    sample = list(sample_non_ascii_lines(data))
    modern = b"".join(line for line in sample if try_decode(line, "utf-8") is not None)
    # A short line in another encoding may pass for UTF-8 by chance.
    n_non_ascii = count_bytes(b"".join(sample), NON_ASCII_BYTES)
    if count_bytes(modern, NON_ASCII_BYTES) >= max(6, 0.1 * n_non_ascii):
        warning = (
            "mixed encodings: each line was read as UTF-8 where valid, "
            "otherwise in the most likely encoding"
        )
        return DecodedText(decode_mixed_lines(data), "utf-8", warning)
    return decode_as_likeliest(data, b"\n".join(sample), final=final)


def decode_as_likeliest(data: bytes, sample: bytes, *, final: bool = True) -> DecodedText:
    """Return text in the likeliest older encoding of a sample of it in which all of it can be."""
    for name in list_likely_encodings(sample):
        text = try_decode(data, name, final=final)
        if text is not None:
            warning = f"not UTF-8; read as {name} (a guess)"
            return DecodedText(text, name, warning, is_guess=True)
    raise UnreadableError(NO_ENCODING_REASON)


def list_likely_encodings(lines: bytes) -> list[str]:
    """Return the older encodings that the lines may be in, the likeliest first."""
    from charset_normalizer import from_bytes

    matches = from_bytes(lines)
    names = [match.encoding for match in matches if not match.encoding.startswith("utf")]
    # In Western text its first choice is often a DOS or Central European table, so what tells
    # such text goes before it.
    if re.search(rb"[a-z]\xd5[a-z]", lines):  # the apostrophe of the Macintosh
        return ["mac_roman", *names]
    if not names or is_western(lines):
        return ["cp1252", *names]
    return names


def decode_mixed_lines(data: bytes) -> str:
    """Return text whose lines are in UTF-8, or else in an older encoding."""
    lines = data.split(b"\n")
    places = [i for i, line in enumerate(lines) if try_decode(line, "utf-8") is None]
    words = (word for i in places for word in lines[i].split(b" "))
    broken = (word for word in words if try_decode(word, "utf-8") is None)
    sample = b" ".join(itertools.islice(broken, GUESS_SAMPLE_BYTES))[:GUESS_SAMPLE_BYTES]
    older = decode_as_likeliest(b"\n".join(lines[i] for i in places), sample).text.split("\n")
    if len(older) != len(places):  # in EBCDIC, other bytes end a line
        raise UnreadableError(NO_ENCODING_REASON)
    text_by_place = dict(zip(places, older, strict=True))
    return "\n".join(
        text_by_place.get(i) or line.decode("utf-8", "replace") for i, line in enumerate(lines)
    )


def is_western(data: bytes) -> bool:
    """Return whether the bytes look like cp1252.

    Few accents, hardly a letter of other tables, nothing odd within words.
    """
    n_accents = count_bytes(data, WESTERN_ACCENT_BYTES)
    n_other = count_bytes(data, NON_WESTERN_BYTES)
    return (
        n_accents < 2 + 0.1 * len(data)
        and n_other * 10 <= n_accents
        and not IMPLAUSIBLE_BYTES.search(data)
    )


def count_bytes(data: bytes, wanted: bytes) -> int:
    """Return how many bytes are among those wanted."""
    return len(data) - len(data.translate(None, wanted))


def sample_non_ascii_lines(data: bytes) -> Iterator[bytes]:
    """Yield lines that are not plain ASCII, up to GUESS_SAMPLE_BYTES.

    A longer line is cut where no character of several bytes can be cut.
    """
    room, position = GUESS_SAMPLE_BYTES, 0
    while room > 0 and (found := NON_ASCII_BYTE.search(data, position)):
        start = data.rfind(b"\n", position, found.start()) + 1 or position
        if found.start() - start > room // 2:
            start = data.find(b" ", found.start() - room // 2, found.start()) + 1 or found.start()
        end = data.find(b"\n", found.end())
        position = len(data) if end < 0 else end + 1
        line = data[start : position - (end >= 0)]
        cut = len(line)
        if cut > room:
            cut = max(line.rfind(b" ", 0, room), line.rfind(b",", 0, room))
        yield line[: cut if cut > 0 else room]
        room -= len(line)


def refuse_binary(text: str) -> None:
    """Raise where one character in twenty is a control character; a stray one stays in the text."""
    n_controls = len(CONTROL_CHARACTERS.findall(text))
    if n_controls > 3 and n_controls > 0.05 * len(text):
        raise UnreadableError("not a text file: it contains too many control characters")


def read_text_lines(
    stream: BinaryIO, *, newline: str = "", warn: Callable[[str], None]
) -> Iterator[str | None]:
    """Yield the lines of a text as they are read, each with its end.

    Parameters
    ----------
    stream : binary file
    newline : str
        What ends a line, as for io.StringIO.
    warn : callable
        Called with a sentence where reading the bytes took a guess.

    Yields
    ------
    str or None
        None for a line over MAX_TEXT_LENGTH.
    """
    text = open_decoded(stream, newline, warn)
    n_broken = 0
    for line in iter(lambda: text.readline(MAX_TEXT_LENGTH), ""):
        if is_cut_off(line):
            while is_cut_off(line):
                line = text.readline(MAX_TEXT_LENGTH)
            yield None
            continue
        n_broken += line.count("\ufffd")
        yield line
    if n_broken and isinstance(text, io.TextIOWrapper):
        warn(describe_replaced_bytes(n_broken, text.encoding))


def is_cut_off(line: str) -> bool:
    """Return whether a line is longer than what was read of it."""
    return len(line) == MAX_TEXT_LENGTH and not line.endswith("\n")


def open_decoded(stream: BinaryIO, newline: str, warn: Callable[[str], None]) -> TextIO:
    """Return a text to read from.

    Small files are decoded as by `decode_text`, larger ones in the encoding of their first bytes.
    """
    head = stream.read(ENCODING_SAMPLE_BYTES)
    if len(head) < ENCODING_SAMPLE_BYTES:
        return io.StringIO(decode_with_warning(head, warn), newline=newline)
    decoded = detect_and_decode(head, final=False)
    if decoded.is_guess and decoded.warning:  # broken bytes are counted as they are read
        warn(decoded.warning)
    return io.TextIOWrapper(
        io.BufferedReader(PrefixedStream(head[decoded.mark_length :], stream)),
        decoded.encoding,
        errors="replace",
        newline=newline,
    )


def decode_with_warning(data: bytes, warn: Callable[[str], None]) -> str:
    """Return the text of the bytes; `warn` is called about a guess."""
    text, warning = decode_text(data)
    if warning:
        warn(warning)
    return text


class PrefixedStream(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head, self.stream = io.BytesIO(head), stream

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes into the buffer and return their number."""
        data = self.head.read(len(buffer)) or self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
