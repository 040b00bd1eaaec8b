"""Times and zones are kept as they are written; a date without a time has none."""

import datetime

import polars as pl
import pytest

from wording.corpus.reading.articles import read_articles
from wording.corpus.reading.dates import read_dates, read_times

WRITTEN = {
    "2018-03-01T08:00:00Z": "2018-03-01T08:00:00Z",
    "2018-03-01T08:00Z": "2018-03-01T08:00:00Z",
    "2018-03-01 19:30 +02:00": "2018-03-01T17:30:00Z",
    "2018-03-01T23:30:00-05:00": "2018-03-02T04:30:00Z",
    "2018-03-01T08:00:00.123456+0100": "2018-03-01T07:00:00Z",
    "2018-03-01T08:00:00+05:30": "2018-03-01T02:30:00Z",
    "2018-03-01T08:00:00+02": "2018-03-01T06:00:00Z",
    "2018-03-01 08:00:00 UTC": "2018-03-01T08:00:00Z",
    "2018-03-01 08:00 UTC+2": "2018-03-01T06:00:00Z",
    "20180301T080000Z": "2018-03-01T08:00:00Z",
    "1519891200": "2018-03-01T08:00:00Z",
    "1519891200000": "2018-03-01T08:00:00Z",
    "March 1, 2018 8:05 PM EST": "2018-03-02T01:05:00Z",
    "March 1, 2018 8:05 PM ET": "2018-03-02T01:05:00Z",
    "July 1, 2018 8:05 p.m. ET": "2018-07-02T00:05:00Z",
    "8:05 AM EST, March 1, 2018": "2018-03-01T13:05:00Z",
    "March 1, 2018, 08:05 (CET)": "2018-03-01T07:05:00Z",
    "Thu, 01 Mar 2018 08:00:00 GMT": "2018-03-01T08:00:00Z",
    "Thu Mar 1 08:00:00 +0000 2018": "2018-03-01T08:00:00Z",
    "Thu Mar 1 08:00:00 EST 2018": "2018-03-01T13:00:00Z",
    "2018-03-01 08:05:10": "2018-03-01T08:05:10",
    "20180301080000": "2018-03-01T08:00:00",
    "3/1/2018 12:05 AM": "2018-03-01T00:05:00",
    "01/03/2018 19:30": "2018-01-03T19:30:00",
    "1 March 2018 at 7.30pm": "2018-03-01T19:30:00",
    "March 1, 2018 8 pm": "2018-03-01T20:00:00",
    "2018-03-01": None,
    "2018-03-01+02:00": None,
    "2018-03-01T00:00:00": None,
    "2018-03-01T25:00:00Z": None,
    "May 2018": None,
}


def times(values, tables=None):
    written = pl.Series(values, dtype=pl.String)
    table = pl.Series(tables or [f"file {k}" for k in range(len(values))])
    return read_times(written, read_dates(written, table)[0], table).to_list()


@pytest.mark.parametrize(("written", "time"), WRITTEN.items())
def test_a_time_is_read_with_its_zone(written, time):
    assert times([written]) == [time]


def test_midnight_in_most_rows_of_a_table_is_no_time():
    dates = [f"2018-03-{k:02}T00:00:00Z" for k in range(1, 20)]
    assert times([*dates, "2018-03-20T08:00:00Z"], ["t"] * 20) == [None] * 19 + [
        "2018-03-20T08:00:00Z"
    ]
    hours = [f"2018-03-01T{k:02}:30:00Z" for k in range(12)]
    assert times([*hours, "2018-03-01T00:00:00Z"], ["t"] * 13)[-1] == "2018-03-01T00:00:00Z"


def test_one_hour_in_most_rows_of_a_table_is_no_time():
    dates = [f"2018-03-{k:02}T05:00:00Z" for k in range(1, 20)]
    assert times(dates, ["t"] * 19) == [None] * 19
    assert None not in times(dates[:3], ["t"] * 3)


def test_typed_columns_keep_their_times(tmp_path):
    moment = datetime.datetime(2018, 3, 1, 23, 30, tzinfo=datetime.UTC)
    frame = pl.DataFrame({"outlet": "A", "text": "Some words.", "date": [moment]})
    local = frame.with_columns(pl.col("date").dt.convert_time_zone("Europe/Berlin"))
    found = []
    for table in (frame, local, frame.with_columns(pl.col("date").dt.replace_time_zone(None))):
        table.write_parquet(tmp_path / "articles.parquet")
        read = read_articles(tmp_path / "articles.parquet").frame
        found.append((str(read["date"][0]), read["time"][0]))
    assert found == [
        ("2018-03-01", "2018-03-01T23:30:00Z"),
        ("2018-03-02", "2018-03-01T23:30:00Z"),
        ("2018-03-01", "2018-03-01T23:30:00"),
    ]
