"""The study in three languages: what was planted is found, across languages and within each."""

import shutil

import pandas as pd
import polars as pl
import pytest

import wording
from wording.answers.tables import make_table
from wording.corpus.build import build_corpus, read_links
from wording.corpus.counts import write_counts
from wording.errors import WordingError
from wording.files import DATA_FOLDER
from wording.simulation.several_languages import simulate_languages
from wording.study.read import read_study

DEMO = DATA_FOLDER / "demo-languages"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "demo-languages"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".build"))
    return wording.open(folder)


@pytest.fixture(scope="module")
def truth():
    return pd.read_csv(DEMO / "truth.csv")


def test_the_demo_is_what_the_program_writes(tmp_path):
    made = simulate_languages(tmp_path / "made")
    assert {file.name for file in made.iterdir()} == {
        file.name for file in DEMO.iterdir() if file.suffix
    }
    for file in made.iterdir():
        assert file.read_bytes() == (DEMO / file.name).read_bytes(), file.name


def test_each_planted_word_is_a_hit_in_its_voice_and_no_other(study, truth):
    keys = ["doc_id", "concept", "variant", "start", "end", "voice"]
    hits = pd.concat([study.kwic(concept=name).table for name in study.record.concepts])
    found = hits[keys].sort_values(keys).reset_index(drop=True)
    assert found.equals(truth[keys].sort_values(keys).reset_index(drop=True))


def test_each_article_is_in_the_language_of_its_outlet(study, truth):
    table = build_corpus(study.record).articles
    language = truth.drop_duplicates("doc_id").set_index("doc_id")["language"]
    assert len(table) == 150
    assert (table.set_index("doc_id")["language"].reindex(language.index) == language).all()
    corpus = build_corpus(study.record)
    languages = [shard.language for shard in corpus.shards]
    assert sorted(languages) == ["de", "en", "ru"]


def test_intervals_cover_the_planted_shares_and_clear_differences_are_planted(study):
    planted = pd.read_csv(DEMO / "truth-shares.csv")
    planted = planted[planted["voice"] == "outlet"].set_index(["variant", "outlet"])["probability"]
    covered, is_right, is_found = [], [], []
    for concept in study.record.concepts:
        shares = study.shares(concept)
        table = shares.table.set_index(["variant", "outlet"])
        expected = planted.reindex(table.index)
        covered += ((table["low"] <= expected) & (expected <= table["high"])).tolist()
        contrasts = make_table(study.record, "contrasts", concepts=[concept], against="pairs")
        contrasts = contrasts[contrasts["variant"] != "militants"]  # what rebels are not
        for row in contrasts[contrasts["q"] < 0.05].itertuples():
            there = planted[row.variant, row.outlet] - planted[row.variant, row.other]
            is_right.append(there * row.difference > 0)
        large = contrasts[
            [
                abs(planted[row.variant, row.outlet] - planted[row.variant, row.other]) >= 0.5
                for row in contrasts.itertuples()
            ]
        ]
        is_found += (large["q"] < 0.05).tolist()
    assert len(is_found) >= 7
    assert sum(is_found) / len(is_found) >= 0.8
    assert sum(covered) / len(covered) >= 0.9
    # One in twenty clear differences may be due to chance (q < 0.05).
    assert len(is_right) >= 15
    assert is_right.count(False) <= 0.05 * len(is_right)


def test_lines_are_of_every_language(study):
    lines = study.kwic(concept="towns").table
    nodes = set(lines.loc[lines["variant"] == "liberated", "node"])
    assert {"liberated", "befreit", "освободила"} <= nodes
    shown = study.kwic("befreit*").show().html
    assert '<tr lang="de">' in shown
    assert '<tr lang="en">' not in shown


def test_what_compares_words_stays_within_one_language(study):
    for language, outlets in (
        ("de", {"Küstenkurier", "Neubrücker Bote"}),
        ("ru", {"Речной вестник", "Северный курьер"}),
    ):
        keyness = study.using(language=language).keyness()
        assert set(keyness.table["outlet"]) <= outlets
        assert any("within one language" in sentence for sentence in keyness.sentences)
    default = study.keyness()
    assert set(default.table["outlet"]) <= {"Lantern Post", "Skerry Courier"}
    assert any("50 articles in English count here" in one for one in default.sentences)


def test_links_join_articles_of_one_language_only(study, truth):
    language = truth.drop_duplicates("doc_id").set_index("doc_id")["language"]
    links = read_links(build_corpus(study.record)).to_pandas()
    both = [language.reindex(links[name]).to_numpy() for name in ("doc_id", "other")]
    assert (both[0] == both[1]).all()


def test_links_of_one_language_are_those_of_the_whole_corpus(study, truth):
    whole = read_links(build_corpus(study.record))
    german = read_links(build_corpus(study.using(language="de").record))
    named = truth.loc[truth["language"] == "de", "doc_id"].to_list()
    assert 0 < len(german) < len(whole)
    assert german.equals(whole.filter(pl.col("doc_id").is_in(named)))


def test_a_variant_without_phrases_in_a_language_is_said_and_not_counted(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".build"))
    file = folder / "concepts.yml"
    file.write_text(file.read_text().replace(', ru: ["~захватить"]', ""))
    shares = wording.open(folder).shares("towns")
    counted = shares.table.groupby("outlet")["n"].sum()
    assert not {"Речной вестник", "Северный курьер"} & set(counted.index[counted > 0])
    assert counted["Küstenkurier"] > 0
    assert any("no phrases in Russian" in sentence for sentence in shares.sentences)


def test_an_unknown_language_is_refused(study):
    with pytest.raises(WordingError, match="language"):
        study.using(language="fr")


def test_counts_alone_give_the_same_shares(study, tmp_path):
    for name in ("study.yml", "concepts.yml"):
        shutil.copy(DEMO / name, tmp_path / name)
    write_counts(study.record, tmp_path / "counts")
    alone = wording.open(tmp_path)
    assert not read_study(tmp_path).has_articles
    for language in ("", "ru"):
        expected = study.using(language=language).shares("towns").table
        assert alone.using(language=language).shares("towns").table.equals(expected)
