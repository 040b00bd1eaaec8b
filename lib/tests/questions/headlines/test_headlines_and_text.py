"""Headlines against the text below them: by hand, laws, planted truth, sentences."""

import numpy as np
import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.questions.design import Design
from wording.questions.headlines import findings
from wording.questions.headlines.headlines import MIN_PAIRED_ARTICLES, compare_headlines
from wording.settings import ALL_OUTLETS
from wording.stats.resampling import (
    PairedShares,
    difference_interval,
    difference_p_value,
    paired_interval,
    paired_p_value,
)

VARIANTS = {"law": ["obamacare", "act"]}


def counts_of(rows):
    """The counts of articles from rows of (doc_id, hits of each variant)."""
    cells = [
        (doc, "law", variant, "outlet", n)
        for doc, *hits in rows
        for variant, n in zip(VARIANTS["law"], hits, strict=True)
        if n
    ]
    return pd.DataFrame(cells, columns=["doc_id", "concept", "variant", "voice", "n"])


def articles_of(outlets):
    return pd.DataFrame(
        {"doc_id": list(outlets), "outlet": list(outlets.values()), "family": list(outlets)}
    )


def compare(headline, text, outlets, *, design=None):
    sides = {"headline": counts_of(headline), "text": counts_of(text)}
    table = compare_headlines(sides, articles_of(outlets), VARIANTS, design or Design(draws=199))
    return table.set_index(["variant", "outlet"])


def many(outlet, *, start=0, n=30, headline=(1, 0), text=(1, 1)):
    docs = [f"{outlet}{k}" for k in range(start, start + n)]
    return [(d, *headline) for d in docs], [(d, *text) for d in docs], dict.fromkeys(docs, outlet)


def join(*parts):
    headlines, texts, outlets = zip(*parts, strict=True)
    return sum(headlines, []), sum(texts, []), {k: v for d in outlets for k, v in d.items()}


def test_only_articles_with_hits_on_both_sides_count():
    headlines, texts, outlets = many("A")
    headlines += [("only", 0, 5)]
    texts += [("other", 0, 9)]
    outlets |= {"only": "A", "other": "A"}
    row = compare(headlines, texts, outlets).loc[("obamacare", "A")]
    assert (row.n_articles, row.n_headline, row.total_headline) == (30, 30, 30)
    assert (row.n_text, row.total_text) == (30, 60)
    assert (row.share_headline, row.share_text, row.difference) == (1, 0.5, 0.5)
    assert 0 < row.low < 0.5 < row.high <= 1
    assert row.q < 0.001


def test_all_outlets_together_come_first_and_are_the_sum():
    parts = join(many("A"), many("B", text=(0, 1)))
    table = compare(*parts)
    assert list(table.index[:3]) == [
        ("obamacare", ALL_OUTLETS),
        ("obamacare", "A"),
        ("obamacare", "B"),
    ]
    together = table.loc[("obamacare", ALL_OUTLETS)]
    single = table.loc["obamacare"].loc[["A", "B"]]
    for name in ("n_articles", "n_headline", "total_headline", "n_text", "total_text"):
        assert together[name] == single[name].sum(), name
    assert together.difference == 1 - 30 / 90


def test_the_differences_of_two_terms_mirror_each_other():
    table = compare(*join(many("A", headline=(2, 1)), many("A", start=30, text=(3, 2))))
    one, other = table.loc[("obamacare", "A")], table.loc[("act", "A")]
    assert one.difference == pytest.approx(-other.difference)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_with_too_few_articles_there_is_no_number():
    few = MIN_PAIRED_ARTICLES - 1
    table = compare(*join(many("A", n=few), many("B", n=MIN_PAIRED_ARTICLES)))
    a, b = table.loc[("obamacare", "A")], table.loc[("obamacare", "B")]
    assert (a.n_articles, a.n_headline) == (few, few)
    assert a[["share_headline", "share_text", "difference", "low", "high", "p", "q"]].isna().all()
    assert b[["difference", "low", "high", "p", "q"]].notna().all()
    [said] = findings.sentences(compare(*many("A", n=few)).reset_index().assign(voice="outlet"))
    assert said == (
        "Headlines and text are not compared: 19 articles name this in both in the outlets' own "
        "words, and at least 20 are needed."
    )


def test_copies_of_one_story_are_one_observation():
    headlines, texts, outlets = many("A", n=40)
    articles = articles_of(outlets).assign(family=lambda f: [f"f{k // 4}" for k in range(len(f))])
    sides = {"headline": counts_of(headlines), "text": counts_of(texts)}
    table = compare_headlines(sides, articles, VARIANTS, Design(draws=99))
    assert (table["n_articles"] == 40).all()
    assert table["difference"].isna().all(), "ten families are too few"


def test_no_hits_give_no_row_numbers():
    table = compare([], [], {"a": "A"})
    assert (table["n_articles"] == 0).all()
    assert table["difference"].isna().all()


def test_the_same_seed_gives_the_same_numbers():
    parts = join(many("A", headline=(2, 1)), many("B", text=(3, 2)))
    pd.testing.assert_frame_equal(compare(*parts), compare(*parts))


def test_a_paired_interval_is_that_of_a_difference_where_nothing_goes_together():
    shares = (0.7, 30.0, 0.5, 40.0)
    assert paired_interval(PairedShares(*shares)) == difference_interval(*shares)
    assert paired_p_value(PairedShares(*shares), articles=20) == difference_p_value(
        *shares, articles=20
    )
    wide, narrow = (
        np.subtract(*paired_interval(PairedShares(*shares, correlation=r))) for r in (-0.5, 0.8)
    )
    assert wide < np.subtract(*difference_interval(*shares)) < narrow < 0


def test_a_paired_p_is_small_where_its_interval_leaves_out_zero():
    for other in (0.45, 0.5, 0.55, 0.6, 0.65):
        pair = PairedShares(0.7, 60.0, other, 60.0, 0.6)
        low, _ = paired_interval(pair)
        assert (low > 0) == (paired_p_value(pair, articles=1e6) < 0.05)


def draw_study(rng, *, articles, shift):
    """Headlines and texts of articles that lean to a term, and headlines more so by `shift`."""
    lean = rng.beta(2, 2, articles)
    n_headline, n_text = rng.geometric(0.8, articles), rng.geometric(0.3, articles)
    headline = rng.binomial(n_headline, np.clip(lean + shift, 0, 1))
    text = rng.binomial(n_text, lean)
    docs = [f"d{k}" for k in range(articles)]
    return (
        list(zip(docs, headline, n_headline - headline, strict=True)),
        list(zip(docs, text, n_text - text, strict=True)),
        dict.fromkeys(docs, "A"),
    )


@pytest.mark.slow
@pytest.mark.parametrize("articles", [25, 100])
@pytest.mark.parametrize("shift", [0.0, 0.15])
def test_intervals_hold_the_planted_difference(articles, shift):
    rng = np.random.default_rng(7)
    truth = np.clip(rng.beta(2, 2, 1_000_000) + shift, 0, 1).mean() - 0.5
    trials = 200
    held = 0
    for _ in range(trials):
        row = compare(*draw_study(rng, articles=articles, shift=shift)).loc[("obamacare", "A")]
        held += row.low <= truth <= row.high
    assert 0.91 <= held / trials <= 0.99


def test_sentences_name_share_articles_and_certainty():
    table = compare(*join(many("A"), many("B", text=(3, 1)))).reset_index().assign(voice="outlet")
    said = findings.sentences(table)
    assert said[0].startswith(
        "All outlets together: “obamacare” is 100 % of 60 hits in headlines and 67 % of 180 in the "
        "text of the same 60 articles in the outlets' own words (+33 points, 95 % interval "
    )
    assert any(s.startswith("A: “obamacare”") and "(+50 points" in s for s in said)
    assert not any(s.startswith("All outlets together: “act”") for s in said), "the mirror"


def test_a_study_answers_with_table_sentences_figure_and_lines(tmp_path):
    rows = [
        (
            f"d{k}",
            "A",
            "2031-01-01",
            "A coup, they write",
            f"It was a coup on day {k}.\n\nProtest {k}. Done.",
        )
        for k in range(25)
    ]
    frame = pd.DataFrame(rows, columns=["doc_id", "outlet", "date", "title", "text"])
    frame["text"] = [
        f"{text} {' '.join(f'w{k}{i}' for i in range(40))}" for k, text in enumerate(frame["text"])
    ]
    frame.to_csv(tmp_path / "articles.csv", index=False)
    (tmp_path / "study.yml").write_text(
        "title: T\nquestion: Q?\narticles: {path: articles.csv}\nreports: []\n"
    )
    (tmp_path / "concepts.yml").write_text(
        "concepts:\n  e: {title: E, variants: {coup: [coup], protest: [protest]}}\n"
    )
    study = wording.open(tmp_path).using(voice="all")
    answer = study.headlines("e")
    table = answer.table.set_index(["variant", "outlet"])
    assert table.loc[("coup", "A"), ["share_headline", "share_text"]].to_list() == [1, 0.5]
    assert "100 % of 25 hits in headlines and 50 % of 50" in answer.sentences[0]
    lines = answer.lines("coup").table
    assert lines["place"].value_counts().to_dict() == {"headline": 25, "lead": 25}
    assert answer.plot().html
    assert list(make_table(study.record, "headlines").columns)[:4] == [
        "concept", "variant", "outlet", "voice"
    ]  # fmt: skip
