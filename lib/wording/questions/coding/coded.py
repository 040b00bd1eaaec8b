"""How far the coding of a concept is, and all that its coded lines say: what a page on coding is made of."""

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
    """What is known of a concept: the `lines` to code (a sample of about that `size` of the `hits`; none without the articles), its `marks` that still
    stand on a counted line, how many are `lost`; the tables `agreement` and `precision`, the `shares` of the voice asked for, and those `corrected`.
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
    """What the marks of a study say of one concept; agreement and precision from lines that were drawn at random only.

    Parameters
    ----------
    size : lines of the sample to code.
    voice : of the shares to correct, as in `table`.
    """
    shares = compute_study_shares(study, Request([concept], voice))
    hits = (
        find_study_hits(study, [concept])
        if study.has_articles
        else count_hits_with_outlets(study, concept)
    )
    given = journal.read_marks(study)
    given = given[given["concept"] == concept]
    marks = coding.keep_current_marks(given, hits) if study.has_articles else given
    design = Design(draws=study.draws, seed=study.seed)
    order = list(study.concepts[concept].variants)
    return CodingAnalysis(
        concept=concept,
        size=size,
        lines=coding.draw_stratified(hits, size=size, seed=study.seed)
        if study.has_articles
        else given.iloc[:0],
        marks=marks,
        lost=len(given) - len(marks),
        agreement=compute_agreement(marks[marks["sample"].astype(bool)], design),
        precision=estimate_precision(marks, hits, design=design).sort_values(
            "variant", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
        ),
        precision_of_voice=estimate_precision(marks, hits, voice, design),
        shares=shares,
        corrected=correct_shares(shares, marks, design),
        hits=hits,
    )


def count_hits_with_outlets(study: StudyRecord, concept: str) -> pd.DataFrame:
    """The `counts` of a concept with their outlets, where there are no articles to take hits from."""
    found = count_study_hits(study, [concept])
    return found.counts.merge(found.articles[["doc_id", "outlet"]], on="doc_id")


def tabulate_strata(of: CodingAnalysis) -> pd.DataFrame:
    """The table `strata`: one row per variant and outlet of the concept, hits or none."""
    keys = ["variant", "outlet"]
    n = of.hits.assign(n=of.hits.get("n", 1)).groupby(keys, observed=True)["n"].sum()
    done = average_line_marks(of.marks)
    counts = {
        "n": n,
        "n_lines": of.lines.groupby(keys).size(),
        "n_coded": done.groupby(keys).size(),
    }
    rows = pd.MultiIndex.from_frame(of.shares[keys])
    made = pd.DataFrame(
        {name: count.reindex(rows, fill_value=0) for name, count in counts.items()}
    ).reset_index()
    return check_columns(made.assign(concept=of.shares["concept"].to_numpy()), "strata")


def tabulate_coders(of: CodingAnalysis) -> pd.DataFrame:
    """The table `coders`: one row per coder, in the order of their first marks."""
    rows = [
        _summarise_coder(name, marks, of.lines)
        for name, marks in select_latest_marks(of.marks).groupby("coder", sort=False)
    ]
    return check_columns(pd.DataFrame(rows, columns=list(TABLES["coders"])), "coders")


def find_wrong_hits(of: CodingAnalysis) -> pd.DataFrame:
    """The `hits` that a coder found to be in the wrong sense, with `counted_as`: whether all who coded the line say so."""
    sense = select_latest_marks(of.marks)
    sense = sense[sense["question"] == "sense"].assign(
        wrong=lambda marks: marks["mark"] == "wrong sense"
    )
    found = sense.groupby(LINE_KEY)["wrong"].agg(["any", "all"])
    known = of.hits if "start" in of.hits else of.marks[[*LINE_KEY, "outlet"]].drop_duplicates()
    lines = known.merge(found[found["any"]].reset_index(), on=LINE_KEY)
    said = lines["all"].map({True: "wrong sense (all coders)", False: "coders disagree"})
    return lines.drop(columns=["any", "all"]).assign(counted_as=said)


def tabulate_outlet_precision(of: CodingAnalysis) -> pd.DataFrame:
    """The precision of each variant as rows to draw: all outlets together, then each outlet; share is the part in the right sense."""
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
    order = pd.Categorical(rows["variant"], categories=list(dict.fromkeys(of.shares["variant"])))
    return (
        rows.assign(total=rows["n"], order=order)
        .sort_values("order", kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def reshape_corrected_shares(of: CodingAnalysis) -> pd.DataFrame:
    """The corrected shares under the names of the table `shares`, to draw beside them: n and total are hits in the right sense."""
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
