"""All that the marks of a study say of a concept.

The demo, whose truth is known, and a study where nothing is coded.
"""

import shutil

import pandas as pd
import pytest

from wording.corpus.counts import write_counts
from wording.questions.coding import coded
from wording.questions.coding import sample as coding
from wording.questions.coding.findings import sentences
from wording.study import journal
from wording.study.read import read_study
from wording.tables import TABLES

CONCEPT = "armed-groups"


@pytest.fixture(scope="module")
def study(demo):
    return read_study(demo)


@pytest.fixture(scope="module")
def analysis(study):
    return coded.analyse_study_coding(study, CONCEPT, size=120)


@pytest.fixture(scope="module")
def truth(study):
    return pd.read_csv(study.folder / "truth.csv", keep_default_na=False)


def test_coders_err_as_often_as_planted(analysis, truth):
    planted = analysis.marks.merge(
        truth[["doc_id", "start", "sense", "voice"]], on=["doc_id", "start"], suffixes=("", "_true")
    )
    sense = planted["mark"].isin(journal.CODING_MARKS[:2])
    right = planted["mark"].map({"right sense": "target", "own voice": "outlet"}) == planted[
        "sense"
    ].where(sense, planted["voice_true"])
    wrong = planted["mark"].isin(["wrong sense", "quoted"]) & (
        planted["sense"].where(sense, planted["voice_true"]) != "target"
    ).where(sense, planted["voice_true"] != "outlet")
    part = (right | wrong).groupby(planted["coder"]).mean()
    assert len(planted) == len(analysis.marks) == 420
    assert part["Coder A"] == pytest.approx(0.97, abs=0.03)
    assert part["Coder B"] == pytest.approx(0.92, abs=0.04)


def test_the_planted_precision_and_shares_lie_in_their_intervals(analysis, truth):
    hits = analysis.hits.merge(truth[["doc_id", "start", "sense"]], on=["doc_id", "start"])
    hits = hits[hits["voice"] == "outlet"].assign(right=lambda rows: rows["sense"] == "target")
    part = (
        hits.groupby("variant")["right"].mean() * 0.9 + 0.05
    )  # as coders find it who err in 5 of 100 marks
    precise = analysis.precision_of_voice.set_index("variant")
    assert part.min() < 0.9
    assert ((precise["low"] <= part) & (part <= precise["high"])).all()
    n = hits.groupby(["outlet", "variant"])["right"].sum()
    share = n / n.groupby("outlet").sum()
    table = analysis.corrected.set_index(["outlet", "variant"]).dropna(subset="corrected_low")
    share = share.reindex(table.index, fill_value=0)
    assert len(table) == 20
    assert ((table["corrected_low"] <= share) & (share <= table["corrected_high"])).all()


def test_the_sample_and_the_coders_are_told(analysis):
    strata, coders = coded.tabulate_strata(analysis), coded.tabulate_coders(analysis)
    assert list(strata.columns) == list(TABLES["strata"])
    assert strata["n_lines"].sum() == len(analysis.lines) == 120
    assert strata["n"].sum() == len(analysis.hits)
    assert (strata["n_lines"] >= (strata["n"] > 0)).all()
    assert coders[["coder", "n_sense", "n_left"]].to_numpy().tolist() == [
        ["Coder A", 120, 0],
        ["Coder B", 90, 30],
    ]
    described = sentences(analysis)
    assert described[0].startswith("120 of ")
    assert described[1] == (
        "Coder A has coded 120 lines for sense and 120 for voice; "
        "Coder B has coded 90 lines for sense and 90 for voice."
    )


def test_wrong_lines_are_those_that_a_coder_marked_so(analysis):
    wrong = coded.find_wrong_hits(analysis)
    marked = analysis.marks[analysis.marks["mark"] == "wrong sense"]
    assert set(zip(wrong["doc_id"], wrong["start"], strict=True)) == set(
        zip(marked["doc_id"], marked["start"], strict=True)
    )
    assert set(wrong["counted_as"]) == {"wrong sense (all coders)", "coders disagree"}


def test_rows_to_draw_begin_with_all_outlets(analysis):
    rows = coded.tabulate_outlet_precision(analysis)
    assert rows.groupby("variant", sort=False)["outlet"].first().eq(coded.ALL_OUTLETS).all()
    assert list(rows["variant"].unique()) == list(analysis.shares["variant"].unique())
    assert coded.reshape_corrected_shares(analysis)["share"].equals(
        analysis.corrected["corrected_share"]
    )


def test_where_nothing_is_coded_it_says_how_to_begin(study, tmp_path):
    bare = read_study(
        shutil.copytree(study.folder, tmp_path / "s", ignore=shutil.ignore_patterns("marks.csv"))
    )
    nothing = coded.analyse_study_coding(bare, CONCEPT, size=120)
    described = sentences(nothing)
    assert described[0].startswith("No lines of this concept have been coded yet. 120 of ")
    assert f'draw_sample(study.record, ["{CONCEPT}"], size=120)' in described[1]
    assert "record_marks(study.record, lines.head(1)" in described[1]
    assert len(described) == 2
    assert all(
        table.empty
        for table in (
            coded.tabulate_coders(nothing),
            coded.find_wrong_hits(nothing),
            coded.tabulate_outlet_precision(nothing),
            nothing.agreement,
        )
    )
    assert nothing.corrected["corrected_share"].isna().all()


def test_marks_on_lines_that_are_no_longer_counted_are_left_out_and_told(study, tmp_path):
    changed = read_study(
        shutil.copytree(study.folder, tmp_path / "s", ignore=shutil.ignore_patterns(".build"))
    )
    file = changed.folder / "concepts.yml"
    file.write_text(
        file.read_text(encoding="utf8").replace("rebel striker]", "rebel striker, brown rebels]"),
        encoding="utf8",
    )
    now = coded.analyse_study_coding(read_study(changed.folder), CONCEPT, size=120)
    assert now.lost > 0
    assert "no longer counted" in sentences(now)[2]


def test_lines_picked_by_hand_are_told_and_change_nothing(study, tmp_path, analysis):
    other = read_study(shutil.copytree(study.folder, tmp_path / "s"))
    picked = coding.select_uncoded(analysis.hits, analysis.marks).head(40)
    for coder, mark in (("Coder A", "right sense"), ("Coder C", "wrong sense")):
        journal.record_marks(other, picked, mark, coder=coder)
    now = coded.analyse_study_coding(other, CONCEPT, size=120)
    assert coded.tabulate_coders(now)["n_picked"].to_list() == [40, 0, 40]
    assert coded.tabulate_coders(now)["n_sense"].to_list() == [120, 90, 0]
    for name in ("agreement", "precision", "corrected"):
        pd.testing.assert_frame_equal(getattr(now, name), getattr(analysis, name))


def test_without_articles_marks_say_what_they_say(study, tmp_path, analysis):
    folder = shutil.copytree(study.folder, tmp_path / "s", ignore=shutil.ignore_patterns(".build"))
    write_counts(study, folder / "counts")
    (folder / "articles.csv").unlink()
    shared = coded.analyse_study_coding(read_study(folder), CONCEPT, size=120)
    assert shared.lines.empty
    pd.testing.assert_frame_equal(shared.corrected, analysis.corrected)
    pd.testing.assert_frame_equal(shared.precision, analysis.precision)
    assert len(coded.find_wrong_hits(shared)) == len(coded.find_wrong_hits(analysis))
    assert sentences(shared)[0].startswith("No lines can be drawn")
