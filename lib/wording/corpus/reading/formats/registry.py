"""What reads a file of each kind, and how rows become frames."""

import re
from collections import Counter

import polars as pl

from wording.corpus.reading.formats.csv import read_csv
from wording.corpus.reading.formats.documents import read_docx, read_rtf, read_txt
from wording.corpus.reading.formats.markup import read_feed
from wording.corpus.reading.formats.tables import (
    BATCH_ROWS,
    read_json,
    read_jsonl,
    read_parquet,
    read_xlsx,
)
from wording.corpus.reading.formats.webpages import read_html, read_warc
from wording.corpus.reading.report import COLUMN_ALIASES

READERS = {
    ".txt": read_txt, ".csv": read_csv, ".tsv": read_csv, ".jsonl": read_jsonl, ".ndjson": read_jsonl, ".json": read_json,
    ".parquet": read_parquet, ".xlsx": read_xlsx, ".html": read_html, ".htm": read_html, ".xhtml": read_html, ".docx": read_docx,
    ".rtf": read_rtf, ".warc": read_warc, ".xml": read_feed, ".rss": read_feed, ".atom": read_feed,
}  # fmt: skip
"""What reads a file of each ending: a function of the stream, the source and the chooser of columns that yields rows, or frames of them."""
SINGLE_ARTICLE_ENDINGS = (".txt", ".html", ".htm", ".xhtml", ".docx", ".rtf")
"""Files that are one article as a rule, which a row of the metadata can describe."""
TABLE_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx")
ROW_SCHEMA = dict.fromkeys(("table", "source", "made_id", *COLUMN_ALIASES), pl.String)
MAX_BATCH_CHARACTERS = 2**24  # of a batch of rows
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def batch_rows(items, ledger):
    """Yield frames in the columns of FIELDS from rows and frames, as many rows together as are quick to handle."""
    rows, size = [], 0
    for item in items:
        frame = isinstance(item, pl.DataFrame)
        if rows and (frame or len(rows) >= BATCH_ROWS or size > MAX_BATCH_CHARACTERS):
            yield build_row_frame(rows, ledger)
            rows, size = [], 0
        if frame:
            yield item.select(
                item[name].cast(pl.String)
                if name in item.columns
                else pl.lit(None, pl.String).alias(name)
                for name in ROW_SCHEMA
            )
        else:
            rows.append(item)
            size += len(item.get("text") or "")
    if rows:
        yield build_row_frame(rows, ledger)


def build_row_frame(rows, ledger):
    """Return rows as a frame, with U+FFFD for halves of surrogate pairs, which JSON can write and no text can hold."""
    columns = {name: [row.get(name) for row in rows] for name in ROW_SCHEMA}
    try:
        return pl.DataFrame(columns, schema=ROW_SCHEMA)
    except UnicodeEncodeError:
        broken = Counter(
            row["table"]
            for row in rows
            if any(value and LONE_SURROGATE.search(value) for value in row.values())
        )
    for name, n in broken.items():
        ledger.remark(
            f"half a character (a lone surrogate such as \\ud83d) was read as U+FFFD in {n:,} articles",
            name,
        )
    return pl.DataFrame(
        {
            name: [v and LONE_SURROGATE.sub("\ufffd", v) for v in values]
            for name, values in columns.items()
        },
        schema=ROW_SCHEMA,
    )
