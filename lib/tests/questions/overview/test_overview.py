import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wording.questions.design import Compared, Design, Request
from wording.questions.overview.findings import headline, sentences
from wording.questions.overview.overview import compute_overview, select_clear_cells
from wording.questions.overview.words import compute_words, describe_words, label_documents
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES

CHOICES = {"towns": ["fell", "liberated"], "levy": ["tax", "charge"], "roads": ["road", "way"]}
TITLES = {"towns": "Towns", "levy": "The levy", "roads": "Roads", "bridges": "Bridges"}
VARIANTS = CHOICES | {"bridges": ["bridge"], "silent": ["a", "b"]}
FIRST_SHARES = {"towns": [0.9, 0.3, 0.3], "levy": [0.5, 0.5, 0.5], "roads": [0.7, 0.7, 0.7]}


def plant(seed=2, n_articles=40):
    """Three outlets, of which A writes "fell" of towns far more than the others do."""
    rng = np.random.default_rng(seed)
    articles, counts = [], []
    for outlet in range(3):
        for number in range(n_articles):
            doc_id = f"{outlet}-{number}"
            articles.append((doc_id, "ABC"[outlet], 300))
            for concept, names in CHOICES.items():
                first = rng.binomial(4, FIRST_SHARES[concept][outlet])
                counts += [
                    (doc_id, concept, name, "outlet", n)
                    for name, n in zip(names, (first, 4 - first), strict=True)
                    if n
                ]
            counts.append((doc_id, "bridges", "bridge", "outlet", 1))
            counts.append((doc_id, "towns", "fell", "quoted", 9))
    return (
        pd.DataFrame(articles, columns=["doc_id", "outlet", "n_words"]),
        pd.DataFrame(counts, columns=["doc_id", "concept", "variant", "voice", "n"]),
    )


def compare(articles, counts, variants=VARIANTS, **asked):
    study = StudyRecord(title="T", question="Q?")
    study._concepts = {
        name: Concept(title=TITLES.get(name, name), variants={one: one for one in names})
        for name, names in variants.items()
    }
    request = Request(concepts=list(variants), **asked)
    return Compared(study, request, articles, counts, Design(draws=199, seed=3))


@pytest.fixture(scope="module")
def compared():
    return compare(*plant())


@pytest.fixture(scope="module")
def overview(compared):
    return compute_overview(compared)


def test_the_planted_difference_is_found_and_stands_first(overview):
    assert list(overview.columns) == list(TABLES["overview"])
    clear = select_clear_cells(overview)
    assert set(clear["concept"]) == {"towns"}
    assert overview["concept"].drop_duplicates().tolist()[0] == "towns"
    row = clear[clear["outlet"] == "A"].iloc[0]
    assert (row["difference"] > 0) == (row["variant"] == "fell")


def test_each_concept_has_a_cell_for_each_outlet_and_its_leading_term(overview):
    assert overview.groupby("concept")["outlet"].agg(list).to_dict() == {
        name: ["A", "B", "C"] for name in CHOICES
    }
    own = overview.drop_duplicates("concept").set_index("concept")["variant"]
    assert own["roads"] == "road"
    assert overview.set_index(["concept", "outlet"])["most"]["towns"].to_dict() == {
        "A": "fell",
        "B": "liberated",
        "C": "liberated",
    }


def test_q_counts_all_cells_of_the_matrix(overview):
    assert overview["p"].notna().all()
    np.testing.assert_allclose(overview["q"], stats.false_discovery_control(overview["p"]))


def test_numbers_are_those_of_shares_and_contrasts_but_for_q(compared, overview):
    for concept, rows in overview.groupby("concept"):
        variants = {concept: VARIANTS[concept]}
        counts = compared.spoken[compared.spoken["concept"] == concept]
        args = (counts, compared.articles, variants, compared.design)
        keys = ["variant", "outlet"]
        cells = rows.set_index(keys)
        shares = compute_shares(*args).set_index(keys).loc[cells.index]
        contrasts = contrast_shares(*args).set_index(keys).loc[cells.index]
        for column in ("n", "total", "n_articles", "total_articles", "share", "low", "high"):
            np.testing.assert_array_equal(cells[column], shares[column])
        for column in ("n_other", "total_other", "difference", "p"):
            np.testing.assert_array_equal(cells[column], contrasts[column])
        np.testing.assert_array_equal(cells["difference_low"], contrasts["low"])
        np.testing.assert_array_equal(cells["difference_high"], contrasts["high"])


def test_another_voice_has_other_cells():
    quoted = compute_overview(compare(*plant(), voice="quoted"))
    assert set(quoted["concept"]) == {"towns"}
    assert quoted["n"].eq(360).all()
    assert quoted["p"].isna().all()  # only one term is quoted


def test_of_terms_written_equally_often_the_first_leads():
    articles = pd.DataFrame(
        {"doc_id": ["1", "2", "3"], "outlet": ["A", "A", "B"], "n_words": [9, 9, 9]}
    )
    counts = pd.DataFrame(
        [("1", "c", "y", "outlet", 1), ("2", "c", "x", "outlet", 1)],
        columns=["doc_id", "concept", "variant", "voice", "n"],
    )
    table = compute_overview(compare(articles, counts, {"c": ["x", "y"]}))
    assert table["variant"].tolist() == ["x", "x"]
    assert table["most"].tolist() == ["x", ""]
    assert table["q"].isna().all()


def test_concepts_without_a_test_are_dropped_unless_there_is_no_test_at_all():
    articles, counts = plant()
    few = pd.DataFrame(
        [("0-1", "silent", "a", "outlet", 1)],
        columns=["doc_id", "concept", "variant", "voice", "n"],
    )
    both = compute_overview(compare(articles, pd.concat([counts, few])))
    assert "silent" not in set(both["concept"])
    alone = compute_overview(compare(articles, few))
    assert set(alone["concept"]) == {"silent"}


def test_nothing_to_compare_is_an_empty_table():
    articles, counts = plant()
    table = compute_overview(compare(articles, counts.head(0)))
    assert table.empty
    assert list(table.columns) == list(TABLES["overview"])


def test_sentences_tell_the_clearest_cell_of_each_concept_and_how_many_there_are(overview):
    told = sentences(overview, TITLES)
    n_clear = len(select_clear_cells(overview))
    assert len(told) == 2
    assert told[0].startswith("Towns: ")
    assert "the other outlets together in" in told[0]
    assert told[1].startswith(f"{n_clear} of 9 tested differences are clear (q < 0.05 over the who")
    assert "more often than the other outlets" in headline(overview)


def test_sentences_say_that_nothing_is_clear(overview):
    dull = overview[overview["concept"] != "towns"].assign(q=0.5)
    assert sentences(dull, TITLES) == [
        "No difference between outlets is statistically clear (6 comparisons, smallest q = 0.5)."
    ]
    assert headline(dull) == "No clear difference between outlets in 2 concepts"
    untested = overview.assign(q=np.nan)
    assert sentences(untested, TITLES)[0].startswith("No difference between outlets can be tested")
    assert headline(untested) == "Too few hits to compare the outlets"


LINES = pd.DataFrame(
    [
        ("1", "A", "towns", "fell", "outlet", "fell"),
        ("1", "A", "towns", "fell", "outlet", "Fell"),
        ("1", "A", "towns", "fell", "outlet", "fell"),
        ("1", "A", "towns", "liberated", "quoted", "liberation"),
        ("2", "B", "towns", "liberated", "outlet", "liberated"),
        ("2", "B", "levy", "tax", "reported", "tax"),
    ],
    columns=["doc_id", "outlet", "concept", "variant", "voice", "node"],
)


def test_words_are_counted_as_written_whatever_their_capitals():
    words = compute_words(LINES)
    assert words[["doc_id", "voice", "word", "n"]].to_numpy().tolist() == [
        ["1", "outlet", "fell", 3],
        ["1", "quoted", "liberation", 1],
        ["2", "reported", "tax", 1],
        ["2", "outlet", "liberated", 1],
    ]


def test_without_text_a_variant_stands_for_its_words():
    counts = LINES.drop(columns="node").assign(n=2)
    words = compute_words(counts)
    assert words["word"].equals(words["variant"])
    assert words["n"].sum() == 12


def test_documents_that_choose_differently_are_told_in_their_own_words():
    words = compute_words(LINES)
    named = words.assign(document=words["outlet"])
    assert describe_words(named, TITLES) == [
        "Towns: A writes “fell”, B “liberated”.",
        "6 hits in 2 documents, 4 of them in the documents' own words. So few documents show only "
        "what they say: nothing is tested.",
    ]
    assert describe_words(named.head(0), TITLES) == ["No hits were found in these documents."]


@pytest.mark.parametrize(
    ("outlets", "titles", "shown", "labels"),
    [
        (["A", "B"], ["x", "y"], True, ["A", "B"]),
        (["A", "A"], ["x", "y"], True, ["A: x", "A: y"]),
        (["A", "A"], ["x", "x"], True, ["A: 0", "A: 1"]),
        (["A", "A"], ["x", None], True, ["A: x", "A: 1"]),
        (["A", "A"], ["x", "y"], False, ["A: 0", "A: 1"]),
    ],
)
def test_a_document_is_called_by_its_outlet_where_that_is_enough(outlets, titles, shown, labels):
    articles = pd.DataFrame({"doc_id": ["0", "1"], "outlet": outlets, "title": titles})
    assert label_documents(articles, with_titles=shown).tolist() == labels
