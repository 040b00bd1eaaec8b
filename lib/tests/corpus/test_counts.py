import numpy as np
import pandas as pd
import pytest

from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    count_hits,
    count_study_attributions,
    count_study_hits,
    find_hits,
    find_study_hits,
    write_counts,
)
from wording.corpus.kwic import list_concordance
from wording.corpus.lines import find_term_hits
from wording.corpus.neighbours import find_near_hits
from wording.errors import WordingError
from wording.questions.design import Request
from wording.questions.shares.shares import compute_study_shares
from wording.study.read import read_study
from wording.tables import TABLES


@pytest.fixture(scope="module")
def study(demo):
    return read_study(demo)


def test_counts_are_the_planted_hits(study):
    truth = pd.read_csv(study.folder / "truth.csv")
    planted = (
        truth[(truth["sense"] != "other") & (truth["zone"] == "body")]
        .groupby(["doc_id", "concept", "variant"])
        .size()
    )
    found = count_study_hits(study).counts.groupby(["doc_id", "concept", "variant"])["n"].sum()
    assert len(planted) > 500
    assert found.sub(planted, fill_value=0).abs().sum() == 0


def test_the_lines_are_exactly_the_hits_counted(study):
    lines, counted = find_study_hits(study), count_study_hits(study)
    per_article = (
        lines.groupby(["doc_id", "concept", "variant"], observed=True)
        .size()
        .rename("n")
        .reset_index()
    )
    counts = counted.counts.groupby(["doc_id", "concept", "variant"])["n"].sum().reset_index()
    pd.testing.assert_frame_equal(per_article.astype({"doc_id": str}), counts, check_dtype=False)
    assert list(lines.columns) == list(TABLES["hits"])


def test_hits_stand_where_their_offsets_say(study):
    texts = pd.read_csv(study.folder / "articles.csv").set_index("doc_id")["text"]
    lines = find_study_hits(study)
    assert [texts[r.doc_id][r.start : r.end] for r in lines.itertuples()] == lines["node"].to_list()


def test_boilerplate_is_shown_by_find_but_never_counted(study):
    corpus = build_corpus(study)
    everything = find_hits(corpus, study.concepts, study.lists)
    assert (everything["zone"] == "boilerplate").sum() > 100
    assert (everything["zone"] == "body").sum() == count_hits(corpus, study.concepts, study.lists)[
        "n"
    ].sum()


def test_counts_add_up_over_articles_and_do_not_depend_on_their_order(study):
    corpus = build_corpus(study)
    whole = count_hits(corpus, study.concepts, study.lists)
    one = {"levy": study.concepts["levy"]}
    pd.testing.assert_frame_equal(
        count_hits(corpus, one, study.lists),
        whole[whole["concept"] == "levy"].reset_index(drop=True),
    )


def test_a_study_without_its_articles_says_the_same_from_its_counts(study, tmp_path):
    folder = tmp_path / "counts-only"
    write_counts(study, folder / "counts")
    for name in ("study.yml", "concepts.yml"):
        (folder / name).write_bytes((study.folder / name).read_bytes())
    bare, full = count_study_hits(read_study(folder)), count_study_hits(study)
    pd.testing.assert_frame_equal(bare.counts, full.counts, check_dtype=False)
    assert (bare.articles["n_words"] == full.articles["n_words"]).all()
    assert "title" not in pd.read_csv(folder / "counts" / "articles.csv")
    with pytest.raises(WordingError, match="no articles"):
        find_study_hits(read_study(folder))


def test_outlets_and_period_of_the_study_set_the_rest_apart(study, tmp_path):
    text = (
        (study.folder / "study.yml")
        .read_text(encoding="utf8")
        .replace("outlets: [Harbour Ledger, Northline, ", "outlets: [")
    )
    (tmp_path / "study.yml").write_text(
        text + "period: {from: 2031-06-01, to: 2031-12-31}\n", encoding="utf8"
    )
    for name in ("concepts.yml", "articles.csv"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    counted = count_study_hits(read_study(tmp_path))
    assert set(counted.articles["outlet"]).isdisjoint({"Harbour Ledger", "Northline"})
    assert counted.articles["date"].between("2031-06-01", "2031-12-31").all()
    assert len(counted.articles) + len(counted.set_apart) == 400


def test_an_unknown_outlet_or_concept_is_refused_with_the_nearest(study, tmp_path):
    with pytest.raises(WordingError, match="did you mean 'levy'"):
        count_study_hits(study, ["levi"])
    for name in ("concepts.yml", "articles.csv"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    (tmp_path / "study.yml").write_text(
        "title: t\nquestion: q\narticles: {path: articles.csv}\noutlets: [Northlin]\n"
    )
    with pytest.raises(WordingError, match="did you mean 'Northline'"):
        count_study_hits(read_study(tmp_path))


def test_any_pattern_a_concept_or_a_variant_can_be_looked_up(study):
    by_name, by_words = (
        list_concordance(study, "levy/carbon tax"),
        list_concordance(study, "climate charg*"),
    )
    assert set(by_name["node"].str.lower()) == {"carbon tax"}
    assert set(by_words["node"].str.lower()) == {"climate charge"}
    assert len(list_concordance(study, "=levy")) == len(by_name) + len(by_words)


def test_copies_count_as_asked(study, tmp_path):
    rows = pd.read_csv(study.folder / "articles.csv", dtype=str)
    truth = pd.read_csv(study.folder / "truth.csv").dropna(subset="copy_of")
    copied = truth[truth["copy_kind"] == "whole"].iloc[0]
    again = rows[rows["doc_id"] == copied["doc_id"]].assign(doc_id="again", date="2032-06-30")
    pd.concat([rows, again]).to_csv(tmp_path / "articles.csv", index=False)
    for name in ("concepts.yml", "study.yml"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    counted = {
        copies: count_study_hits(read_study(tmp_path), copies=copies)
        for copies in ("all", "one", "none")
    }
    left = {copies: set(made.left_out["doc_id"]) for copies, made in counted.items()}
    assert (len(counted["all"].articles), left["all"]) == (401, set())
    assert left["one"] == {"again"}
    assert left["none"] == {"again", *truth["doc_id"]} | (left["none"] - set(truth["doc_id"]))
    assert counted["none"].articles["first"].all()
    for copies, made in counted.items():
        assert len(made.articles) + len(left[copies]) == 401
        assert set(made.counts["doc_id"]) <= set(made.articles["doc_id"])
        lines = find_study_hits(read_study(tmp_path), copies=copies)
        assert len(lines) == made.counts["n"].sum()
        assert set(count_study_attributions(read_study(tmp_path), copies=copies)["doc_id"]) <= set(
            made.articles["doc_id"]
        )


def write_copied_passage(folder):
    """A brief, and a story of another outlet's own, 30 % of which is the brief; then the study."""
    rng = np.random.default_rng(5)
    filler = [f"word{k}" for k in rng.integers(0, 10**6, 400)]
    brief = " ".join([*filler[:30], "the unrest spread", *filler[30:60], "more unrest followed."])
    own = " ".join([*filler[100:200], "the unrest", *filler[200:250], "a riot began."])
    pd.DataFrame(
        [
            ("brief", "A", "2031-01-01", brief),
            ("own", "B", "2031-01-02", f"{own}\n\n{brief}"),
        ],
        columns=["doc_id", "outlet", "date", "text"],
    ).to_csv(folder / "articles.csv", index=False)
    (folder / "study.yml").write_text(
        "title: t\nquestion: q\narticles: {path: articles.csv}\n", encoding="utf8"
    )
    (folder / "concepts.yml").write_text(
        "concepts:\n  events:\n    title: e\n    variants:\n"
        "      unrest: {match: [unrest]}\n      riot: {match: [riot]}\n",
        encoding="utf8",
    )
    return read_study(folder)


def test_hits_in_copied_text_are_copies_and_the_rest_is_the_outlets_own(tmp_path):
    study = write_copied_passage(tmp_path)
    every, own = (count_study_hits(study, copies=copies) for copies in ("all", "none"))
    keys = ["doc_id", "variant", "n", "n_copied"]
    assert every.counts[keys].sort_values(keys).to_numpy().tolist() == [
        ["brief", "unrest", 2, 0],
        ["own", "riot", 1, 0],
        ["own", "unrest", 3, 2],
    ]
    assert own.counts[keys].sort_values(keys).to_numpy().tolist() == [
        ["brief", "unrest", 2, 0],
        ["own", "riot", 1, 0],
        ["own", "unrest", 1, 0],
    ]
    assert own.articles.set_index("doc_id")["n_copied"].to_dict() == {"brief": 0, "own": 66}
    assert own.articles["first"].all()


def test_lines_of_copied_text_are_left_out_with_its_hits(tmp_path):
    study = write_copied_passage(tmp_path)
    lines = find_study_hits(study)
    assert lines[lines["copied"]]["doc_id"].to_list() == ["own", "own"]
    for find in (
        lambda copies: find_study_hits(study, ["events"], copies=copies),
        lambda copies: list_concordance(study, "unrest; riot", copies=copies),
    ):
        assert [len(find(copies)) for copies in ("all", "one", "none")] == [6, 6, 4]


def test_rates_without_copies_are_of_the_words_that_are_no_copies(tmp_path):
    study = write_copied_passage(tmp_path)
    shares = compute_study_shares(study, Request(voice="all", copies="none"))
    rate = shares.set_index(["outlet", "variant"])["per_million"]
    n_words = build_corpus(study).articles.set_index("doc_id")["n_words"]
    assert rate["B", "unrest"] == pytest.approx(1e6 / (n_words["own"] - 66))
    assert rate["A", "unrest"] == pytest.approx(2e6 / n_words["brief"])


def test_counts_of_an_older_version_are_refused_with_a_remedy(study, tmp_path):
    (tmp_path / "counts").mkdir()
    for name in ("concepts.yml", "study.yml"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    articles = build_corpus(study).articles.drop(columns=["time", "tied", "n_copied"])
    articles.to_csv(tmp_path / "counts" / "articles.csv", index=False)
    with pytest.raises(WordingError, match="time, tied, n_copied.*make it anew"):
        count_study_hits(read_study(tmp_path))


def test_an_unknown_way_of_counting_copies_is_refused(study):
    with pytest.raises(WordingError, match="did you mean 'none'"):
        count_study_hits(study, copies="non")


def test_every_source_of_lines_keeps_to_the_excerpts(study):
    narrow = study.model_copy(update={"excerpts": 3})
    [name, *_], term = study.concepts, pd.DataFrame({"term": ["the"], "outlet": ["Northline"]})
    near = pd.DataFrame({"variant": list(study.concepts[name].variants), "collocate": "the"})
    for lines in (
        find_study_hits(narrow),
        list_concordance(narrow, f"={name}", context="paragraph"),
        find_near_hits(narrow, name, near),
        find_term_hits(narrow, term, articles=count_study_hits(narrow).articles),
    ):
        assert len(lines) > 10
        assert (
            lines[["left", "right"]].apply(lambda side: side.str.split().str.len()).max().max() == 3
        )
        assert lines["title"].isna().all()
    assert count_study_attributions(narrow)["speaker"].dropna().str.split().str.len().max() <= 3
    assert (
        count_study_attributions(study.model_copy(update={"excerpts": "none"}))["speaker"]
        .isna()
        .all()
    )


def test_an_outlet_called_na_stays_in_counts_without_the_articles(tmp_path):
    (tmp_path / "a.csv").write_text(
        "doc_id,outlet,text\nnull,NA,A coup in the city.\nnan,None,No coup here.\n"
    )
    (tmp_path / "study.yml").write_text("title: t\nquestion: q\narticles: {path: a.csv}\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: t, variants: {x: [coup]}}}")
    study = read_study(tmp_path)
    write_counts(study, tmp_path / "counts")
    (tmp_path / "a.csv").unlink()
    without = count_study_hits(read_study(tmp_path))
    assert sorted(without.articles["outlet"]) == ["NA", "None"]
    assert sorted(without.counts["doc_id"]) == ["nan", "null"]
