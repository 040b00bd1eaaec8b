"""Groups of outlets, and the largest of many outlets, on small studies of invented articles."""

import shutil

import pandas as pd
import pytest

import wording
from wording.answers.tables import TABLE_NAMES, make_table
from wording.corpus.counts import count_study_hits, write_counts
from wording.corpus.inventory import format_inventory
from wording.corpus.neighbours import write_neighbours
from wording.corpus.terms import write_terms
from wording.errors import WordingError
from wording.pages.batch.plan import list_study_outlets
from wording.settings import ALL_OUTLETS, OTHER_OUTLETS
from wording.show.lines import lines as show_lines
from wording.study.read import read_study

LEAN = {"Anvil": "left", "Beacon": "left", "Comet": "right", "Dial": "right", "Echo": ""}
GROUPS = "groups: {left: [Anvil, Beacon], right: [Comet, Dial]}"
QUESTIONS = ["inventory", "shares", "voices", "keyness", "collocates", "timeline"]
QUESTIONS += ["outlets", "rivals", "kwic"]
THINGS = ["mayor", "bridge", "river", "market", "school", "harbour", "baker", "tower", "mill"]
STORY = list(enumerate(THINGS * 3))
FILLER = ["The river rose early.", "Bakers met at noon.", "Snow fell on the pier.", "A goat won."]


def make_rows(outlets, n=6):
    """Articles of which those of the first half of the outlets say coup, the others protest."""
    rows = []
    for k, outlet in enumerate(outlets):
        for j in range(n):
            word = "coup" if (k < len(outlets) / 2) == (j > 0) else "protest"
            said = f'{FILLER[(k + j) % 4]} The {word} began in {k}-{j}. "It rained," a guard said. '
            text = said * (1 + j % 3)
            day = f"2031-0{1 + j % 6}-{10 + k % 10}"
            rows.append(
                {
                    "id": f"{outlet}-{j}",
                    "outlet": outlet,
                    "date": day,
                    "lean": LEAN.get(outlet),
                    "text": text,
                }
            )
    return rows


def write_study(folder, rows, more):
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / "a.csv", index=False)
    (folder / "concepts.yml").write_text(
        "concepts: {c: {title: t, variants: {x: [coup], y: [protest]}}}"
    )
    (folder / "study.yml").write_text(
        f"title: t\nquestion: q\narticles: {{path: a.csv}}\ndraws: 99\n{more}\n"
    )
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("groups") / "plain", make_rows(LEAN), "")


@pytest.fixture(scope="module")
def grouped(plain):
    return write_study(plain.parent / "grouped", make_rows(LEAN), GROUPS)


@pytest.fixture(scope="module")
def by_column(plain):
    return write_study(plain.parent / "column", make_rows(LEAN), "groups: lean")


def test_a_group_has_what_its_outlets_have(plain, grouped):
    own = wording.open(plain).shares("c").table.set_index(["variant", "outlet"])
    table = wording.open(grouped).shares("c").table.set_index(["variant", "outlet"])
    assert list(table.index.get_level_values("outlet").unique()) == ["left", "right"]
    for column in ("n", "n_articles", "total", "total_articles"):
        sums = own[column]["x"][["Anvil", "Beacon"]].sum()
        assert table[column]["x", "left"] == sums


def test_a_column_and_a_setting_give_the_same_groups(plain, grouped, by_column):
    expected = wording.open(grouped).shares("c").table
    study = wording.open(plain)
    typed = study.using(groups={"left": ["Anvil", "Beacon"], "right": ["Comet", "Dial"]})
    for other in (wording.open(by_column), typed, study.using(groups="lean")):
        table = other.shares("c").table.sort_values(["variant", "outlet"], ignore_index=True)
        pd.testing.assert_frame_equal(
            table, expected.sort_values(["variant", "outlet"], ignore_index=True)
        )


def test_outlets_in_no_group_are_left_out_and_counted(grouped, by_column):
    said = wording.open(grouped).inventory().sentences
    assert "24 articles of 4 outlets are compared" in said[0]
    assert "6 articles of 1 outlet are in no group and are left out." in said
    said = wording.open(by_column).inventory().sentences
    assert "6 articles have no value in the column 'lean' and are left out." in said
    assert not any("excluded" in sentence for sentence in said)


def test_check_lists_groups_with_their_outlets(grouped):
    lines = format_inventory(read_study(grouped))
    assert "left: Anvil 6 and Beacon 6" in lines
    assert "right: Comet 6 and Dial 6" in lines


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("groups:\n  left: [Anvill]", r"study.yml:6: there is no outlet 'Anvill'; .*'Anvil'"),
        ("groups: {left: [Anvil], right: [Anvil]}", r"study.yml:5: .*'Anvil' is in two groups"),
        ("groups:\n  left: []", r"study.yml:6: .*at least 1"),
        ("groups: {rest: [Anvil]}", r"study.yml:5: .*no group can be called 'rest'"),
        ("groups: 3", r"study.yml:5: .*name of a column"),
        ("groups: leen", r"a.csv has no column 'leen' .*'lean'"),
        ("groups: lean\noutlets: [Anvi]", r"study.yml:6: there is no outlet 'Anvi'"),
    ],
)
def test_wrong_groups_are_refused_with_file_and_line(tmp_path, more, message):
    folder = write_study(tmp_path / "wrong", make_rows(LEAN), more)
    with pytest.raises(WordingError, match=message):
        count_study_hits(read_study(folder))


def test_a_column_without_any_value_is_refused(tmp_path):
    rows = [row | {"lean": ""} for row in make_rows(LEAN)]
    folder = write_study(tmp_path / "empty", rows, "groups: lean")
    with pytest.raises(WordingError, match=r"study.yml:5: no article has a value in the column"):
        count_study_hits(read_study(folder))


def test_typed_groups_are_refused_too(plain):
    with pytest.raises(WordingError, match="'Anvil' is in two groups"):
        wording.open(plain).using(groups={"left": ["Anvil"], "right": ["Anvil"]})


def test_outlets_restrict_groups_by_either_name(grouped):
    study = wording.open(grouped)
    table = study.using(outlets=["Anvil", "Comet"]).shares("c").table
    assert set(table["outlet"]) == {"left", "right"}
    assert table.groupby("outlet")["total"].first().to_dict() == {"left": 12, "right": 12}
    assert set(study.using(outlets=["right"]).shares("c").table["outlet"]) == {"right"}


def test_the_outlet_of_a_column_of_its_own_stays(tmp_path):
    rows = [{"source": row["outlet"], "text": row["text"]} for row in make_rows(LEAN)]
    folder = write_study(tmp_path / "own", rows, "groups: source")
    articles = count_study_hits(read_study(folder)).articles
    assert set(articles["outlet"]) == set(LEAN)


def test_one_of_the_copies_counts_per_outlet_not_per_group(tmp_path):
    text = " ".join(f"The {thing} of town {k} saw the coup number{k}." for k, thing in STORY)
    rows = [
        {"id": f"{o}{j}", "outlet": o, "text": text} for o in ("Anvil", "Beacon") for j in (1, 2)
    ]
    folder = write_study(tmp_path / "copies", rows, "groups: {left: [Anvil, Beacon]}")
    articles = make_table(read_study(folder), "articles", copies="one")
    assert articles["outlet"].to_list() == ["Anvil", "Beacon"]
    assert set(articles["group"]) == {"left"}


def test_lines_show_the_outlet_itself(grouped):
    shares = wording.open(grouped).shares("c")
    table = shares.lines("x", "left").table
    assert set(table["outlet"]) == {"Anvil", "Beacon"}
    assert "member" not in table
    html = show_lines(shares.evidence.find(), caption="Lines").html
    assert "x, left, own words" in html
    assert ">Anvil<" in html
    assert "lines-c--x--left--outlet" in html
    keyness = wording.open(grouped).keyness()
    assert set(keyness.lines(outlet="right").table["outlet"]) <= {"Comet", "Dial"}


def test_tables_of_articles_and_hits_have_the_outlet(grouped):
    record = read_study(grouped)
    assert set(make_table(record, "hits")["outlet"]) == set(LEAN) - {"Echo"}
    articles = make_table(record, "articles")
    assert articles.groupby("outlet")["group"].first().to_dict() == {
        outlet: group for outlet, group in LEAN.items() if group
    }


def test_a_concordance_has_the_outlets_of_groups_only(grouped):
    table = wording.open(grouped).kwic("coup").table
    assert set(table["outlet"]) == set(LEAN) - {"Echo"}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_table_takes_groups(grouped, name):
    table = make_table(read_study(grouped), name)
    if name in ("shares", "voices", "own_voice", "cues"):
        assert set(table["outlet"]) == {"left", "right"}
    if name in ("contrasts", "keyness", "outlets", "collocates", "timeline"):
        assert set(table["outlet"]) <= {"left", "right", ALL_OUTLETS}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_takes_groups(grouped, question):
    answer = getattr(wording.open(grouped), question)()
    answer.show_sentences()
    answer.show_table()
    answer.plot()


def test_counts_without_the_articles_keep_the_groups(by_column, tmp_path):
    folder = tmp_path / "counts-only"
    shutil.copytree(by_column, folder)
    expected = make_table(read_study(folder), "shares")
    for write in (write_counts, write_neighbours, write_terms):
        write(read_study(folder), folder / "counts")
    (folder / "a.csv").unlink()
    pd.testing.assert_frame_equal(make_table(read_study(folder), "shares"), expected)


def test_counts_of_a_study_without_groups_have_no_such_column(plain, tmp_path):
    write_counts(read_study(plain), tmp_path / "counts")
    assert "group" not in pd.read_csv(tmp_path / "counts" / "articles.csv").columns


def test_two_groups_are_compared_once(grouped):
    study = wording.open(grouped)
    contrasts = study.shares("c")["contrasts"]
    assert contrasts.table[["variant", "outlet", "other"]].values.tolist() == [
        ["x", "left", "right"],
        ["y", "left", "right"],
    ]
    assert contrasts.caption == "One row per term: left against right."
    differences = study.keyness()["differences"].table
    assert differences["outlet"].nunique() <= 1
    assert "nothing to draw" in study.outlets("words")["map"].picture.why_not


def test_sentences_of_groups_call_them_so(grouped):
    said = study_sentences = wording.open(grouped).shares("c").sentences
    assert "of 2 groups:" in said[0]
    assert any("fewer than 4 outlets" in sentence for sentence in study_sentences)


def test_a_group_of_one_outlet_has_the_intervals_of_its_articles(plain):
    study = wording.open(plain)
    alone = study.shares("c").table.set_index(["variant", "outlet"])
    groups = {"Echo": ["Echo"], "others": ["Anvil", "Beacon", "Comet", "Dial"]}
    table = study.using(groups=groups).shares("c").table.set_index(["variant", "outlet"])
    assert table.loc[("x", "Echo"), ["low", "high"]].to_list() == pytest.approx(
        alone.loc[("x", "Echo"), ["low", "high"]].to_list()
    )
    said = study.using(groups=groups).shares("c").sentences
    assert any(sentence.startswith("Echo is a single outlet: its intervals") for sentence in said)


def test_pages_may_name_groups_as_outlets(grouped):
    assert list_study_outlets(read_study(grouped)) == ["left", "right"]
    assert read_study(grouped).values("outlet", "all") == ["left", "right"]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    rows = make_rows([f"Paper {k:02d}" for k in range(30)], n=2)
    rows += make_rows(["Anvil", "Beacon", "Comet"], n=6)
    return write_study(tmp_path_factory.mktemp("many") / "many", rows, "max_outlets: 5")


def test_the_largest_of_many_outlets_are_compared_and_the_others_together(many):
    study = wording.open(many)
    shares = study.shares("c")
    listed = ["Anvil", "Beacon", "Comet", "Paper 00", "Paper 01", OTHER_OUTLETS]
    assert list(shares.table["outlet"].unique()) == listed
    assert shares.table["total"].sum() / 2 == make_table(study.record, "counts")["n"].sum()
    sentence = (
        "The 5 largest of 33 outlets are compared; the other 28, with 56 articles, are taken "
        "together as “other outlets”."
    )
    for answer in (study.inventory(), shares, study.keyness(), study.outlets("words")):
        assert any(said.startswith(sentence) for said in answer.sentences)
    assert "of 5 outlets and the other outlets" in shares.sentences[0]


def test_other_outlets_are_part_of_the_rest_and_no_outlet(many):
    record = read_study(many)
    contrasts = make_table(record, "contrasts")
    assert OTHER_OUTLETS not in set(contrasts["outlet"])
    shares = make_table(record, "shares")
    total = shares.drop_duplicates("outlet")["total"].sum()
    assert (contrasts["total"] + contrasts["total_other"] == total).all()
    for name in ("keyness", "outlets", "own_voice", "collocate_contrasts"):
        assert OTHER_OUTLETS not in set(make_table(record, name)["outlet"])
    recognition = wording.open(many).outlets("words")["recognition"].table
    assert OTHER_OUTLETS not in set(recognition["outlet"])


def test_a_study_that_names_its_outlets_compares_just_these(many):
    study = wording.open(many).using(outlets=["Paper 20", "Anvil"])
    assert list(study.shares("c").table["outlet"].unique()) == ["Paper 20", "Anvil"]
    picked = wording.open(many).using(outlets=["Anvil", OTHER_OUTLETS])
    assert set(picked.shares("c").table["outlet"]) == {"Anvil", OTHER_OUTLETS}


def test_study_yml_is_read_again_for_an_error_only(many, monkeypatch):
    """Looking up the line of each setting took longer than all counting."""

    def refuse(*_args):
        raise AssertionError("study.yml is read again")

    monkeypatch.setattr("wording.corpus.units.locate_setting", refuse)
    picked = wording.open(many).using(outlets=["Paper 20", "Anvil"])
    assert len(picked.shares("c").table)
    grouped = wording.open(many).using(groups={"left": ["Anvil"], "right": ["Paper 20"]})
    assert len(grouped.shares("c").table)
