"""Who speaks: how much of each outlet's text is not its own, whom it quotes and with which verbs, and which terms are only quoted.

All of it is the mathematics of shares: of words among voices, of attributions among cues, of a term's hits among voices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.settings import TOKEN_VOICES as VOICES
from wording.stats.resampling import q_values

ATTRIBUTED_VOICES = ("quoted", "reported")
VOICE_COUNT_COLUMNS = ("n_own", "n_quoted", "n_reported")
KEY_SEPARATOR = "\x1f"
MIN_HITS_PER_TERM = 5
"""Hits that a term needs at an outlet to be told of as never in its own words."""
MAX_CUES = 12
OTHER_CUES = "other cues"
"""Cues told one by one; the others are counted together."""


def compute_voice_shares(articles: pd.DataFrame, design: Design = DEFAULT_DESIGN) -> pd.DataFrame:
    """Return the part of each outlet's words that each voice has: one row per voice and outlet.

    Returns
    -------
    outlet, voice; n_words, n_articles (with such words); share (of all words of the body) with low, high.
    """
    table = compute_shares(
        _tabulate_voice_words(articles), articles, {"words": list(VOICES)}, design
    )
    named = table.drop(columns="voice").rename(columns={"variant": "voice", "n": "n_words"})
    return named[["outlet", "voice", "n_words", "n_articles", "share", "low", "high"]]


def reshape_voice_shares(voiced: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `voices` as a `shares` table, voices as variants, those that are not the outlet's first: what a figure takes."""
    total = voiced.groupby("outlet")["n_words"].transform("sum")
    named = voiced.assign(
        concept="words",
        variant=voiced["voice"].replace("outlet", "own words"),
        voice="all",
        n=voiced["n_words"],
        total=total,
    )
    return pd.concat(
        [named[named["variant"] == name] for name in (*ATTRIBUTED_VOICES, "own words")],
        ignore_index=True,
    )


def compute_cue_shares(
    attributions: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "cue",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return which cues (or, by="stance", which stances) each outlet's attributions have: the `shares` table, cue or stance as variant."""
    counted, listed = _tabulate_cues(attributions, by)
    return compute_shares(counted, articles, {by: listed}, design)


def contrast_cues(
    attributions: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "cue",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return where outlets differ in their cues or stances: the `contrasts` table, without the rare ones together, which name no wording."""
    counted, listed = _tabulate_cues(attributions, by)
    return (
        contrast_shares(counted, articles, {by: listed}, design)
        .query("variant != @OTHER_CUES")
        .reset_index(drop=True)
    )


def rank_speakers(attributions: pd.DataFrame, *, top: int = 10) -> pd.DataFrame:
    """Return whom each outlet attributes most to: one row per outlet and speaker, so many an outlet.

    Returns
    -------
    outlet, speaker; n (attributions), n_articles, n_words (attributed); the most frequent first. Speakers stand as they are written
    where they speak: "Smith" and "the mayor" may be one person.
    """
    named = attributions.dropna(subset="speaker")
    table = (
        named.groupby(["outlet", "speaker"])
        .agg(n=("n", "sum"), n_articles=("doc_id", "nunique"), n_words=("n_words", "sum"))
        .reset_index()
    )
    ranked = table.sort_values(
        ["outlet", "n", "n_articles", "speaker"], ascending=[True, False, False, True]
    )
    return ranked.groupby("outlet").head(top).reset_index(drop=True)


def compute_own_voice(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return how much of each term an outlet writes in its own voice: one row per concept, variant and outlet with hits.

    Returns
    -------
    concept, variant, outlet; n (hits in all voices), n_own, n_quoted, n_reported; own_share (n_own / n) with low, high; n_rest and
    own_share_rest (of the other outlets together); q (of the difference, Benjamini-Hochberg over the table).
    """
    by_voice = counts.assign(
        concept=counts["concept"] + KEY_SEPARATOR + counts["variant"],
        variant=counts["voice"],
        voice="all",
    )
    terms = {
        f"{concept}{KEY_SEPARATOR}{variant}": list(VOICES)
        for concept, of in variants.items()
        for variant in of
    }
    table = compute_shares(by_voice, articles, terms, design)
    n = table.pivot(index=["concept", "outlet"], columns="variant", values="n").rename(
        columns=dict(zip(VOICES, VOICE_COUNT_COLUMNS, strict=True))
    )
    rest = (
        contrast_shares(by_voice, articles, terms, design)
        .query("variant == 'outlet'")
        .set_index(["concept", "outlet"])
    )
    mine = (
        table[table["variant"] == "outlet"]
        .set_index(["concept", "outlet"])
        .join(n)
        .join(rest[["n_other", "total_other", "p"]])
    )
    mine = mine[mine["total"] > 0].rename(
        columns={"total": "n_hits", "share": "own_share", "total_other": "n_rest"}
    )
    mine = mine.assign(
        q=q_values(mine["p"].to_numpy(dtype=float)),
        own_share_rest=(mine["n_other"] / mine["n_rest"].where(mine["n_rest"] > 0)),
    )
    mine = mine.drop(columns=["n", "variant"]).rename(columns={"n_hits": "n"}).reset_index()
    mine[["concept", "variant"]] = mine["concept"].str.split(KEY_SEPARATOR, expand=True)
    return mine[
        [
            "concept",
            "variant",
            "outlet",
            "n",
            *VOICE_COUNT_COLUMNS,
            "own_share",
            "low",
            "high",
            "n_rest",
            "own_share_rest",
            "q",
        ]
    ]


def describe_short_quotations(attributions: pd.DataFrame) -> list[str]:
    """Return how many short quotations stand inside the outlets' own sentences, and for how many no speaker was found."""
    short = attributions[attributions["short"].astype(bool)]
    if short.empty:
        return ["There are no short quotations."]
    unnamed = short[short["speaker"].isna()]["n"].sum()
    return [
        f"{short['n'].sum():,} quotations of up to four words occur inside the outlets' own "
        f"sentences. For {unnamed:,} no speaker was found: they may be titles, names, words "
        "mentioned as words, or scare quotes; read them to judge."
    ]


def _tabulate_voice_words(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the words of each article by voice as a counts table: concept "words", voices as variants."""
    own_words = articles["n_words"] - articles["n_quoted"] - articles["n_reported"]
    wide = pd.DataFrame(
        {
            "doc_id": articles["doc_id"],
            "outlet": own_words,
            "quoted": articles["n_quoted"],
            "reported": articles["n_reported"],
        }
    )
    return (
        wide.melt("doc_id", var_name="variant", value_name="n")
        .query("n > 0")
        .assign(concept="words", voice="all")
    )


def _tabulate_cues(attributions: pd.DataFrame, by: str) -> tuple[pd.DataFrame, list[str]]:
    """Return attributions as a counts table, and their cues (the most frequent, then the others together) or stances in order."""
    known = attributions.dropna(subset=by)
    ranked = (
        known.groupby(by)["n"]
        .sum()
        .reset_index()
        .sort_values(["n", by], ascending=[False, True])[by]
    )
    frequent = list(ranked if by == "stance" else ranked.head(MAX_CUES))
    variant = known[by].where(known[by].isin(frequent), OTHER_CUES)
    table = known.assign(variant=variant).groupby(["doc_id", "variant"])["n"].sum().reset_index()
    names = list(frequent)
    if len(ranked) > len(names):
        names.append(OTHER_CUES)
    return table.assign(concept=by, voice="all"), names
