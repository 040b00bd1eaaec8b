"""Read dates and times as they come in real files.

A date that cannot be read is unknown, with a warning; a time that is not written is unknown.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import polars as pl

FIRST_YEAR = 1700
LAST_YEAR = 2040  # fixed, so that no result depends on the day on which it is computed

# The names of months in German, French, Spanish, Portuguese, Italian, Dutch, Russian, Ukrainian and
# Polish, where they do not begin as in English; accents are gone.
MONTH_NAMES = {
    "jan": "janner|gennaio|enero|ene|styczen|stycznia|январ[ья]|січ(?:ень|ня)",
    "feb": "fevr?|fevrier|fevereiro|luty|lutego|феврал[ья]|лют(?:ий|ого)",
    "mar": "maart|mrz|maerz|marzec|marca|марта?|берез(?:ень|ня)",
    "apr": "avr|avril|abr|abril|kwiecien|kwietnia|апрел[ья]|квіт(?:ень|ня)",
    "may": "mai|maio|mei|maggio|maj|maja|ма[йя]|трав(?:ень|ня)",
    "jun": "juin|giugno|czerwiec|czerwca|июн[ья]|черв(?:ень|ня)",
    "jul": "juil|juillet|luglio|lipiec|lipca|июл[ья]|лип(?:ень|ня)",
    "aug": "aout|ago|agosto|sierpien|sierpnia|августа?|серп(?:ень|ня)",
    "sep": "set|setiembre|setembro|settembre|wrzesien|wrzesnia|сентябр[ья]|верес(?:ень|ня)",
    "oct": "okt|oktober|ottobre|outubro|out|pazdziernika?|октябр[ья]|жовт(?:ень|ня)",
    "nov": "listopada?|ноябр[ья]|листопада?",
    "dec": "dez|dezember|dezembro|dic|diciembre|dicembre|grudzien|grudnia|декабр[ья]"
    "|груд(?:ень|ня)",
}
MONTH_PATTERN = r"\b(?<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?"
CLOCK_PATTERN = r"(?:\d\d:\d\d(?::\d\d)?\s+(?:\S+\s+)?)?"
MONTH_DAY_PATTERN = rf"(?i){MONTH_PATTERN}\s*(?<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
DAY_MONTH_PATTERN = (
    rf"(?i)\b(?<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]*(?:of\s+)?{MONTH_PATTERN}[\s-]*"
)
DATE_PATTERNS = (  # what finds year, month and day, and how these three are written
    (r"^(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})(?:[T\sZ+].*)?$", "%Y-%m-%d"),
    (
        r"^(?<y>1[789]\d\d|20\d\d)(?<m>\d\d)(?<d>\d\d)(?:\.0|T?\d{4,6}Z?|[T\s]+\d\d?:\d\d.*)?$",
        "%Y-%m-%d",
    ),
    (MONTH_DAY_PATTERN + CLOCK_PATTERN + r"(?<y>\d{4})\b", "%Y-%b-%d"),
    (DAY_MONTH_PATTERN + r"(?<y>\d{4})\b", "%Y-%b-%d"),
    (rf"(?i)^(?<d>\d{{1,2}})[\s-]{MONTH_PATTERN}[\s-](?<y>\d\d)$", "%Y-%b-%d"),
)
NUMERIC_DATE_PATTERN = (
    r"^(?<a>\d{1,2})\s?[-/.]\s?(?<b>\d{1,2})\s?[-/.]\s?(?<c>[12]\d{3}|\d{1,2})(?:[,\sT].*)?$"
)
EPOCH_SECONDS_PATTERN = r"^(\d{9,10})(?:\.\d+)?$"
EPOCH_MILLISECONDS_PATTERN = r"^(\d{9,10})\d{3}(?:\.\d+)?$"

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"
TIME_PATTERNS = (  # hour, minute, second, and the half of the day; "8.05 pm", "8 pm", "19h30"
    r"(?i)(?:^|[T\s,])(?<h>\d{1,2})(?:[.:](?<m>\d\d))?(?::(?<s>\d\d))?\s?(?<half>[ap])\.?m\b",
    r"(?:^|[T\s,:])(?<h>\d{1,2})[:h](?<m>\d\d)(?::(?<s>\d\d))?(?<half>$^)?",
    r"^\d{8}T?(?<h>\d\d)(?<m>\d\d)(?<s>\d\d)?(?<half>$^)?(?:Z|[+-]\d\d:?\d\d)?$",
)
BEHIND_TIME_PATTERN = (
    r"(?:\d[:h]\d\d(?::\d\d)?(?:[.,]\d+)?|T\d{4}(?:\d\d)?(?:\.\d+)?|\d(?:[.:]\d\d)?\s?[apAP]\.?[mM]\.?)"
    r"(?:\s?[apAP]\.?[mM]\.?)?[\s,(]*"
)
ZONE_PATTERN = (  # behind a time: +02:00, -0500, UTC+2
    rf"{BEHIND_TIME_PATTERN}(?:UTC|GMT)?(?<sign>[+-])(?<hours>\d\d?):?(?<minutes>\d\d)?(?:\D|$)"
)
ZONE_NAME_PATTERN = rf"{BEHIND_TIME_PATTERN}([A-Z]{{1,4}})\b"
ZONE_OFFSETS = {
    name: int(60 * hours)
    for hours, names in {
        0: "Z UTC GMT WET", 1: "CET BST WEST MEZ", 2: "CEST EET SAST MESZ", 3: "EEST MSK TRT",
        8: "HKT SGT", 9: "JST KST", 10: "AEST", 11: "AEDT", 12: "NZST", 13: "NZDT",
        -8: "PST", -7: "PDT MST", -6: "MDT CST", -5: "CDT EST", -4: "EDT", 9.5: "ACST",
    }.items()
    for name in names.split()
}  # fmt: skip
"""Minutes east of UTC of the names of zones that mean one thing in news; US ones as US news uses
them, and none that several countries use alike (IST)."""
ZONE_PLACES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
"""Names of zones that do not say whether it is summer."""
SECONDS_PER_DAY = 86_400
MIDNIGHT_DIVISOR, MIN_PLACEHOLDERS = 10, 10


MONTH_ENDING = "[a-z]{0,2}|r?uar[iy]?|vier|rero|ust|ober|[ou]bre|t?(?:em|iem)b(?:er|re)|tember"
NAMED_MONTH = rf"(?:(?:{'|'.join(MONTH_NAMES)})(?:{MONTH_ENDING})|{'|'.join(MONTH_NAMES.values())})"
YEAR_NUMBER, DAY_NUMBER = r"(?:1[789]|20)\d\d", r"(?:0?[1-9]|[12]\d|3[01])"
DATES_IN_NAMES = (  # 20210503  2021-05-03  03.05.2021  3 mai 2021  May 3 2021
    rf"(?P<y>{YEAR_NUMBER})(?P<mark>[-.]?)(?P<m>0[1-9]|1[0-2])(?P=mark)(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:(?=\d{4}(?:\d\d)?(?!\d))|(?!\d))",
    rf"{DAY_NUMBER}(?P<mark>[-.]){DAY_NUMBER}(?P=mark){YEAR_NUMBER}(?!\d)",
    rf"{DAY_NUMBER}(?:st|nd|rd|th)?[-. ]*{NAMED_MONTH}[-. ]*{YEAR_NUMBER}(?!\d)",
    rf"(?<![^\W_]){NAMED_MONTH}[-. ]*{DAY_NUMBER}[-, ]+{YEAR_NUMBER}(?!\d)",
)
DATE_IN_NAME = [re.compile(rf"(?i)(?<!\d){one}") for one in DATES_IN_NAMES]


def find_date_in_name(name: str) -> str | None:
    """Return the date that the name of a file has, as `read_dates` reads it; None without one.

    >>> find_date_in_name("20210503_riot"), find_date_in_name("title 2021_05_03")
    ('2021-05-03', '2021-05-03')
    >>> find_date_in_name("3-mai-2021-emeute"), find_date_in_name("story-12345678")
    ('3 mai 2021', None)
    """
    decomposed = unicodedata.normalize("NFKD", name.replace("_", " "))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    for number, pattern in enumerate(DATE_IN_NAME):
        if found := pattern.search(plain.replace(" ", "-") if number < 2 else plain):
            parts = found.groupdict()
            if parts.get("y"):
                return f"{parts['y']}-{parts['m']}-{parts['d']}"
            return found[0] if number < 2 else re.sub("[-. ]+", " ", found[0])
    return None


def read_dates(
    date: pl.Series, table: pl.Series, *, date_order: str | None = None
) -> tuple[pl.Series, list[str]]:
    """Return the calendar date that each string shows, and warnings.

    A moment keeps the date that is written, whatever its zone; a year before FIRST_YEAR or after
    LAST_YEAR is unknown (null). In dates such as 9/6/17 the order of day and month is, in turn:
    what the numbers allow, day first if they are written with dots, `date_order`, what the other
    dates of the same table allow, what those of all tables allow, and else month first.

    Parameters
    ----------
    date : Series of str
        Dates as they are written.
    table : Series of str
        The file or table that each is from.
    date_order : {"mdy", "dmy", "ymd"}, optional
        The order in which numeric dates are written.

    Returns
    -------
    Series of date
        Null where the date is unknown.
    list of str
        Sentences.
    """
    raw = pl.DataFrame({"date": translate_months(date.str.strip_chars()), "table": table})
    numeric, warnings = parse_numeric_dates(raw, date_order)
    written = [parse_written_date(pattern, form) for pattern, form in DATE_PATTERNS]
    parsed = raw.select(date=pl.coalesce(*written, numeric, parse_epoch_date()))
    dates = parsed.select(
        pl.when(pl.col("date").dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then("date")
    )["date"]
    unknown = date.filter(dates.is_null())
    if unknown.len():
        warnings.append(
            f"{unknown.len():,} of {date.len():,} articles have no readable date"
            f"{format_examples(unknown)}; they are kept with an unknown date."
        )
    return dates, warnings


def translate_months(date: pl.Series) -> pl.Series:
    """Return dates with the names of their months in English, as far as there are letters.

    Each distinct string is looked at once.
    """
    distinct = date.unique()
    plain = distinct.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    for month, names in MONTH_NAMES.items():
        plain = plain.str.replace(rf"(?i)\b(?:{names})\b", month)
    plain = plain.str.replace_all(r"(?i)(\d)\.?\s+de\s+|(\pL)\s+de\s+(\d)", "$1$2 $3")
    has_letters = distinct.str.contains(r"\pL{3}").fill_null(value=False)
    mapping = pl.DataFrame({"date": distinct, "plain": plain}).filter(has_letters)
    joined = pl.DataFrame({"date": date}).join(
        mapping, on="date", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("plain", "date").alias("date"))["date"]


def format_examples(values: pl.Series) -> str:
    """Return up to three of the values that are not blank, in brackets, as examples."""
    shown = values.drop_nulls().unique(maintain_order=True)
    shown = shown.filter(shown.str.strip_chars() != "").head(3)
    return f" (for example {', '.join(repr(value[:40]) for value in shown)})" if shown.len() else ""


def parse_written_date(pattern: str, form: str) -> pl.Expr:
    """Return the date that a pattern finds."""
    parts = pl.col("date").str.extract_groups(pattern)
    year, month, day = (parts.struct.field(part) for part in "ymd")
    return build_date(year, month, day, form=form)


def build_date(year: pl.Expr, month: pl.Expr, day: pl.Expr, *, form: str = "%Y-%m-%d") -> pl.Expr:
    """Return the calendar date, null where there is no such day.

    Parameters
    ----------
    year, month, day : Expr of str
        A year of two digits is the one up to LAST_YEAR.
    form : str
        How the three are written, in the codes of strptime.
    """
    century = (
        pl.when(year.cast(pl.Int32) > LAST_YEAR - 2000).then(pl.lit("19")).otherwise(pl.lit("20"))
    )
    year = pl.when(year.str.len_chars() == 2).then(century + year).otherwise(year)
    return pl.concat_str(year, month, day, separator="-").str.to_date(form, strict=False)


def parse_epoch_date() -> pl.Expr:
    """Return the date (UTC) of a number of seconds or milliseconds since 1970."""
    return pl.from_epoch(extract_epoch_seconds()).dt.date()


def extract_epoch_seconds() -> pl.Expr:
    """Return the seconds of a number of seconds or milliseconds since 1970."""
    return pl.coalesce(
        pl.col("date").str.extract(EPOCH_SECONDS_PATTERN),
        pl.col("date").str.extract(EPOCH_MILLISECONDS_PATTERN),
    ).cast(pl.Int64)


def parse_numeric_dates(raw: pl.DataFrame, date_order: str | None) -> tuple[pl.Series, list[str]]:
    """Return the dates that are three short numbers, and warnings on the order of day and month."""
    parts = raw.with_columns(
        pl.col("date").str.extract_groups(NUMERIC_DATE_PATTERN).alias("parts")
    ).unnest("parts")
    parts = parts.with_columns(order=choose_date_order(date_order)).with_columns(
        forced=find_forced_order(date_order), ambiguous=is_order_ambiguous()
    )
    a, b, c, order = pl.col("a"), pl.col("b"), pl.col("c"), pl.col("order")
    dates = (
        pl.when(order == "ymd")
        .then(build_date(a, b, c))
        .when(order == "dmy")
        .then(build_date(c, b, a))
        .otherwise(build_date(c, a, b))
    )
    return parts.select(dates.alias("date"))["date"], list_order_warnings(parts, date_order)


def find_forced_order(date_order: str | None) -> pl.Expr:
    """Return the only order that the numbers of a date allow, else null."""
    a, b = pl.col("a").cast(pl.Int32), pl.col("b").cast(pl.Int32)
    is_short = pl.col("c").str.len_chars() <= 2
    return (
        pl.when(is_short & ((a > 31) | (date_order == "ymd")))
        .then(pl.lit("ymd"))
        .when(is_dotted() & (a <= 31) & (b <= 12))
        .then(pl.lit("dmy"))
        .when((a > 12) & (b <= 12))
        .then(pl.lit("dmy"))
        .when((a <= 12) & (b > 12))
        .then(pl.lit("mdy"))
    )


def is_order_ambiguous() -> pl.Expr:
    """Return whether day and month of a date could change places."""
    a, b = pl.col("a").cast(pl.Int32), pl.col("b").cast(pl.Int32)
    return (a <= 12) & (b <= 12) & (a != b) & ~is_dotted()


def is_dotted() -> pl.Expr:
    """Return whether a date is written with dots, as where the day comes first: 4.5.2021."""
    return pl.col("date").str.contains(r"^\d{1,2}\s?\.\s?\d")


def choose_date_order(date_order: str | None) -> pl.Expr:
    """Return the order in which each date is to be read, null where nothing decides it."""
    forced = find_forced_order(date_order)
    given = pl.lit(date_order if date_order != "ymd" else None, pl.String)
    day_first, month_first = (forced == "dmy").any(), (forced == "mdy").any()
    by_table = infer_date_order(day_first.over("table"), month_first.over("table"))
    return pl.coalesce(forced, given, by_table, infer_date_order(day_first, month_first))


def infer_date_order(day_first: pl.Expr, month_first: pl.Expr) -> pl.Expr:
    """Return the order for which alone there is evidence, else null."""
    return (
        pl.when(day_first & ~month_first)
        .then(pl.lit("dmy"))
        .when(month_first & ~day_first)
        .then(pl.lit("mdy"))
    )


def list_order_warnings(parts: pl.DataFrame, date_order: str | None) -> list[str]:
    """Return sentences on dates read without evidence for their order, or against the given one."""
    unsure = parts.filter(pl.col("ambiguous") & pl.col("order").is_null())["date"]
    opposite = {"mdy": "dmy", "dmy": "mdy"}.get(date_order or "", "")
    impossible = parts.filter(pl.col("forced") == opposite)["date"]
    n_numeric, warnings = parts["a"].count(), []
    if unsure.len():
        warnings.append(
            f"Day and month cannot be told apart in {unsure.len():,} of {n_numeric:,} numeric "
            f"dates{format_examples(unsure)}; they were read as month/day/year "
            "(`articles: date_order: dmy` in study.yml reads day/month/year)."
        )
    if impossible.len():
        warnings.append(
            f"`date_order: {date_order}` is impossible for {impossible.len():,} of {n_numeric:,} "
            f"numeric dates{format_examples(impossible)}; "
            "these were read in the only possible order."
        )
    return warnings


def read_times(date: pl.Series, day: pl.Series, table: pl.Series) -> pl.Series:
    """Return when each article was published, to the second, where what is written has a time.

    Parameters
    ----------
    date : Series of str
        Dates as they are written.
    day : Series of date
        What `read_dates` makes of them.
    table : Series of str
        The file or table that each is from.

    Returns
    -------
    Series of str
        "2018-03-01T08:00:00Z": in UTC, where the zone is written; "2018-03-01T08:00:00": as
        written, where it is not; null without a time. Where many of a table's times are midnight,
        or most are the same, this one is no time: it stands for a date (see `is_placeholder`).
    """
    raw = pl.DataFrame({"date": date.str.strip_chars(), "day": day, "table": table})
    clock = raw.with_columns(seconds=pl.coalesce(parse_clock(), parse_epoch_clock()))
    clock = clock.with_columns(
        seconds=pl.when(pl.col("seconds") < SECONDS_PER_DAY).then("seconds")
    ).with_columns(seconds=pl.when(~is_placeholder()).then("seconds"))
    local = pl.col("day").cast(pl.Datetime("us")) + pl.duration(seconds=pl.col("seconds"))
    return clock.select(pl.coalesce(convert_to_utc(local), local.dt.strftime(TIME_FORMAT)))[
        "day"
    ].alias("time")


def parse_clock() -> pl.Expr:
    """Return the seconds since midnight of the time that is written, as written."""
    of_day = [pl.col("date").str.extract_groups(pattern) for pattern in TIME_PATTERNS]
    return pl.coalesce(count_seconds(parts.struct) for parts in of_day)


def count_seconds(parts: Any) -> pl.Expr:
    """Return the seconds since midnight of hour (h), minute (m), second (s) and am or pm (half)."""
    hour, minute, second = (parts.field(name).cast(pl.Int64) for name in "hms")
    half = parts.field("half").str.to_lowercase()
    hour = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + 12 * (half == "p"))
    is_valid = (hour < 24) & (minute.fill_null(0) < 60) & (second.fill_null(0) <= 60)
    return pl.when(is_valid).then(3_600 * hour + 60 * minute.fill_null(0) + second.fill_null(0))


def parse_epoch_clock() -> pl.Expr:
    """Return the seconds since midnight (UTC) of a number of seconds since 1970."""
    return extract_epoch_seconds() % SECONDS_PER_DAY


def is_placeholder() -> pl.Expr:
    """Return where a time stands for none: at midnight, or at one hour for most of a table.

    Midnight is no time where more than one in MIDNIGHT_DIVISOR of the table's times is midnight;
    any other time is none where more than half of the table's, at least MIN_PLACEHOLDERS, are it.
    """
    seconds = pl.col("seconds")
    n_times, n_same = seconds.count().over("table"), pl.len().over("table", "seconds")
    is_usual_midnight = (seconds == 0) & (MIDNIGHT_DIVISOR * n_same > n_times)
    return (is_usual_midnight | ((n_same >= MIN_PLACEHOLDERS) & (2 * n_same > n_times))).fill_null(
        False
    )


def convert_to_utc(local: pl.Expr) -> pl.Expr:
    """Return the moments whose zone is written in UTC, as `TIME_FORMAT` with a Z; else null."""
    written = pl.col("date").str.extract_groups(ZONE_PATTERN)
    sign, hours, minutes = (written.struct.field(name) for name in ("sign", "hours", "minutes"))
    offset = 60 * hours.cast(pl.Int64) + minutes.cast(pl.Int64).fill_null(0)
    name = pl.col("date").str.extract(ZONE_NAME_PATTERN)
    named = name.replace_strict(ZONE_OFFSETS, default=None, return_dtype=pl.Int64)
    is_epoch = extract_epoch_seconds().is_not_null()
    minutes_east = pl.coalesce(
        pl.when(sign == "+").then(offset).otherwise(-offset),
        named,
        pl.when(is_epoch).then(pl.lit(0, pl.Int64)),
    )
    fixed = local - pl.duration(minutes=minutes_east)
    by_place = [
        pl.when(name == zone).then(
            local.dt.replace_time_zone(place, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
        for zone, place in ZONE_PLACES.items()
    ]
    return pl.coalesce(fixed, *by_place).dt.strftime(f"{TIME_FORMAT}Z")
