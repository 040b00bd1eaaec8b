"""Who speaks in an outlet's text, and which terms are only quoted.

How much of each outlet's text is not its own, whom it quotes and with which verbs. All of it is the
mathematics of shares: of words among voices, of attributions among cues, of a term's hits among
voices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.shares.resampled import compare_concepts
from wording.questions.shares.shares import (
    compute_shares,
    contrast_shares,
    tabulate_contrasts,
    tabulate_shares,
)
from wording.settings import LABEL_CUE
from wording.settings import TOKEN_VOICES as VOICES
from wording.stats.resampling import q_values

OWN_WORDS = "own words"
"""What a figure calls the voice of an outlet itself."""
ATTRIBUTED_VOICES = ("quoted", "reported")
VOICE_COUNT_COLUMNS = ("n_own", "n_quoted", "n_reported")
KEY_SEPARATOR = "\x1f"
MIN_HITS_PER_TERM = 5
"""Hits that a term needs at an outlet to be told of as never in its own words."""
MAX_CUES = 12
"""Cues told one by one; the others are counted together."""
OTHER_CUES = "other cues"


def compute_voice_shares(articles: pd.DataFrame, design: Design = DEFAULT_DESIGN) -> pd.DataFrame:
    """Return the part of each outlet's words that each voice has.

    Returns
    -------
    pandas.DataFrame
        One row per voice and outlet: outlet, voice; n_words, n_articles (with such words); share
        (of all words of the body) with low, high.
    """
    table = compute_shares(
        _tabulate_voice_words(articles), articles, {"words": list(VOICES)}, design
    )
    named = table.drop(columns="voice").rename(columns={"variant": "voice", "n": "n_words"})
    return named[["outlet", "voice", "n_words", "n_articles", "share", "low", "high"]]


def reshape_voice_shares(voiced: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `voices` as a `shares` table: what a figure takes.

    Returns
    -------
    pandas.DataFrame
        The voices as variants, those that are not the outlet's first.
    """
    total = voiced.groupby("outlet")["n_words"].transform("sum")
    named = voiced.assign(
        concept="words",
        variant=voiced["voice"].replace("outlet", OWN_WORDS),
        voice="all",
        n=voiced["n_words"],
        total=total,
    )
    return pd.concat(
        [named[named["variant"] == name] for name in (*ATTRIBUTED_VOICES, OWN_WORDS)],
        ignore_index=True,
    )


def compute_cue_shares(
    attributions: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "cue",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return which cues, or which stances, each outlet's attributions have.

    Parameters
    ----------
    attributions : pandas.DataFrame
        With doc_id, n, and a column of what is compared.
    articles : pandas.DataFrame
        As for `compute_shares`.
    by : str
        "cue" or "stance".
    design : Design

    Returns
    -------
    pandas.DataFrame
        The `shares` table, with the cue or stance as variant.
    """
    counts, names = _tabulate_cues(attributions, by)
    return compute_shares(counts, articles, {by: names}, design)


def contrast_cues(
    attributions: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "cue",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return where outlets differ in their cues or stances.

    Parameters
    ----------
    attributions, articles, by, design
        As for `compute_cue_shares`.

    Returns
    -------
    pandas.DataFrame
        The `contrasts` table, without the rare ones together, which name no wording.
    """
    counts, names = _tabulate_cues(attributions, by)
    contrasts = contrast_shares(counts, articles, {by: names}, design)
    return contrasts[contrasts["variant"] != OTHER_CUES].reset_index(drop=True)


def rank_speakers(attributions: pd.DataFrame, *, top: int = 10) -> pd.DataFrame:
    """Return whom each outlet attributes most to.

    Parameters
    ----------
    attributions : pandas.DataFrame
    top : int
        How many speakers an outlet, at most.

    Returns
    -------
    pandas.DataFrame
        One row per outlet and speaker, the most frequent first: outlet, speaker; n (attributions),
        n_articles, n_words (attributed). Speakers stand as they are written where they speak:
        "Smith" and "the mayor" may be one person.
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


OWN_VOICE_COLUMNS = [
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


def compute_own_voice(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return how much of each term an outlet writes in its own voice.

    Parameters
    ----------
    counts, articles : pandas.DataFrame
        As for `compute_shares`.
    variants : mapping of str to sequence of str
        The variants of each concept in order.
    design : Design

    Returns
    -------
    pandas.DataFrame
        One row per concept, variant and outlet with hits: concept, variant, outlet; n (hits in all
        voices), n_own, n_quoted, n_reported; own_share (n_own / n) with low, high; n_rest and
        own_share_rest (of the other outlets together); q (of the difference, Benjamini-Hochberg
        over the table).
    """
    # compute_shares is asked for the voices of a term as it is for the variants of a concept
    by_term = counts.assign(
        concept=counts["concept"] + KEY_SEPARATOR + counts["variant"],
        variant=counts["voice"],
        voice="all",
    )
    terms = {
        concept + KEY_SEPARATOR + variant: (concept, variant)
        for concept, names in variants.items()
        for variant in names
    }
    voices = dict.fromkeys(terms, VOICES)
    compared = compare_concepts(by_term, articles, voices, design)
    shares = tabulate_shares(compared, articles, design.level)
    contrasts = tabulate_contrasts(compared, "rest", design.level)
    keys = ["concept", "outlet"]
    n_by_voice = (
        shares.pivot(index=keys, columns="variant", values="n")
        .reindex(columns=VOICES)
        .rename(columns=dict(zip(VOICES, VOICE_COUNT_COLUMNS, strict=True)))
    )
    rest = contrasts[contrasts["variant"] == "outlet"].set_index(keys)
    own = shares[shares["variant"] == "outlet"].set_index(keys)[["share", "low", "high", "total"]]
    table = own.join(n_by_voice)
    # the other outlets together are compared with nothing, so they have no rest
    table = table.join(rest[["n_other", "total_other", "p"]], how="inner")
    table = table[table["total"] > 0].reset_index()
    return table.assign(
        concept=[terms[key][0] for key in table["concept"]],
        variant=[terms[key][1] for key in table["concept"]],
        n=table["total"],
        own_share=table["share"],
        n_rest=table["total_other"],
        own_share_rest=table["n_other"] / table["total_other"].where(table["total_other"] > 0),
        q=q_values(table["p"].to_numpy(dtype=float)),
    )[OWN_VOICE_COLUMNS]


def describe_short_quotations(attributions: pd.DataFrame) -> list[str]:
    """Return how many short quotations stand inside the outlets' own sentences.

    And for how many of them no speaker was found.
    """
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
    """Return the words of each article by voice as a counts table.

    The concept is "words", the voices are its variants.
    """
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
    """Return attributions as a counts table, and their cues or stances in order.

    Of cues the most frequent come first, then the others together; the labels of speakers in
    transcripts are no reporting words.
    """
    named = attributions.dropna(subset=by)
    named = named[named[by] != LABEL_CUE]
    ranked = (
        named.groupby(by)["n"]
        .sum()
        .reset_index()
        .sort_values(["n", by], ascending=[False, True])[by]
    )
    frequent = list(ranked if by == "stance" else ranked.head(MAX_CUES))
    variant = named[by].where(named[by].isin(frequent), OTHER_CUES)
    table = named.assign(variant=variant).groupby(["doc_id", "variant"])["n"].sum().reset_index()
    names = list(frequent)
    if len(ranked) > len(names):
        names.append(OTHER_CUES)
    return table.assign(concept=by, voice="all"), names
