"""Events told most differently: small groups of links, each article once."""

import pandas as pd

from wording.questions.events.divided import find_divided_events

ARTICLES = pd.DataFrame(
    [
        ("a1", "A", "2031-01-01"),
        ("b1", "B", "2031-01-01"),
        ("c1", "C", "2031-01-02"),
        ("c2", "C", "2031-01-02"),
        ("a2", "A", "2031-03-01"),
        ("b2", "B", "2031-03-02"),
        ("a3", "A", "2031-04-01"),
    ],
    columns=["doc_id", "outlet", "date"],
).assign(date=lambda f: pd.to_datetime(f["date"]), title="t", url="u")
COUNTS = pd.DataFrame(
    [
        ("a1", "law", 3),
        ("b1", "plan", 3),
        ("c1", "law", 1),
        ("c1", "plan", 2),
        ("c2", "law", 1),
        ("a2", "law", 4),
        ("b2", "law", 3),
        ("b2", "plan", 1),
    ],
    columns=["doc_id", "variant", "n"],
)


def find(links, **more):
    table = pd.DataFrame(links, columns=["doc_id", "other", "score"])
    return find_divided_events(COUNTS, ARTICLES, table, ["law", "plan"], **more)


def test_the_most_divided_pair_comes_first_with_what_is_linked_to_both():
    links = [("a2", "b2", 0.99), ("a1", "b1", 0.9), ("a1", "c1", 0.8), ("c1", "b1", 0.7)]
    events = find(links)
    assert events["event"].tolist() == [1, 1, 1, 2, 2]
    assert events["doc_id"].tolist() == ["a1", "b1", "c1", "a2", "b2"]
    assert events["divided"].tolist() == [1, 1, 1, 0.25, 0.25]
    assert events["linked"].tolist() == [0.9, 0.9, 0.7, 0.99, 0.99]
    assert events["terms"].tolist() == [
        "law 3",
        "plan 3",
        "plan 2, law 1",
        "law 4",
        "law 3, plan 1",
    ]
    assert events["variant"].tolist() == ["law", "plan", "plan", "law", "law"]


def test_of_an_outlet_the_article_with_the_surest_links_stands():
    links = [("a1", "b1", 0.9), ("a1", "c1", 0.7), ("b1", "c1", 0.9)]
    links += [("a1", "c2", 0.8), ("b1", "c2", 0.8)]
    assert find(links, top=1)["doc_id"].tolist() == ["a1", "b1", "c2"]


def test_no_article_stands_in_two_events():
    links = [("a1", "b1", 0.9), ("a1", "c1", 0.9), ("b1", "c1", 0.9)]
    links += [("a2", "b2", 0.9), ("a2", "c1", 0.9), ("b2", "c1", 0.9)]
    events = find(links)
    assert events["doc_id"].tolist() == ["a1", "b1", "c1", "a2", "b2"]


def test_what_is_linked_to_one_of_a_pair_alone_is_another_event():
    links = [("a1", "b1", 0.9), ("b1", "c1", 0.9), ("a1", "c2", 0.9)]
    assert find(links)["doc_id"].tolist() == ["a1", "b1"]


def test_an_unsure_link_is_ranked_by_its_probability():
    links = [("a1", "b1", 0.7), ("a2", "b2", 0.99), ("b1", "c2", 0.99)]
    assert find(links)["doc_id"].tolist()[:2] == ["a1", "b1"]
    links[0] = ("a1", "b1", 0.1)
    assert find(links)["doc_id"].tolist()[:2] == ["b1", "c2"]


def test_articles_that_agree_copies_and_articles_without_a_hit_are_no_event():
    assert find([("a1", "a3", 0.9), ("a3", "b1", 0.9), ("a1", "c2", 0.9)]).empty
    copies = ARTICLES.assign(family=ARTICLES["doc_id"].where(ARTICLES["doc_id"] != "b1", "a1"))
    links = pd.DataFrame([("a1", "b1", 0.9)], columns=["doc_id", "other", "score"])
    assert find_divided_events(COUNTS, copies, links, ["law", "plan"]).empty


def test_no_link_gives_a_table_without_rows():
    events = find([])
    assert events.empty
    assert {"event", "doc_id", "terms", "divided"} <= set(events.columns)
