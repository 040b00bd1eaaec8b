"""Turns the bytes of a text file into text, whatever their encoding."""

import codecs
import io
import re

import charset_normalizer


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
ENCODING_SAMPLE_BYTES = 2**24  # bytes by which the encoding of a larger file is told
MAX_TEXT_LENGTH = 2**27  # characters of one line, or of one article
GUESS_SAMPLE_BYTES = 4_000  # bytes; with more, charset_normalizer became slower and worse on news
NON_ASCII_BYTES = bytes(range(0x80, 0x100))
WESTERN_ACCENT_BYTES = bytes(range(0xC0, 0x100))  # letters in cp1252
NON_WESTERN_BYTES = bytes.fromhex(
    "8a8e9a9eb1b3b6b9babcbebff0fdfe"
)  # rare there; frequent in Polish, Czech, Turkish, Baltic, ... tables
IMPLAUSIBLE_BYTES = re.compile(rb"[a-z][\x81-\x84\x87-\x90\xd0-\xd5]")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")


def decode_text(data) -> tuple[str, str | None]:
    """Return the text of the bytes, and a remark where reading them took a guess.

    Tried in turn: the byte order mark, UTF-16 and ISO 2022 without a mark, UTF-8, UTF-8 with a few broken bytes, and what
    the characters suggest.

    Raises
    ------
    Unreadable
        No encoding fits, or the bytes are not text.
    """
    _, _, text, remark = detect_and_decode(data)
    return text, remark


def detect_and_decode(data, *, final=True):
    """Return the encoding of the bytes, the length of their byte order mark, their text and a remark; not `final`: more bytes follow."""
    mark, encoding = next(
        (pair for pair in BYTE_ORDER_MARKS if data.startswith(pair[0])),
        (b"", detect_unmarked_encoding(data)),
    )
    data = data[len(mark) :]
    text, remark = try_decode(data, encoding, final=final), None
    if text is None and encoding == "utf-8":
        text, remark = repair_utf8(data)
    if text is None and mark:
        raise UnreadableError(
            f"its first bytes announce {encoding}, but it is not; save it as UTF-8"
        )
    if text is None:
        text, remark, encoding = guess_and_decode(data, final=final)
    refuse_binary(text[:100_000])
    return encoding, len(mark), text, remark


def try_decode(data, encoding, *, final=True):
    """Return the text, or None where the bytes are not in the encoding."""
    try:
        return (
            data.decode(encoding)
            if final
            else codecs.getincrementaldecoder(encoding)().decode(data)
        )
    except (UnicodeError, LookupError):
        return None


def detect_unmarked_encoding(data):
    """Return the encoding that bytes without a mark show; UTF-16 and ISO 2022 would pass for UTF-8 if not told apart."""
    if b"\x1b$" in data:
        return next(
            (name for name in ("iso2022_jp", "iso2022_kr") if try_decode(data, name) is not None),
            "utf-8",
        )
    even, odd = data[:20_000:2].count(0), data[1:20_000:2].count(0)
    many, few = max(even, odd), min(even, odd)
    if len(data) % 2 or len(data) < 8 or many < 0.05 * min(len(data), 20_000) or few > 0.1 * many:
        return "utf-8"
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if try_decode(data, name) is not None else "utf-8"


def repair_utf8(data):
    """Return UTF-8 with its broken bytes as U+FFFD; None where so many are broken that it is another encoding."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    if broken * 10 > len(text) - len(text.encode("ascii", "ignore")):
        return None, None
    return text, f"bytes that are not valid UTF-8 were read as U+FFFD (places: {broken:,})"


def guess_and_decode(data, *, final=True):
    """Return text in an older encoding, as its characters suggest it, a remark, and the encoding."""
    if b"\0" in data:
        raise UnreadableError("not text: it holds NUL bytes")
    found = list(sample_non_ascii_lines(data))
    modern = b"".join(line for line in found if try_decode(line, "utf-8") is not None)
    # A short line in another encoding may pass for UTF-8 by chance.
    if count_bytes(modern, NON_ASCII_BYTES) >= max(
        6, 0.1 * count_bytes(b"".join(found), NON_ASCII_BYTES)
    ):
        return (
            decode_mixed_lines(data),
            "in more than one encoding; each line was read as UTF-8 where it fits, else as what it looks like",
            "utf-8",
        )
    lines = b"\n".join(found)
    names = [
        match.encoding
        for match in charset_normalizer.from_bytes(lines)
        if not match.encoding.startswith("utf")
    ]
    # In Western text its first choice is often a DOS or Central European table, so what tells such text goes before it.
    if re.search(rb"[a-z]\xd5[a-z]", lines):  # the apostrophe of the Macintosh
        names.insert(0, "mac_roman")
    elif not names or is_western(lines):
        names.insert(0, "cp1252")
    for name in names:
        if (text := try_decode(data, name, final=final)) is not None:
            return text, f"not in UTF-8; read as {name}, which is a guess", name
    raise UnreadableError("cannot be decoded: no encoding fits; save it as UTF-8")


def decode_mixed_lines(data):
    """Return text whose lines are in UTF-8, or else in an older encoding."""
    lines = data.split(b"\n")
    old = [i for i, line in enumerate(lines) if try_decode(line, "utf-8") is None]
    text = guess_and_decode(b"\n".join(lines[i] for i in old))[0]
    read = dict(zip(old, text.split("\n"), strict=True))
    return "\n".join(read.get(i) or line.decode("utf-8", "replace") for i, line in enumerate(lines))


def is_western(data):
    """Say whether the bytes look like cp1252: few accents, hardly a letter of other tables, nothing odd within words."""
    accents, other = count_bytes(data, WESTERN_ACCENT_BYTES), count_bytes(data, NON_WESTERN_BYTES)
    return (
        accents < 2 + 0.1 * len(data)
        and other * 10 <= accents
        and not IMPLAUSIBLE_BYTES.search(data)
    )


def count_bytes(data, wanted):
    """Return how many bytes are among those wanted."""
    return len(data) - len(data.translate(None, wanted))


def sample_non_ascii_lines(data):
    """Yield lines that are not plain ASCII, up to SAMPLE bytes, cut where no character of several bytes can be cut."""
    room = GUESS_SAMPLE_BYTES
    for match in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", data):
        line = match.group()
        cut = (
            max(line.rfind(b" ", 0, room), line.rfind(b",", 0, room))
            if len(line) > room
            else len(line)
        )
        yield line[: cut if cut > 0 else room]
        room -= len(line)
        if room <= 0:
            return


def refuse_binary(text):
    """Raise where one character in twenty is a control character; a stray one stays in the text."""
    controls = len(CONTROL_CHARACTERS.findall(text))
    if controls > 3 and controls > 0.05 * len(text):
        raise UnreadableError("not text: it is full of control characters")


def read_text_lines(stream, *, newline="", remark):
    """Yield the lines of a text as they are read, each with its end, as io.StringIO with this `newline` does; None for one over LONGEST.

    `remark` is called with a sentence where reading them took a guess.
    """
    text = open_decoded(stream, newline, remark)
    broken = 0
    for line in iter(lambda: text.readline(MAX_TEXT_LENGTH), ""):
        if len(line) == MAX_TEXT_LENGTH and not line.endswith("\n"):
            while len(line) == MAX_TEXT_LENGTH and not line.endswith("\n"):
                line = text.readline(MAX_TEXT_LENGTH)
            yield None
            continue
        broken += line.count("\ufffd")
        yield line
    if broken and isinstance(text, io.TextIOWrapper):
        remark(
            f"bytes that do not fit its encoding, {text.encoding}, were read as U+FFFD (places: {broken:,})"
        )


def open_decoded(stream, newline, remark):
    """Return a text to read from: small files as `decode_text` has them, larger ones in the encoding that their first bytes show."""
    head = stream.read(ENCODING_SAMPLE_BYTES)
    if len(head) < ENCODING_SAMPLE_BYTES:
        return io.StringIO(decode_with_warning(head, remark), newline=newline)
    encoding, mark, _, said = detect_and_decode(head, final=False)
    if said and "guess" in said:  # broken bytes are counted as they are read
        remark(said)
    return io.TextIOWrapper(
        io.BufferedReader(PrefixedStream(head[mark:], stream)),
        encoding,
        errors="replace",
        newline=newline,
    )


def decode_with_warning(data, remark):
    """Return the text of the bytes; a guess is remarked."""
    text, said = decode_text(data)
    if said:
        remark(said)
    return text


class PrefixedStream(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head, stream):
        """Put the head before the rest."""
        self.parts, self.stream = io.BytesIO(head), stream

    def readable(self):
        """Say that it can be read."""
        return True

    def readinto(self, buffer):
        """Read the next bytes."""
        data = self.parts.read(len(buffer)) or self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
