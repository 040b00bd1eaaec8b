"""The demo is what the simulation writes, and its truth is true."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wording.corpus import build, counts
from wording.corpus.reading.articles import read_articles
from wording.errors import WordingError
from wording.simulation.articles import apportion, list_story_words, write_articles
from wording.simulation.sentences import MARKS_BY_STYLE, split_templates
from wording.simulation.simulate import simulate_study
from wording.simulation.world import World, look_up_probabilities
from wording.study.read import read_study

DEMO = Path(__file__).parents[3] / "data" / "demo"
WRITTEN = [
    "articles.csv",
    "concepts.yml",
    "marks.csv",
    "study.yml",
    "truth-act-shares.csv",
    "truth-acts.csv",
    "truth-label-shares.csv",
    "truth-labels.csv",
    "truth-shares.csv",
    "truth-voices.csv",
    "truth.csv",
]
CONTESTED = re.compile(
    r"\b(?:coups?|uprisings?|protest\w*|riot\w*|fell|fallen|fall of|liberat\w*|captur\w*|"
    r"(?:military |border )?operations?|invasions?|wars?|"
    r"rebel\w*|militants?|insurgen\w*|fighters?|carbon tax\w*|climate charges?)\b",
    re.IGNORECASE,
)
REAL = """
Afghanistan Africa Algeria America Argentina Asia Australia Austria Baghdad Beijing Belarus Berlin
Bosnia Brazil Britain Brussels Cairo Canada Chechnya Chile China Colombia Congo Crimea Cuba Damascus
Donbas Donetsk Egypt Ethiopia Europe France Gaza Georgia Germany Greece Hamas India Iran Iraq Israel
Italy Japan Kabul Kashmir Kiev Korea Kosovo Kyiv Lebanon Libya London Mali Mariupol Mexico Minsk
Moscow Myanmar NATO Nigeria Ostrava Pakistan Palestine Paris Poland Putin Reuters Russia Serbia
Severodonetsk Spain Sudan Syria Taiwan Tehran Tokyo Trump Turkey Ukraine Venezuela Vietnam
Washington Yemen Zelensky
"""


def read(folder, name):
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False).astype(
        {"start": int, "end": int} if name != "articles.csv" else {}
    )


@pytest.fixture(scope="module")
def articles():
    return read(DEMO, "articles.csv")


@pytest.fixture(scope="module")
def truth():
    return read(DEMO, "truth.csv")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The truth of a larger study, with outlet and date.

    Nothing in boilerplate, in another sense or copied.
    """
    folder = simulate_study(tmp_path_factory.mktemp("large"), articles=900, seed=7)
    given = read(folder, "articles.csv")
    given["date"] = pd.to_datetime(given["date"], format="%Y-%m-%d", errors="coerce")
    found = read(folder, "truth.csv").merge(
        given[["doc_id", "outlet", "date"]], on="doc_id", validate="many_to_one"
    )
    return found[
        (found["zone"] == "body")
        & (found["sense"] == "target")
        & (found["copy_of"] == "")
        & found["date"].notna()
    ]


def test_the_demo_is_what_the_simulation_writes(tmp_path):
    simulate_study(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == WRITTEN
    for name in WRITTEN:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), (
            f"{name}: run `wording simulate --out data/demo`"
        )


def test_another_seed_writes_other_articles(tmp_path):
    first, second = (
        simulate_study(tmp_path / str(seed), articles=60, seed=seed) / "articles.csv"
        for seed in (2, 3)
    )
    assert first.read_bytes() != second.read_bytes()


def test_bytes_do_not_depend_on_the_platform():
    for name in WRITTEN:
        data = (DEMO / name).read_bytes()
        assert b"\r" not in data
        data.decode("utf-8")


def test_every_node_stands_where_the_truth_says(articles, truth):
    texts = articles.set_index("doc_id")["text"]
    assert [texts[row.doc_id][row.start : row.end] for row in truth.itertuples()] == truth[
        "node"
    ].to_list()


def test_the_truth_is_complete(articles, truth):
    """Every contested word of every article is in the truth, in whatever sense and zone."""
    planted = set(zip(truth["doc_id"], truth["start"], truth["end"], strict=True))
    found = {
        (row.doc_id, *match.span())
        for row in articles.itertuples()
        for match in CONTESTED.finditer(row.text)
    }
    assert found == planted


def test_voices_stand_where_the_truth_says(articles, truth):
    texts, voices = articles.set_index("doc_id")["text"], read(DEMO, "truth-voices.csv")
    assert set(voices["voice"]) == {"quoted", "reported"}
    opening, closing = (tuple({pair[side] for pair in MARKS_BY_STYLE.values()}) for side in (0, 1))
    for row in voices[voices["voice"] == "quoted"].itertuples():
        assert texts[row.doc_id][: row.start].endswith(opening)
        assert texts[row.doc_id][row.end :].startswith(closing)
    both = truth.merge(voices, on="doc_id", suffixes=("", "_span"))
    inside = both[(both["start"] >= both["start_span"]) & (both["end"] <= both["end_span"])]
    assert (inside["voice"] == inside["voice_span"]).all()
    assert len(inside) == (truth["voice"] != "outlet").sum()


def test_the_speaker_stands_in_the_sentence_as_named(articles):
    texts, voices = articles.set_index("doc_id")["text"], read(DEMO, "truth-voices.csv")
    named = voices[voices["speaker"] != ""]
    assert len(named) > 0.8 * len(voices)
    for row in named.itertuples():
        assert (
            row.speaker.lower()
            in texts[row.doc_id][max(0, row.start - 400) : row.end + 400].lower()
        )


def test_every_kind_of_quotation_mark_is_planted(articles):
    text = " ".join(articles["text"])
    assert all(pair[0] in text and pair[1] in text for pair in MARKS_BY_STYLE.values())
    assert any(
        "\n\n" in articles["text"][articles["doc_id"] == row.doc_id].item()[row.start : row.end]
        for row in read(DEMO, "truth-voices.csv").itertuples()
    )


def test_planted_probabilities_come_out(large):
    """Standardised differences between counts and plan are small.

    They are as large as clustering makes them.
    """
    world = World.read(0)
    extra = 1 / (1 + world.plan["clustering"])
    scores = []
    for (concept, writer, voice), cell in large.groupby(["concept", "writer", "voice"]):
        planted = pd.DataFrame(
            [
                look_up_probabilities(world.plan, concept, writer, voice, day.date())
                for day in cell["date"]
            ],
            index=cell.index,
        )
        per_article = cell.groupby("doc_id").size()
        pairs = (per_article * (per_article - 1)).sum() / len(cell)
        for name in planted if len(cell) >= 30 else []:
            variance = (planted[name] * (1 - planted[name])).sum() * (1 + extra * pairs)
            scores.append(
                ((cell["variant"] == name).sum() - planted[name].sum()) / np.sqrt(variance)
            )
    assert len(scores) > 120
    assert np.abs(scores).max() < 4
    assert 0.75 < np.mean(np.square(scores)) < 1.25


def test_words_cluster_in_articles(large):
    """Two choices in one article agree far more often than two of different articles."""
    own = large[(large["concept"] == "levy") & (large["voice"] == "outlet")]
    n = own.groupby(["doc_id", "variant"]).size().unstack(fill_value=0)
    total = n.sum(axis=1)
    agreement = (n * (n - 1)).sum().sum() / (total * (total - 1)).sum()
    assert agreement > 0.52 + 0.07


def test_planted_shares_sum_to_one():
    shares = pd.read_csv(DEMO / "truth-shares.csv")
    sums = shares.groupby(["concept", "outlet", "voice", "period"])["probability"].sum()
    assert np.allclose(sums, 1)
    assert (
        shares[shares["concept"] == "levy"].groupby("variant")["probability"].nunique().eq(1).all()
    )


def test_one_outlet_has_its_term_from_quotations(large):
    coup = large[(large["writer"] == "Valley Lantern") & (large["variant"] == "coup")]
    assert (coup["voice"] != "outlet").mean() > 0.9


def test_one_outlet_switches_only_by_copying(articles, truth):
    body = truth[
        (truth["concept"] == "fighting")
        & (truth["zone"] == "body")
        & (truth["sense"] == "target")
        & (truth["voice"] == "outlet")
    ]
    late = body.merge(
        articles.loc[
            (articles["outlet"] == "Tidewatch") & (articles["date"] >= "2032-01-01"), ["doc_id"]
        ],
        on="doc_id",
    )
    war = late["variant"] == "war"
    assert war[late["writer"] == "Ternwire"].mean() > 0.6
    assert war[late["writer"] == "Tidewatch"].mean() < 0.3


def test_copies_share_the_text_of_an_earlier_original(articles, truth):
    copies = truth[truth["copy_of"] != ""].drop_duplicates("doc_id")
    assert copies["copy_kind"].value_counts().to_dict().keys() == {
        "whole",
        "cut",
        "embedded",
        "changed",
    }
    assert copies["copy_kind"].value_counts().min() >= 10
    assert not set(copies["copy_of"]) & set(copies["doc_id"])
    day, outlet = (articles.set_index("doc_id")[column] for column in ("date", "outlet"))
    assert (day[copies["copy_of"]].to_numpy() < day[copies["doc_id"]].to_numpy()).all()
    assert (outlet[copies["copy_of"]].to_numpy() != outlet[copies["doc_id"]].to_numpy()).all()


def test_kinds_of_copies():
    """How many words of the original's body stand in the copy, as runs of five."""

    def runs(article):
        words = list_story_words(
            [[s for s in paragraph if s.zone == "body"] for paragraph in article.paragraphs]
        )
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    for article in write_articles(World.read(1), 400):
        if article.original:
            original, copy = runs(article.original), runs(article)
            kept, own = len(original & copy) / len(original), 1 - len(original & copy) / len(copy)
            expected = {
                "whole": kept == 1 and own == 0,
                "cut": 0.3 < kept < 1 and own == 0,
                "embedded": kept > 0.85 and own > 0.25,
                "changed": 0.15 < kept < 0.8,
            }
            assert expected[article.kind], (article.kind, kept, own)


def test_boilerplate_and_other_senses_are_planted_for_every_concept(truth):
    assert (truth[truth["zone"] == "boilerplate"].groupby("concept").size() > 5).all()
    assert (truth[truth["sense"] == "other"].groupby("concept").size() > 5).all()
    assert truth.groupby("concept")["zone"].nunique().eq(2).all()


def test_dates_are_iso_written_out_or_missing(articles):
    iso = articles["date"].str.fullmatch(r"\d{4}-\d\d-\d\d")
    assert (articles["date"] == "").sum() == 7
    assert articles["date"].str.fullmatch(r"\d{1,2} [A-Z][a-z]+ 203[12]").sum() == 14
    assert iso.sum() == 400 - 21
    assert articles["date"][iso].between("2031-01-01", "2032-06-30").all()


def test_size(articles):
    assert (DEMO / "articles.csv").stat().st_size < 600_000
    assert len(articles) == 400
    assert articles["doc_id"].is_unique
    assert articles["title"].is_unique
    assert articles["outlet"].value_counts()["Skerry Gazette"] == 4
    assert articles["text"].str.split().str.len().between(40, 280).all()
    assert articles["url"].str.startswith("https://example.org/").all()


def test_nothing_in_it_is_real(articles):
    everything = " ".join([*articles["text"], *articles["title"], *articles["outlet"]])
    assert not re.findall(rf"\b(?:{'|'.join(REAL.split())})(?:s|n|ns)?\b", everything)


def test_no_slot_is_left(articles):
    assert not articles["text"].str.contains(r"[{}\[\]<>|¶^=_]").any()
    assert not articles["title"].str.contains(r"[{}\[\]<>|¶^=_]").any()


def test_the_bank_is_rich():
    world = World.read(0)
    assert (
        sum(
            len(split_templates(concept[voice]))
            for concept in world.terms.values()
            for voice in ("outlet", "quoted", "reported")
        )
        >= 150
    )
    assert (
        sum(
            len(split_templates(world.filler[name]))
            for name in ("general", "politics", "front", "economy", "quoted", "reported")
        )
        >= 120
    )


def test_the_study_is_right():
    study = read_study(DEMO)
    assert list(study.concepts) == list(World.read(0).plan["concepts"])
    assert study.lists["towns"] == World.read(0).slots["town"]


def test_the_concepts_find_what_was_planted(truth):
    """All words in their right sense are hits, also those planted to be missed, and no others.

    Of the hits, nearly all in boilerplate are known as such, none of the body.
    """
    study = read_study(DEMO)
    found = counts.find_hits(
        build.encode_articles(read_articles(DEMO / "articles.csv")), study.concepts, study.lists
    )
    key = ["doc_id", "concept", "variant", "start", "end"]
    both = truth[truth["sense"] != "other"].merge(
        found[[*key, "zone"]], on=key, how="outer", suffixes=("", "_found"), indicator=True
    )
    assert (both["_merge"] == "both").all()
    right = both["zone"] == both["zone_found"]
    assert right[both["zone"] == "body"].all()
    assert right[both["zone"] == "boilerplate"].mean() > 0.97


def test_apportioned_parts_sum_to_the_total():
    assert apportion({"a": 0.5, "b": 0.3, "c": 0.2}, 7) == {"a": 4, "b": 2, "c": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [({"articles": 10}, "10 articles are too few"), ({"seed": -1}, "the seed is -1")],
)
def test_what_cannot_be_simulated_is_refused(tmp_path, given, message):
    with pytest.raises(WordingError, match=message):
        simulate_study(tmp_path, **given)
    assert not list(tmp_path.iterdir())


def test_a_study_that_people_made_is_not_replaced(tmp_path):
    (tmp_path / "study.yml").write_text("title: mine\n", encoding="utf-8")
    with pytest.raises(WordingError, match="would replace it"):
        simulate_study(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["study.yml"]
