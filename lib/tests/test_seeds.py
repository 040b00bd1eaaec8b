"""The five seed documents: their counts are in the repository, their texts are not.

With the texts in seeds/texts/ the two are compared.
"""

import gzip
import shutil

import pandas as pd
import pytest

from wording.answers.tables import make_table
from wording.corpus.acts import write_acts
from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits, find_hits, find_study_hits, write_counts
from wording.corpus.neighbours import MIN_SHAREABLE_ARTICLES, read_neighbours, write_neighbours
from wording.corpus.terms import count_study_terms, write_terms
from wording.files import PROJECT_ROOT
from wording.study.read import read_study

SEEDS = PROJECT_ROOT / "seeds"
needs_texts = pytest.mark.skipif(
    not list(SEEDS.glob("texts/*.txt")),
    reason="the five texts are not in seeds/texts/ (see seeds/README.md)",
)


@pytest.fixture
def study(tmp_path):
    return read_study(
        shutil.copytree(SEEDS, tmp_path / "seeds", ignore=shutil.ignore_patterns(".build"))
    )


def test_with_only_the_counts_it_reports_shares(tmp_path):
    bare = read_study(
        shutil.copytree(SEEDS, tmp_path / "seeds", ignore=shutil.ignore_patterns("texts", ".build"))
    )
    assert not bare.has_articles
    shares = make_table(bare, "shares", concepts=["kyiv-2014"]).set_index(["variant", "outlet"])
    assert (
        shares.loc[("coup", "Document 1"), "n"] == shares.loc[("protests", "Document 1"), "n"] == 1
    )
    assert shares["low"].isna().all(), "one article gives no interval"
    assert len(count_study_hits(bare).articles) == 5


def test_with_only_the_counts_it_says_who_did_it(tmp_path):
    bare = read_study(
        shutil.copytree(SEEDS, tmp_path / "seeds", ignore=shutil.ignore_patterns("texts", ".build"))
    )
    agency = make_table(bare, "agency", voice="all").set_index(["measure", "form", "outlet"])
    assert agency.loc[("form", "active", "Document 3"), ["n", "total"]].tolist() == [1, 1]
    assert agency["low"].isna().all(), "one article gives no interval"


def test_with_only_the_counts_it_has_words_and_no_phrase(tmp_path):
    bare = read_study(
        shutil.copytree(SEEDS, tmp_path / "seeds", ignore=shutil.ignore_patterns("texts", ".build"))
    )
    found = count_study_terms(bare)
    assert len(found) > 100
    assert (found.length == 1).all()
    assert (found.n_articles >= 2).all()


def test_the_list_invents_no_outlet():
    listed = pd.read_csv(SEEDS / "articles.csv")
    assert listed["outlet"].value_counts().to_dict() == {"unattributed": 4, "EFE": 1}
    assert listed["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_the_neighbours_tell_no_word_of_one_document_alone():
    kept = read_neighbours(read_study(SEEDS))
    words = kept[kept["collocate"] != ""]
    assert (
        words.groupby(["concept", "variant", "collocate"])["doc_id"].nunique().min()
        >= MIN_SHAREABLE_ARTICLES
    )
    assert words["collocate"].nunique() < 50, (
        "so few words of five documents let no sentence be put together"
    )


@needs_texts
def test_the_committed_counts_are_fresh(study, tmp_path):
    write_counts(study, tmp_path / "counts")
    write_acts(study, tmp_path / "counts")
    for name in ("articles.csv", "counts.csv", "acts.csv"):
        assert (tmp_path / "counts" / name).read_bytes() == (
            SEEDS / "counts" / name
        ).read_bytes(), "run `wording counts seeds --out seeds/counts`"


@needs_texts
def test_the_committed_words_are_fresh(study, tmp_path):
    write_terms(study, tmp_path)
    fresh, committed = (
        gzip.decompress((folder / "terms.csv.gz").read_bytes())
        for folder in (tmp_path, SEEDS / "counts")
    )
    assert fresh == committed, "run `wording counts seeds --out seeds/counts`"


@needs_texts
def test_the_committed_neighbours_are_fresh(study, tmp_path):
    write_neighbours(study, tmp_path)
    fresh, committed = (
        gzip.decompress((folder / "neighbours.csv.gz").read_bytes())
        for folder in (tmp_path, SEEDS / "counts")
    )
    assert fresh == committed, "run `wording counts seeds --out seeds/counts`"


@needs_texts
def test_the_right_lines_are_found(study):
    found = find_study_hits(study, ["kyiv-2014", "towns"])
    lines = {(row.outlet, row.variant, row.node) for row in found.itertuples()}
    assert {
        ("Document 1", "coup", "coup"),
        ("Document 1", "protests", "protests"),
        ("Document 4", "liberated", "liberated"),
        ("Document 4", "fell", "fell"),
    } <= lines
    fell = found[found["variant"] == "fell"]
    assert len(fell) == 2
    assert not fell["left"].str.contains("missiles").any(), (
        "missiles that fell are no captured town"
    )


@needs_texts
def test_no_hit_that_counts_lies_in_boilerplate(study):
    corpus = build_corpus(study)
    everything = find_hits(corpus, study.concepts, study.lists, place="text")
    apart = everything[everything["zone"] == "boilerplate"]
    assert set(apart["doc_id"].str[:3]) <= {"000", "001", "003", "004"}, "000 and 003: the headline"
    counted = find_study_hits(study)
    credits = counted["left"].str.contains("Photo:|©") | counted["right"].str.contains(
        "^(?:Photo:|©)"
    )
    assert len(everything) == len(counted) + len(apart)
    assert not credits.any()


@needs_texts
def test_a_changed_text_is_refused(study):
    file = sorted((study.folder / "texts").glob("*.txt"))[0]
    file.write_text(file.read_text(encoding="utf8") + "More.", encoding="utf8")
    corpus = build_corpus(study)
    assert len(corpus.rejects) == 1
    assert "sha256" in corpus.rejects["reason"][0]
