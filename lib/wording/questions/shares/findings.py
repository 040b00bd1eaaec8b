"""What the tables of shares and contrasts say, in plain sentences with numbers."""

import pandas as pd

from wording.phrasing import format_count, format_interval, format_percent, format_q, join_names
from wording.questions.shares.shares import REST_LABEL

VOICE_PHRASES = {
    "outlet": " in the outlets' own words", "quoted": " in quotation marks", "reported": " in reported speech", "attributed": " in quoted or reported words",
}  # fmt: skip
_NO_TEST_MESSAGE = "No test of a difference is possible: that takes two sides with hits in at least two articles each, and a choice between terms."


def sentences(
    shares, contrasts, *, most=6, titles=None, chance=0.05, level=0.95, unit="hit"
) -> list[str]:
    """Return what was found in all, what differs, the clearest first, then what is too small to tell.

    Parameters
    ----------
    shares, contrasts : tables of `wording.questions.shares.compute_shares`, of the same study and voice
    most : differences to tell one by one (the clearest variant per concept and outlet, or pair); the others are counted
    titles : what to call each concept, where the table has several (a dict; else its name)
    chance : a difference counts when its q is below
    level : of the intervals in the tables
    unit : what was counted

    Returns
    -------
    Sentences. The clearest difference is the one whose interval ends farthest from 0.
    """
    if not shares["n"].sum():
        return describe_totals(shares, unit)
    names = _name_units(contrasts, titles or {}, unit)
    clear = select_clear_differences(contrasts, chance)
    told = clear.drop_duplicates(["concept", "outlet", "other"]).head(most)
    known = shares.set_index(["concept", "variant", "outlet"])
    said = [
        _describe_difference(row, known.loc[(row.concept, row.variant, row.outlet)], names, level)
        for row in told.itertuples()
    ]
    overall = describe_totals(shares, unit) if len(names) == 1 else []
    if len(names) == 1 and contrasts["q"].isna().all():
        return overall + _describe_each_outlet(shares, most) + [_NO_TEST_MESSAGE]
    return (
        overall
        + said
        + _summarise_rest(contrasts, len(clear) - len(told), chance, bool(said))
        + _report_missing_intervals(shares, names, unit)
    )


def describe_totals(shares, unit):
    """Return one sentence on all outlets together: which variant has which part of the hits, if there are any."""
    if not shares["n"].sum():
        return [
            f"No {unit} was found in the compared articles: the outlets do not write of this, or not in the words of concepts.yml."
        ]
    n = shares.groupby("variant", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    per_outlet = shares.drop_duplicates("outlet")
    parts = [
        f"“{variant}” {format_percent(count / n.sum())}" for variant, count in n[n > 0].items()
    ]
    whose = VOICE_PHRASES.get(shares["voice"].iloc[0], "")
    return [
        f"{format_count(n.sum(), unit)}{whose} in {format_count(per_outlet['total_articles'].sum(), 'article')} of {format_count((per_outlet['total'] > 0).sum(), 'outlet')}: {', '.join(parts)}."
    ]


def _describe_each_outlet(shares, most):
    """Return what each outlet with hits writes and how often, for so many outlets."""
    used = shares[shares["n"] > 0].sort_values("n", ascending=False, kind="stable")
    said = [
        f"{outlet} writes {', '.join(f'“{row.variant}” {_format_times(row.n)}' for row in used[used['outlet'] == outlet].itertuples())}."
        for outlet in shares["outlet"].drop_duplicates()
        if (used["outlet"] == outlet).any()
    ]
    return said[:most] + [f"What the other {len(said) - most} outlets write is in the table."] * (
        len(said) > most
    )


def _name_units(table, titles, unit):
    """Return how to refer to what was counted of each concept: the concept by name only where there are several."""
    concepts = table["concept"].unique()
    alone = f"{unit}s of this concept" if unit == "hit" else f"{unit}s"
    return {c: f"{unit}s of {titles.get(c, c)}" if len(concepts) > 1 else alone for c in concepts}


def select_clear_differences(contrasts, chance):
    """Return the differences with q below chance, the one whose interval ends farthest from 0 first; of mirrored ones, "more" first."""
    found = contrasts[contrasts["q"] < chance]
    least = found[["low", "high"]].abs().min(axis=1).where(found["low"] * found["high"] > 0, 0)
    ranked = found.assign(least=-least.round(9), less=found["difference"] < 0)
    return ranked.sort_values(["least", "less", "concept", "variant", "outlet", "other"])


def _describe_difference(row, share, names, level):
    interval = format_interval(share.low, share.high, level)
    other = "the other outlets together" if row.other == REST_LABEL else row.other
    return (
        f"{row.outlet} writes “{row.variant}” in {format_percent(share.share)} of its {row.total:,} {names[row.concept]} "
        f"({interval}), {other} in {format_percent(row.n_other / row.total_other)} of {row.total_other:,} ({format_q(row.q)})."
    )


def _summarise_rest(contrasts, left, chance, told):
    tested = contrasts["q"].dropna()
    if tested.empty:
        return [_NO_TEST_MESSAGE]
    if left:
        return [
            f"{format_count(left, 'further difference')} with q < {chance:g} {'are' if left > 1 else 'is'} in the table."
        ]
    if told:
        return []
    comparisons = f"{format_count(len(tested), 'comparison')}, smallest {format_q(tested.min())}"
    return [f"No difference between outlets is surer than chance would give ({comparisons})."]


def _report_missing_intervals(shares, names, unit):
    """Return which outlets have no interval for want of articles."""
    outlets = shares.drop_duplicates(["concept", "outlet"])
    single = outlets[outlets["total_articles"] == 1]
    if len(names) > 1:
        return (
            [
                f"In {format_count(len(single), 'case')} an outlet has {unit}s of a concept in one article only: no interval."
            ]
            if len(single)
            else []
        )
    none = outlets[outlets["total_articles"] == 0]
    said = (
        [f"{_join_outlets(single['outlet'], unit + 's')} in one article only: no interval."]
        if len(single)
        else []
    )
    return said + ([f"{_join_outlets(none['outlet'], f'no {unit}s')}."] if len(none) else [])


def _join_outlets(outlets: pd.Series, what, most=4):
    named = join_names(outlets, top=most, rest="more outlet")
    return f"{named} {'has' if len(outlets) == 1 else 'have'} {what}"


def _format_times(n):
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def describe(shares) -> str:
    """Return what a figure of the shares shows, in words: per variant the range over outlets."""
    return " ".join(
        _describe_range(variant, rows.dropna(subset="share"))
        for variant, rows in shares.groupby("variant", sort=False)
    )


def _describe_range(variant, rows):
    if rows.empty:
        return f"“{variant}”: no outlet has a hit of the concept."
    low, high = rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]
    if low["share"] == high["share"]:
        return f"“{variant}”: {format_percent(low['share'])} of the hits at {'each outlet' if len(rows) > 1 else low['outlet']}."
    return f"“{variant}”: from {format_percent(low['share'])} of the hits at {low['outlet']} to {format_percent(high['share'])} at {high['outlet']}."
