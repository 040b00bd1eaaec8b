"""Rivals of planted terms, what is left out, and what is said where nothing is known."""

import datetime
import shutil

import pandas as pd
import polars as pl
import pytest

from wording.corpus.build import build_corpus
from wording.errors import WordingError
from wording.questions.discovery import findings, proposals
from wording.questions.discovery import phrase_vectors as lexicon
from wording.questions.discovery import rival_sets as starters
from wording.questions.discovery import rivals as discovery
from wording.simulation.simulate import simulate_study
from wording.study.journal import locate_verdicts_file, record_verdict
from wording.study.read import read_study
from wording.tables import TABLES

DAY = datetime.date(2031, 5, 1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return read_study(
        simulate_study(tmp_path_factory.mktemp("planted") / "s", articles=250, seed=5)
    )


@pytest.fixture
def judging(planted, tmp_path):
    """The same study in a folder of its own, whose articles are built already."""
    return read_study(shutil.copytree(planted.folder, tmp_path / "s"))


def named(study, term, top):
    return set(discovery.find_rivals(study, [term], top=top)["rival"])


@pytest.mark.parametrize(
    ("term", "rivals"),
    [
        ("protests", {"uprising", "coup"}),
        ("military operation", {"war", "invasion"}),
        ("militants", {"rebels", "fighters", "insurgents"}),
        ("carbon tax", {"climate charge"}),
    ],
)
def test_planted_rivals_come_first(planted, term, rivals):
    assert rivals <= named(planted, term, 5)


def test_the_table_has_its_columns_and_falling_scores(planted):
    table = discovery.find_rivals(planted, ["coup", "war"], top=7)
    assert list(table.columns) == list(TABLES["rivals"])
    assert table.groupby("term")["rank"].apply(list).to_dict() == {
        "coup": [1, 2, 3, 4, 5, 6, 7],
        "war": [1, 2, 3, 4, 5, 6, 7],
    }
    for _, rows in table.groupby("term"):
        assert rows["score"].is_monotonic_decreasing
        assert rows["score"].to_numpy() == pytest.approx(
            (rows["slot"] * rows["company"] * rows["topic"]).to_numpy(), rel=1e-5
        )
    alone = discovery.find_rivals(planted, ["war"], top=7)
    pd.testing.assert_frame_equal(alone, table[table["term"] == "war"].reset_index(drop=True))


def test_a_term_its_forms_and_its_phrases_are_no_rivals_of_it(planted):
    for rival in named(planted, "protests", 50):
        assert "protest" not in rival.split()
        assert "protests" not in rival.split()


def test_a_term_may_be_a_form_a_pattern_or_a_variant_by_its_name(planted):
    known = lexicon.get_phrase_vectors(planted)
    terms = known.table["term"].to_list()
    rows = {
        text: {terms[row] for row in discovery.find_term_rows(known, planted, text)}
        for text in ("protest", "Protests", "protest*", "(military|border) operation", "operation")
    }
    assert (
        rows["protest"]
        == rows["Protests"]
        == {term for term in ("protest", "protests") if term in terms}
    )
    assert rows["protest"] <= rows["protest*"]
    assert rows["(military|border) operation"] == {"military operation", "border operation"}
    assert "operation" not in terms or rows["operation"] == {"operation"}


def test_an_unknown_term_is_told_with_the_nearest_one(planted):
    with pytest.raises(WordingError, match="did you mean 'militants'"):
        discovery.find_rivals(planted, ["militnats"])
    assert len(discovery.explain_unknown_terms(planted, ["coup", "militnats"])) == 1
    assert set(discovery.find_rivals(planted, ["coup", "militnats"])["term"]) == {"coup"}


def test_what_was_judged_is_not_proposed_again(judging):
    assert "coup" in named(judging, "protests", 5)
    record_verdict(judging, "coup", "protest", "opposite sides", who="A", date=DAY)
    assert "coup" not in named(judging, "protests", 50)
    assert not {"protest", "protests"} & named(judging, "coup", 50)


def test_the_same_articles_make_the_same_bytes(planted, tmp_path):
    """As those that were kept when the study was first asked."""
    lexicon.get_phrase_vectors(planted)
    corpus = build_corpus(planted)
    [kept] = corpus.folder.glob("lexicon-*")
    again = lexicon.build_phrase_vectors(corpus, language="en", seed=planted.seed)
    lexicon.save_phrase_vectors(again, tmp_path)
    files = sorted(f.name for f in tmp_path.iterdir())
    assert len(files) == len(lexicon.VECTOR_DIMENSIONS) + 2
    assert all((tmp_path / f).read_bytes() == (kept / f).read_bytes() for f in files)


def test_a_lexicon_is_made_once(planted):
    lexicon.get_phrase_vectors(planted)
    folder = next(
        f for f in build_corpus(planted).folder.iterdir() if f.name.startswith("lexicon-")
    )
    before = (folder / "table.parquet").stat().st_mtime_ns
    lexicon.open_phrase_vectors.cache_clear()
    lexicon.get_phrase_vectors(planted)
    assert (folder / "table.parquet").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["tax cut", "tax cuts", "tax-cuts"], 1),
        (["policy", "policies"], 1),
        (["tax", "taxes"], 1),
        (["news", "new"], 2),
        (["isis", "isi"], 2),
        (["class", "clas"], 2),
    ],
)
def test_forms_of_one_phrase_fold_into_one(terms, expected):
    assert lexicon.fold_phrase_forms(pl.Series(terms)).n_unique() == expected


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The demo without its concepts: nothing says which phrases are rivals."""
    folder = simulate_study(tmp_path_factory.mktemp("bare") / "s")
    (folder / "concepts.yml").write_text("concepts: {c: {title: C, variants: {v: [nothing]}}}\n")
    return read_study(folder)


def pairs_of(study):
    return [
        frozenset(pair)
        for pair in starters.find_rival_sets(study)[["term", "rival"]].to_numpy().tolist()
    ]


TOWNS = frozenset(("captured", "liberated"))


def test_starter_sets_are_of_planted_rivals(bare, demo):
    table = starters.find_rival_sets(bare)
    planted = [
        {phrase for variant in concept.variants.values() for phrase in variant.match}
        for concept in read_study(demo).concepts.values()
    ]
    assert list(table.columns) == list(TABLES["candidates"])
    assert table["set"].tolist() == sorted(table["set"])
    assert TOWNS in pairs_of(bare)
    assert all(any(pair <= phrases for phrases in planted) for pair in pairs_of(bare))
    assert table["score"].to_numpy() == pytest.approx(
        (table["similarity"] * table["divergence"]).to_numpy()
    )
    assert table["similarity"].to_numpy() == pytest.approx(
        (table["slot"] * table["company"] * table["topic"]).to_numpy(), rel=1e-4
    )


def test_a_judged_pair_and_variants_of_one_concept_are_no_starter_sets(bare, tmp_path):
    study = read_study(shutil.copytree(bare.folder, tmp_path / "s"))
    record_verdict(study, "liberated", "captured", "accept", who="A", date=DAY)
    assert TOWNS not in pairs_of(study)
    locate_verdicts_file(study).unlink()
    assert TOWNS in pairs_of(study)
    (study.folder / "concepts.yml").write_text(
        "concepts: {c: {title: C, variants: {v: [captured], w: ['liberat*']}}}\n"
    )
    assert TOWNS not in pairs_of(read_study(study.folder))


def test_each_phrase_of_a_set_is_told_at_the_outlet_that_uses_it_most(bare):
    found = proposals.propose_rivals(bare)
    rival_sets = starters.find_rival_sets(bare)
    of_set = f"set {rival_sets.query('term in @TOWNS and rival in @TOWNS')['set'].iloc[0]}"
    told = found.used[found.used["concept"] == of_set].set_index("variant")
    assert set(told.index) == TOWNS
    assert told.loc["captured", "outlet"] != told.loc["liberated", "outlet"]
    assert (told["share"] > 0.5).all()
    assert (
        found.lines[found.lines["concept"] == of_set]
        .groupby("variant", observed=True)
        .size()
        .to_dict()
        == told["n"].to_dict()
    )


def test_the_two_phrases_of_a_set_are_not_one_inside_the_other(bare):
    known = lexicon.get_phrase_vectors(bare)
    groups = starters.group_pairs(
        known, starters.find_contrasting_pairs(known, *compared_with_outlets(bare))
    )
    assert groups
    for group in groups:
        terms = [f" {known.folded[row]} " for row in group]
        assert not any(one in other for one in terms for other in terms if one is not other)


def compared_with_outlets(study):
    table = build_corpus(study).table
    return list(range(len(table))), table["outlet"].to_list()


def test_the_lines_are_exactly_the_hits_that_are_counted(planted):
    found = proposals.propose_rivals(planted, term="protests", top=4)
    lines = found.lines.groupby(["variant", "outlet"], observed=True).size()
    assert len(found.used) > 10
    for row in found.used[found.used["n"] > 0].itertuples():
        assert lines[(row.variant, row.outlet)] == row.n
        assert row.total == row.n + lines.get(("protests", row.outlet), 0)


def test_proposals_say_why_there_are_none(tmp_path):
    (tmp_path / "study.yml").write_text("title: T\nquestion: Q?\narticles: {path: a.csv}\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: C, variants: {v: [w]}}}\n")
    missing = proposals.propose_rivals(read_study(tmp_path))
    assert findings.sentences(missing)[0].startswith("Discovery needs the articles themselves")
    pl.DataFrame(
        [
            {"doc_id": str(k), "outlet": "AB"[k % 2], "text": f"Article {k} tells of a war."}
            for k in range(5)
        ]
    ).write_csv(tmp_path / "a.csv")
    few = proposals.propose_rivals(read_study(tmp_path))
    assert "5 articles of 2 outlets are not enough to show" in findings.sentences(few)[0]
    assert any("fewer than 10 outlets or 10,000 articles" in sentence for sentence in few.warnings)
