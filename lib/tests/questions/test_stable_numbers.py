"""What is shown does not hang on the last digits of a number, nor on the order of rows.

Sums in another order, and other processors, change the last digits. Outlets that have the same
text here tie in every share, so an order that hangs on the last digits would turn.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from wording.corpus.terms import Terms
from wording.questions.coding import correction, precision
from wording.questions.coding.agreement import compute_agreement, describe_agreement
from wording.questions.collocation import collocates, collocation
from wording.questions.collocation import findings as collocate_findings
from wording.questions.design import Design
from wording.questions.keyness import findings as keyness_findings
from wording.questions.keyness import keywords
from wording.questions.keyness.keyness import compute_keyness
from wording.questions.outlets import distances, profiles
from wording.questions.outlets import findings as outlet_findings
from wording.questions.shares import copies
from wording.questions.shares import findings as share_findings
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.questions.timeline import findings as timeline_findings
from wording.questions.timeline.timeline import analyse_study_timeline
from wording.questions.voices import findings as voice_findings
from wording.questions.voices.voices import compute_own_voice, compute_voice_shares
from wording.show.values import format_value
from wording.study.read import read_study

UNITS_IN_THE_LAST_PLACE = 4
DESIGN = Design(draws=99)
VARIANTS = {"kyiv": ["coup", "protests", "revolt"]}


def perturbed(value, seed):
    """Return the same with every fraction a few units in the last place larger or smaller."""
    if isinstance(value, pd.DataFrame):
        rng = np.random.default_rng(seed)
        floats = value.select_dtypes("float").columns
        units = rng.integers(
            -UNITS_IN_THE_LAST_PLACE, UNITS_IN_THE_LAST_PLACE + 1, (len(value), len(floats))
        )
        return value.assign(
            **{
                name: value[name]
                + units[:, k] * (value[name] % 1 != 0) * np.spacing(value[name].to_numpy())
                for k, name in enumerate(floats)
            }
        )
    return [perturbed(part, seed + k) for k, part in enumerate(value)]


def shown(table):
    """Return a table as it is shown."""
    return [
        [format_value(value, name) for name, value in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False)
    ]


@pytest.fixture(scope="module")
def articles():
    """Six outlets, of which two and two have the same text, with words in three voices."""
    rng = np.random.default_rng(3)
    one = pd.DataFrame({"number": range(24), "n_words": rng.integers(8, 30, 24) * 20})
    quoted, reported = (rng.integers(0, 3, 24) * one["n_words"] // 8 for _ in range(2))
    one = one.assign(n_quoted=quoted, n_reported=reported)
    rows = [
        one.assign(outlet=name, like=like) for name, like in zip("ABCDEF", "AACCEF", strict=True)
    ]
    table = pd.concat(rows, ignore_index=True)
    table = table.assign(
        doc_id=table["outlet"] + table["number"].astype(str), family=range(len(table))
    )
    return table.assign(family=table["family"].astype(str))


@pytest.fixture(scope="module")
def counts(articles):
    likings = {"A": (6, 3, 1), "C": (3, 6, 1), "E": (1, 1, 6), "F": (0, 3, 0)}
    rows = []
    for article in articles.itertuples():
        rng = np.random.default_rng([article.number, ord(article.like)])
        for variant, liking in zip(VARIANTS["kyiv"], likings[article.like], strict=True):
            for voice in ("outlet", "quoted", "reported"):
                n = rng.poisson(liking / (2 if voice == "outlet" else 8))
                rows.append((article.doc_id, "kyiv", variant, voice, n))
    table = pd.DataFrame(rows, columns=["doc_id", "concept", "variant", "voice", "n"])
    return table[table["n"] > 0].reset_index(drop=True)


@pytest.fixture(scope="module")
def terms(articles):
    rates = np.random.default_rng(5).integers(1, 8, (6, 12))
    code = articles["like"].map("ABCDEF".index).to_numpy()
    noise = np.random.default_rng(6).poisson(1, (24, 12))
    matrix = rates[code] + noise[articles["number"]]
    names = np.array([f"term{k:02}" for k in range(12)], dtype=object)
    return Terms(articles, names, np.ones(12, int), sparse.csr_array(matrix), "all")


def measure_shares(counts, articles):
    return [
        compute_shares(counts, articles, VARIANTS, DESIGN),
        contrast_shares(counts, articles, VARIANTS, DESIGN),
    ]


def measure_voices(counts, articles):
    return [
        compute_voice_shares(articles, DESIGN),
        compute_own_voice(counts, articles, VARIANTS, DESIGN),
    ]


def measure_copies(counts, articles):
    first = articles[articles["number"] % 4 > 0]
    without = compute_shares(
        counts[counts["doc_id"].isin(first["doc_id"])], first, VARIANTS, DESIGN
    )
    return [compute_shares(counts, articles, VARIANTS, DESIGN), without]


def tell_shares(shares, contrasts):
    return [*share_findings.sentences(shares, contrasts), share_findings.describe(shares)]


def tell_voices(by_voice, own_voice):
    return [
        *voice_findings.sentences(by_voice, own_voice),
        voice_findings.describe(by_voice),
    ]


def tell_copies(shares, without):
    changed = copies.compare_copy_rules(shares, without)
    return [*copies.describe_share_sensitivity(changed, way="without copies"), shown(changed)]


CASES = {
    "shares": (measure_shares, tell_shares),
    "voices": (measure_voices, tell_voices),
    "copies": (measure_copies, tell_copies),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_the_last_digits_change_nothing_that_is_shown(counts, articles, case, seed):
    measure, tell = CASES[case]
    tables = measure(counts, articles)
    moved = perturbed(tables, seed)
    assert any(not one.equals(other) for one, other in zip(tables, moved, strict=True))
    assert tell(*moved) == tell(*tables)
    assert [*map(shown, moved)] == [*map(shown, tables)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_rows_changes_nothing_that_is_shown(counts, articles, case, seed):
    measure, tell = CASES[case]
    tables = measure(counts, articles)
    turned = measure(
        counts.sample(frac=1, random_state=seed), articles.sample(frac=1, random_state=seed + 9)
    )
    assert tell(*turned) == tell(*tables)
    assert [*map(shown, turned)] == [*map(shown, tables)]


def tell_keyness(table):
    return [
        *keyness_findings.sentences(table),
        shown(keywords.select_top_keywords(table)),
        shown(keywords.select_clearest_terms(table)),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_keyness_is_shown_alike(terms, seed):
    table = compute_keyness(terms, design=DESIGN)
    assert tell_keyness(perturbed(table, seed)) == tell_keyness(table)
    order = np.random.default_rng(seed).permutation(len(terms.articles))
    turned = replace(
        terms,
        articles=terms.articles.iloc[order].reset_index(drop=True),
        counts=terms.counts[order],
    )
    assert tell_keyness(compute_keyness(turned, design=DESIGN)) == tell_keyness(table)


@pytest.fixture(scope="module")
def neighbours(counts):
    """Two words that stand near every second and every third hit; "" is the hit itself."""
    whole = counts.assign(collocate="", n_words=counts["n"] * 8)
    near = [
        counts.assign(collocate=word, n=counts["n"] // part, n_words=counts["n"] // part)
        for word, part in (("army", 2), ("street", 2), ("vote", 3))
    ]
    return pd.concat([whole, *near]).query("n > 0").reset_index(drop=True)


def measure_collocates(neighbours, articles, terms):
    selection = collocation.CollocateSelection(VARIANTS)
    table = collocation.find_collocates(neighbours, articles, terms, selection, DESIGN)
    listed = table[table["outlet"] == collocation.ALL_OUTLETS]
    return [table, collocation.contrast_collocates(neighbours, articles, listed, design=DESIGN)]


def tell_collocates(table, contrasts):
    return [
        *collocate_findings.sentences(table, contrasts, pd.DataFrame()),
        collocate_findings.describe(table),
        shown(collocates.select_clearest_contrasts(contrasts)),
        shown(collocates.select_outlet_collocates(table)),
        shown(collocates.select_clearest_pairs(table, contrasts)),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_collocates_are_shown_alike(neighbours, articles, terms, seed):
    words = replace(terms, terms=np.array(["army", "street", "vote"], dtype=object))
    words = replace(words, length=np.ones(3, int), counts=terms.counts[:, [0, 0, 1]])
    tables = measure_collocates(neighbours, articles, words)
    assert len(tables[1])
    assert tell_collocates(*perturbed(tables, seed)) == tell_collocates(*tables)
    turned = measure_collocates(
        neighbours.sample(frac=1, random_state=seed), articles.sample(frac=1, random_state=9), words
    )
    assert tell_collocates(*turned) == tell_collocates(*tables)


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_shown_alike(counts, articles, seed):
    found = profiles.build_choice_profiles(
        counts, articles, outlets=list("ABCDEF"), variants=VARIANTS
    )
    table = distances.compute_distances(found, DESIGN).table
    drivers = distances.find_distance_drivers(found, table)

    def tell(table, drivers):
        return [
            *outlet_findings._describe_distances(
                table.dropna(subset="distance_bits"), "choice", 0.05
            ),
            shown(table),
            shown(drivers),
        ]

    assert tell(*perturbed([table, drivers], seed)) == tell(table, drivers)
    turned = profiles.build_choice_profiles(
        counts.sample(frac=1, random_state=seed),
        articles.sample(frac=1, random_state=seed),
        outlets=list("ABCDEF"),
        variants=VARIANTS,
    )
    again = distances.compute_distances(turned, DESIGN).table
    assert tell(again, distances.find_distance_drivers(turned, again)) == tell(table, drivers)


@pytest.fixture(scope="module")
def marks(counts, articles):
    """One coder on every hit's line of the outlets' own words, wrong for every fourth."""
    lines = counts[counts["voice"] == "outlet"].merge(articles[["doc_id", "outlet", "number"]])
    start = np.arange(len(lines))
    right = np.where(lines["number"] % 4 > 0, "right sense", "wrong sense")
    one = lines.assign(start=start, end=start + 4, date="", sample=True, coder="a", mark=right)
    other = one.assign(coder="b", mark=np.where(start % 5 > 0, right, "right sense"))
    return pd.concat([one, other], ignore_index=True)


def measure_coding(marks, counts, articles):
    own = counts[counts["voice"] == "outlet"].merge(articles[["doc_id", "outlet"]])
    shares = compute_shares(counts, articles, VARIANTS, DESIGN, "outlet")
    return [
        compute_agreement(marks, DESIGN),
        precision.estimate_precision(marks, own, "outlet", DESIGN),
        correction.correct_shares(shares, marks, DESIGN),
    ]


def tell_coding(agreement, precisions, corrected):
    return [
        *describe_agreement(agreement),
        *precision.describe_precision(precisions),
        *correction.describe_corrections(corrected),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_coding_is_shown_alike(marks, counts, articles, seed):
    tables = measure_coding(marks, counts, articles)
    moved = perturbed(tables, seed)
    assert tell_coding(*moved) == tell_coding(*tables)
    assert [*map(shown, moved)] == [*map(shown, tables)]
    turned = measure_coding(
        marks.sample(frac=1, random_state=seed),
        counts.sample(frac=1, random_state=seed),
        articles.sample(frac=1, random_state=seed),
    )
    assert tell_coding(*turned) == tell_coding(*tables)
    assert [*map(shown, turned)] == [*map(shown, tables)]


@pytest.mark.parametrize("seed", range(3))
def test_changes_are_shown_alike(small, seed):
    made = analyse_study_timeline(read_study(small), "fighting")
    names = ("timeline", "change_tests", "changes", "change_dates", "change_order")
    moved = replace(made, **{name: perturbed(getattr(made, name), seed) for name in names})
    assert timeline_findings.sentences(moved) == timeline_findings.sentences(made)
    assert timeline_findings.describe(moved) == timeline_findings.describe(made)
