"""How far the coding of a concept is, and all that its coded lines say.

What a page on coding is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wording.corpus.counts import count_study_hits, find_study_hits
from wording.questions.coding import sample as coding
from wording.questions.coding.agreement import compute_agreement, select_latest_marks
from wording.questions.coding.correction import correct_shares
from wording.questions.coding.precision import average_line_marks, estimate_precision
from wording.questions.coding.sample import LINE_KEY
from wording.questions.design import Design, Request
from wording.questions.shares.shares import compute_study_shares
from wording.settings import ALL_OUTLETS
from wording.study import journal
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns


@dataclass(frozen=True)
class CodingAnalysis:
    """What is known of a concept.

    Attributes
    ----------
    concept : str
        Its name.
    size : int
        About how many lines were to be drawn.
    lines : pandas.DataFrame
        The lines to code: a sample of the hits; none without the articles.
    marks : pandas.DataFrame
        Its marks that still stand on a counted line.
    lost : int
        How many marks do not.
    agreement, precision : pandas.DataFrame
        The tables of these names.
    precision_of_voice : pandas.DataFrame
        The table `precision` of the voice asked for.
    shares, corrected : pandas.DataFrame
        The tables of these names, of the voice asked for.
    hits : pandas.DataFrame
        Its hits; without the articles its counts, with their outlets.
    """

    concept: str
    size: int
    lines: pd.DataFrame
    marks: pd.DataFrame
    lost: int
    agreement: pd.DataFrame
    precision: pd.DataFrame
    precision_of_voice: pd.DataFrame
    shares: pd.DataFrame
    corrected: pd.DataFrame
    hits: pd.DataFrame


def analyse_study_coding(
    study: StudyRecord, concept: str, *, size: int = 200, voice: str = "outlet"
) -> CodingAnalysis:
    """Return what the marks of a study say of one concept.

    Agreement and precision are from lines that were drawn at random only.

    Parameters
    ----------
    study : StudyRecord
    concept : str
        Its name in the study.
    size : int
        About how many lines the sample to code has.
    voice : str
        Of the shares to correct, as in `Request`.
    """
    shares = compute_study_shares(study, Request([concept], voice))
    every_mark = journal.read_marks(study)
    concept_marks = every_mark[every_mark["concept"] == concept]
    if study.has_articles:
        hits = find_study_hits(study, [concept])
        marks = coding.keep_current_marks(concept_marks, hits)
        lines = coding.draw_stratified(hits, size=size, seed=study.seed)
    else:
        hits = count_hits_with_outlets(study, concept)
        marks = concept_marks
        lines = concept_marks.iloc[:0]
    design = Design(draws=study.draws, seed=study.seed)
    precision = estimate_precision(marks, hits, design=design)
    return CodingAnalysis(
        concept=concept,
        size=size,
        lines=lines,
        marks=marks,
        lost=len(concept_marks) - len(marks),
        agreement=compute_agreement(marks[marks["sample"].astype(bool)], design),
        precision=_sort_by_variant(precision, list(study.concepts[concept].variants)),
        precision_of_voice=estimate_precision(marks, hits, voice, design),
        shares=shares,
        corrected=correct_shares(shares, marks, design),
        hits=hits,
    )


def _sort_by_variant(table: pd.DataFrame, variants: list[str]) -> pd.DataFrame:
    """Return the rows in the order of the variants."""
    return table.sort_values(
        "variant", key=lambda names: names.map(variants.index), kind="stable", ignore_index=True
    )


def count_hits_with_outlets(study: StudyRecord, concept: str) -> pd.DataFrame:
    """Return the hits of a concept where there are no articles to take them from.

    Returns
    -------
    pandas.DataFrame
        The `counts`, with outlet.
    """
    counted = count_study_hits(study, [concept])
    return counted.counts.merge(counted.articles[["doc_id", "outlet"]], on="doc_id")


def tabulate_strata(of: CodingAnalysis) -> pd.DataFrame:
    """Return how many lines of each variant and outlet were drawn and coded.

    Returns
    -------
    pandas.DataFrame
        The table `strata`: one row per variant and outlet of the concept, hits or none; n (hits),
        n_lines (drawn), n_coded.
    """
    keys = ["variant", "outlet"]
    n = of.hits.assign(n=of.hits.get("n", 1)).groupby(keys, observed=True)["n"].sum()
    coded = average_line_marks(of.marks)
    counts = {
        "n": n,
        "n_lines": of.lines.groupby(keys).size(),
        "n_coded": coded.groupby(keys).size(),
    }
    rows = pd.MultiIndex.from_frame(of.shares[keys])
    table = pd.DataFrame(
        {name: count.reindex(rows, fill_value=0) for name, count in counts.items()}
    ).reset_index()
    return check_columns(table.assign(concept=of.shares["concept"].to_numpy()), "strata")


def tabulate_coders(of: CodingAnalysis) -> pd.DataFrame:
    """Return how many lines each coder has coded, and how many are left.

    Returns
    -------
    pandas.DataFrame
        The table `coders`: one row per coder, in the order of their first marks.
    """
    rows = [
        _summarise_coder(name, marks, of.lines)
        for name, marks in select_latest_marks(of.marks).groupby("coder", sort=False)
    ]
    return check_columns(pd.DataFrame(rows, columns=list(TABLES["coders"])), "coders")


def find_wrong_hits(of: CodingAnalysis) -> pd.DataFrame:
    """Return the hits that a coder found to be in the wrong sense.

    Returns
    -------
    pandas.DataFrame
        Of the `hits` (without the articles: of the marks the keys and the outlet), with
        counted_as: whether all who coded the line say so.
    """
    sense = select_latest_marks(of.marks)
    sense = sense[sense["question"] == "sense"].assign(
        wrong=lambda marks: marks["mark"] == "wrong sense"
    )
    wrong = sense.groupby(LINE_KEY)["wrong"].agg(["any", "all"])
    places = of.hits if "start" in of.hits else of.marks[[*LINE_KEY, "outlet"]].drop_duplicates()
    lines = places.merge(wrong[wrong["any"]].reset_index(), on=LINE_KEY)
    label = lines["all"].map({True: "wrong sense (all coders)", False: "coders disagree"})
    return lines.drop(columns=["any", "all"]).assign(counted_as=label)


def tabulate_outlet_precision(of: CodingAnalysis) -> pd.DataFrame:
    """Return the precision of each variant as rows to draw.

    Returns
    -------
    pandas.DataFrame
        Per variant all outlets together, then each outlet: concept, variant, outlet, voice; n and
        total (coded lines); share (the part in the right sense) with low, high.
    """
    whole = of.precision_of_voice.rename(columns={"right_sense": "share", "n_coded": "n"}).assign(
        outlet=ALL_OUTLETS
    )
    ends = {
        "low": of.corrected["right_low"],
        "high": of.corrected["right_high"],
        "share": of.corrected["right_sense"],
    }
    single = of.corrected[of.corrected["n"] > 0].assign(n=of.corrected["n_coded"], **ends)
    kept = ["concept", "variant", "outlet", "voice", "n", "share", "low", "high"]
    rows = pd.concat([whole[kept], single[kept]]).dropna(subset="share")
    variants = list(dict.fromkeys(of.shares["variant"]))
    order = pd.Categorical(rows["variant"], categories=variants)
    return (
        rows.assign(total=rows["n"], order=order)
        .sort_values("order", kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def reshape_corrected_shares(of: CodingAnalysis) -> pd.DataFrame:
    """Return the corrected shares under the names of the table `shares`, to draw beside them.

    Returns
    -------
    pandas.DataFrame
        concept, variant, outlet, voice; n and total (hits in the right sense); share, low, high.
    """
    total = of.corrected.groupby(["concept", "outlet"])["n_right"].transform("sum")
    names = {
        "n_right": "n",
        "corrected_share": "share",
        "corrected_low": "low",
        "corrected_high": "high",
    }
    return (
        of.corrected[["concept", "variant", "outlet", "voice", *names]]
        .rename(columns=names)
        .assign(total=total)
    )


def _summarise_coder(name: str, marks: pd.DataFrame, lines: pd.DataFrame) -> dict[str, object]:
    drawn = marks[marks["sample"].astype(bool)]
    asked = drawn.groupby("question").size()
    left = len(coding.select_uncoded(lines, drawn[drawn["question"] == "sense"], coder=name))
    return {
        "coder": name,
        "n_sense": int(asked.get("sense", 0)),
        "n_voice": int(asked.get("voice", 0)),
        "n_left": left,
        "n_picked": len(marks) - len(drawn),
        "first": marks["date"].min(),
        "last": marks["date"].max(),
    }
