"""Who did it, and to whom: planted truth, counts that come without the articles, sentences."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.corpus.acts import write_acts
from wording.corpus.counts import write_counts
from wording.errors import WordingError
from wording.questions.agency import agency, findings, patients
from wording.questions.agency.robust import compute_agency_events
from wording.study.read import read_study

CONCEPTS = """
concepts:
  harm:
    title: Harm to people
    variants: {harm: ["kill*|shot", "died"]}
    acts: [kill, shoot]
    instead: ["died"]
    agents: {police: ["police", "officer|officers"], soldiers: ["soldiers", "troops"]}
    patients: {residents: ["men", "women", "residents"], soldiers: ["soldiers"]}
  plain:
    title: Talks
    variants: {talks: [talks]}
"""
STUDY = """
title: Who did it
question: Who is said to have done it?
articles: {path: articles.csv}
"""
PLACES = [
    "Harrow",
    "Teal",
    "Marsh",
    "Ford",
    "Quay",
    "Brook",
    "Dale",
    "Heath",
    "Moor",
    "Ridge",
    "Glen",
    "Lock",
]
FILLER = (
    "The street was closed in the evening, and the trams of line {k} stood still until morning. "
    "A clerk of the town hall in {place} said little about it."
)
SENTENCES = {
    "Northline": ["Police killed two men in {place}.", "Officers shot three women near {place}."],
    "Tidewatch": ["Two men were killed in {place}.", "Three women died near {place}."],
    "Valley Lantern": [
        "Soldiers were killed by police in {place}.",
        "Two men were shot in {place}.",
    ],
}


def write_study(folder, sentences=None, *, n=24):
    """Write a study of n articles of each outlet, with its sentences in turn."""
    rows = []
    for outlet, told in (sentences or SENTENCES).items():
        for k in range(n):
            place = PLACES[k % len(PLACES)]
            text = f"{told[k % len(told)]} {FILLER}".format(place=place, k=k)
            rows.append((f"{outlet}-{k}", outlet, f"2031-05-{k % 28 + 1:02}", f"News {k}", text))
    columns = ["doc_id", "outlet", "date", "title", "text"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "articles.csv", index=False)
    (folder / "study.yml").write_text(STUDY)
    (folder / "concepts.yml").write_text(CONCEPTS)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("agency"))


@pytest.fixture(scope="module")
def answer(folder):
    return wording.open(folder).agency()


def test_planted_forms_are_found(answer):
    table = answer.table.set_index(["measure", "form", "outlet"])
    assert table.loc[("form", "active", "Northline"), ["n", "total"]].tolist() == [24, 24]
    assert table.loc[("form", "passive", "Tidewatch"), ["n", "total"]].tolist() == [12, 24]
    assert table.loc[("form", "intransitive", "Tidewatch"), "n"] == 12
    assert table.loc[("form", "passive_agent", "Valley Lantern"), "n"] == 12
    assert table.loc[("agent", "named", "Northline"), "share"] == 1
    assert table.loc[("agent", "named", "Tidewatch"), "share"] == 0
    assert table.loc[("agent", "named", "Valley Lantern"), "share"] == 0.5
    assert (table["n_unclear"] == 0).all()


def test_forms_of_an_outlet_add_up_and_stand_in_their_intervals(answer):
    for _, rows in answer.table.groupby(["measure", "outlet"]):
        assert rows["n"].sum() == rows["total"].iloc[0]
        assert np.isclose(rows["share"].sum(), 1)
    known = answer.table.dropna(subset="low")
    assert len(known) == len(answer.table)
    assert (known["low"] <= known["share"]).all()
    assert (known["share"] <= known["high"]).all()
    assert (known["high"] - known["low"] > 0.01).all(), "no share of 24 acts is certain"


def test_who_is_named_on_each_side(answer):
    agents = answer["agents"].table.set_index(["side", "group", "outlet"])["n"]
    assert agents["agent", "police", "Northline"] == 24
    assert agents["agent", "not named", "Tidewatch"] == 24
    assert agents["patient", "soldiers", "Valley Lantern"] == 12
    assert agents["patient", "residents", "Tidewatch"] == 24


def test_forms_by_whom_it_was_done_to(answer):
    patients = answer["patients"].table.set_index(["patient", "form", "outlet"])
    together = patients.loc[("residents", "active", "all outlets")]
    assert (together.n, together.total) == (24, 60)
    assert patients.loc[("soldiers", "passive_agent", "Valley Lantern"), "share"] == 1
    assert any("12 acts done to the group “soldiers”: 100 %" in said for said in answer.sentences)


def test_the_sentences_say_who_names_whom(answer):
    [first, *rest] = answer.sentences
    assert first.startswith("72 acts in the outlets' own words in 72 articles of 3 outlets: ")
    assert first.endswith("50 % name who did it.")
    said = " ".join(rest)
    assert "Northline names who did it in 100 % of its 24 acts (95 % interval " in said
    assert "the other outlets together in 25 % of 48 (q = 0.0011)" in said
    assert rest[0].startswith("Northline names who did it"), "who is named comes first"
    assert "not named" not in said, "the complement is not told again"


def test_the_lines_are_the_acts_that_are_counted(answer):
    lines = answer.lines("passive without “by”", "Tidewatch").table
    assert len(lines) == 12
    assert set(lines["node"]) == {"killed"}
    assert set(lines["patient"]) == {"men"}
    assert "Patient" in answer.show_lines().html


def test_of_two_outlets_each_is_the_other_of_the_other(tmp_path):
    two = {name: SENTENCES[name] for name in ("Northline", "Tidewatch")}
    answer = wording.open(write_study(tmp_path, two)).agency("harm")
    naming = [said for said in answer.sentences if re.search("names who did it in .* of its", said)]
    assert len(naming) == 1
    assert "Northline names" in naming[0]
    assert "Tidewatch in 0 % of 24" in naming[0]


def test_outlets_that_tell_alike_do_not_differ(tmp_path):
    same = dict.fromkeys(("Northline", "Tidewatch", "Skerry Gazette"), SENTENCES["Valley Lantern"])
    answer = wording.open(write_study(tmp_path, same)).agency()
    assert not (answer["contrasts"].table["q"] < 0.05).any()
    assert any("is statistically clear" in said for said in answer.sentences)
    named = "Acts in which who did it is named: Northline in 50 % of 24"
    assert any(said.startswith(named) for said in answer.sentences)


def test_saved_counts_give_the_same_tables(folder, tmp_path):
    study = read_study(folder)
    write_counts(study, tmp_path / "counts")
    write_acts(study, tmp_path / "counts")
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    saved = read_study(tmp_path)
    for name in (
        *("agency", "agency_contrasts", "act_agents", "act_patients", "act_patient_contrasts"),
        "agency_events",
    ):
        pd.testing.assert_frame_equal(make_table(saved, name), make_table(study, name))
    answer = wording.open(tmp_path).agency()
    assert "24 acts in 24 articles" in answer.show_lines().html
    (tmp_path / "counts" / "acts.csv").unlink()
    assert "The saved counts have no acts." in wording.open(tmp_path).agency().sentences[0]


def test_a_form_that_cannot_be_is_refused(folder, tmp_path):
    study = read_study(folder)
    write_counts(study, tmp_path / "counts")
    write_acts(study, tmp_path / "counts")
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    file = tmp_path / "counts" / "acts.csv"
    file.write_text(file.read_text().replace(",active,", ",activ,", 1))
    with pytest.raises(WordingError, match=r"acts\.csv:\d+: form is “activ”; expected one of act"):
        make_table(read_study(tmp_path), "agency")


def test_a_concept_without_acts_says_why(folder):
    answer = wording.open(folder).agency("plain")
    assert answer.sentences == [findings.NO_ACTS_NAMED]
    assert "names no acts" in answer.plot().text
    for part in ("contrasts", "agents", "patients"):
        assert "names no acts" in answer[part].show_table().text
    assert "names no acts" in answer.show_lines().text


def test_no_acts_say_why(tmp_path):
    silent = {"Northline": ["Talks went on in {place}."], "Tidewatch": ["Rain fell in {place}."]}
    answer = wording.open(write_study(tmp_path, silent)).agency()
    assert answer.sentences[0].startswith("No acts were found in the outlets' own words")
    assert "No acts were found" in answer.plot().text
    assert "No acts were found" in answer.show_lines().text


def test_another_place_is_refused_and_the_study_asks_of_the_text(folder):
    with pytest.raises(WordingError, match="expected one of text, lead, body"):
        make_table(read_study(folder), "agency", place="headline")
    assert wording.open(folder).using(place="headline").agency().table["n"].sum() == 2 * 72


def test_only_concepts_with_acts_have_a_page(folder, tmp_path):
    planned = [own for book, _, own in read_study(folder).runs() if book == "11_agency"]
    assert planned == [{"concept": "harm"}]
    for name in ("articles.csv", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    (tmp_path / "study.yml").write_text(
        f"{STUDY}reports: [{{notebook: 02_terms, each: {{outlet: with-acts}}}}]\n"
    )
    with pytest.raises(WordingError, match="works only for `concept`"):
        read_study(tmp_path).runs()


def test_acts_of_unclear_form_are_counted_apart(folder):
    compared = agency.compare_acts(read_study(folder))
    counts = compared.counts.copy()
    counts.loc[counts["agent"] == "police", "form"] = "unclear"
    table = agency.compute_agency(dataclasses.replace(compared, counts=counts))
    rows = table[table["form"] == "active"].set_index("outlet")
    assert rows["n_unclear"].to_dict() == {"Northline": 24, "Tidewatch": 0, "Valley Lantern": 12}
    assert rows["total"].to_dict() == {"Northline": 0, "Tidewatch": 24, "Valley Lantern": 12}
    said = findings.sentences(
        table, agency.contrast_agency(compared), agency.compute_act_patients(compared)
    )
    assert said[1].startswith("36 more acts are unclear")


def test_lead_and_body_are_the_text(tmp_path):
    said = {"Northline": ["Police killed two men in {place}."], "Tidewatch": ["Rain in {place}."]}
    folder = write_study(tmp_path, said)
    table = pd.read_csv(folder / "articles.csv")
    later = [f"\n\nTwo men were shot in {PLACES[k % 12]}, {k} miles away." for k in table.index]
    table.assign(text=table["text"] + later).to_csv(folder / "articles.csv", index=False)
    study = wording.open(folder)
    told = {
        place: study.using(place=place).agency().table.query("n > 0")[["outlet", "form", "n"]]
        for place in ("text", "lead", "body")
    }
    assert told["lead"].to_numpy().tolist() == [
        ["Northline", "active", 24],
        ["Northline", "named", 24],
    ]
    assert set(told["body"]["form"]) == {"passive", "not named"}
    assert told["text"]["n"].sum() == told["lead"]["n"].sum() + told["body"]["n"].sum() == 144
    about = study.using(place="lead").agency().about().text
    assert "Only leads" in about


WHOM = {
    "Northline": ["Police killed two women in {place}.", "Two soldiers were killed in {place}."],
    "Tidewatch": ["Two women were killed in {place}.", "Police killed two soldiers in {place}."],
    "Valley Lantern": ["Police killed two women in {place}.", "Police shot a soldier in {place}."],
}


@pytest.fixture(scope="module")
def by_patient(tmp_path_factory):
    """Two outlets that tell acts on women and soldiers otherwise, and one that does not."""
    folder = write_study(tmp_path_factory.mktemp("whom"), WHOM)
    return wording.open(folder).agency()["patient_contrasts"]


def test_groups_of_patients_are_compared_at_each_outlet(by_patient):
    table = by_patient.table
    named = table[(table["form"] == "named") & (table["patient"] == "residents")]
    inside = named[named["other"] == named["outlet"]].set_index("outlet")
    assert inside.loc[["Northline", "Tidewatch"], "difference"].tolist() == [1, -1]
    assert (inside.loc[["Northline", "Tidewatch"], "q"] < 0.01).all()
    assert inside.loc["Northline", ["n", "total", "n_other", "total_other"]].tolist() == [
        *(12, 12, 0, 12)
    ]
    assert inside.loc["all outlets", "total"] == 36


def test_one_group_is_compared_between_outlets(by_patient):
    table = by_patient.table
    between = table[(table["form"] == "named") & (table["other"] != table["outlet"])]
    women = between[between["patient"] == "residents"].set_index("outlet")
    assert women.loc["Tidewatch", ["n", "total", "n_other", "total_other"]].tolist() == [
        *(0, 12, 24, 24)
    ]
    assert women.loc["Tidewatch", "high"] < 0
    told = findings.describe_patient_contrasts(table, top=20)
    women = "in 0 % of 12 acts done to the group “residents”, "
    assert any(said.startswith(f"Tidewatch names who did it {women}") for said in told)


def test_a_group_with_few_acts_is_not_tested(tmp_path):
    few = {"Northline": ["Police killed two women in {place}.", "Police shot a soldier."]}
    few["Tidewatch"] = few["Northline"]
    table = wording.open(write_study(tmp_path, few, n=8)).agency()["patient_contrasts"].table
    assert table[table["other"] == table["outlet"]]["total"].max() == 8
    alone = table[(table["other"] == table["outlet"]) & (table["outlet"] == "Northline")]
    assert alone["total"].max() == 4
    assert alone[["low", "high", "p", "q"]].isna().all(axis=None)


def test_the_clearest_difference_is_counted_in_other_ways(answer):
    choices = answer["choices"].table
    shown = choices[choices["shown"]].iloc[0]
    assert (shown["variant"], shown["outlet"]) == ("named", "Northline")
    contrasts = answer["contrasts"].table
    row = contrasts.query("form == 'named' and outlet == 'Northline'").iloc[0]
    assert (
        shown[["difference", "low", "high"]].tolist() == row[["difference", "low", "high"]].tolist()
    )
    assert (
        answer["choices"]
        .sentences[0]
        .startswith(
            "The clearest difference here: Northline names who did it 75 points more often than"
        )
    )


def test_too_few_linked_articles_are_said_to_be_few(answer, folder):
    events = answer["events"]
    assert len(events.table) == 0
    assert "enough events" in events.show_table().text
    assert "there are too few shared events" in events.sentences[0]
    table = compute_agency_events(read_study(folder))
    assert (table["n_components"] < 30).all()
    none = table.assign(n_links=0)
    assert findings.describe_within_events(none) == [findings.NO_LINKED_ACTS]


def invent_counts(rng, *, articles=40, clustering=0.25):
    """Return invented counts of acts, their articles, and the planted share of each form.

    Shares depend on outlet and patient, and vary over articles.
    """
    rows, listed, planted = [], [], {}
    for outlet in SENTENCES:
        for patient in ("residents", "soldiers"):
            planted[outlet, patient] = rng.dirichlet(np.full(len(agency.KNOWN_FORMS), 2.0))
        for k in range(articles):
            listed.append((f"{outlet}-{k}", outlet, 200))
            for patient in ("residents", "soldiers"):
                scale = (1 - clustering) / clustering
                own = rng.dirichlet(planted[outlet, patient] * scale + 1e-9)
                n = rng.multinomial(rng.poisson(1.2), own)
                rows += [
                    (f"{outlet}-{k}", "harm", form, patient, "outlet", count)
                    for form, count in zip(agency.KNOWN_FORMS, n, strict=True)
                    if count
                ]
    columns = ["doc_id", "concept", "form", "patient", "voice", "n"]
    counts = pd.DataFrame(rows, columns=columns).assign(act="kill", n_copied=0, place="body")
    is_named = counts["form"].isin(["active", "passive_agent"])
    counts["agent"] = np.where(is_named, "police", "not named")
    return counts, pd.DataFrame(listed, columns=["doc_id", "outlet", "n_words"]), planted


@pytest.mark.slow
def test_intervals_of_95_percent_hold_the_planted_shares_and_differences(folder):
    """Of forms at an outlet, between outlets, and between groups of patients in one outlet."""
    rng, base = np.random.default_rng(3), agency.compare_acts(read_study(folder))
    base = dataclasses.replace(base, design=dataclasses.replace(base.design, draws=299))
    held = {"share": [], "outlets": [], "groups": []}
    for _ in range(60):
        counts, articles, planted = invent_counts(rng)
        compared = dataclasses.replace(base, counts=counts, articles=articles)
        together = {
            outlet: (planted[outlet, "residents"] + planted[outlet, "soldiers"]) / 2
            for outlet in SENTENCES
        }
        for row in agency.compute_agency(compared).query("measure == 'form'").itertuples():
            truth = together[row.outlet][agency.KNOWN_FORMS.index(row.form)]
            held["share"].append(row.low <= truth <= row.high)
        contrasts = patients.contrast_act_patients(compared).query("measure == 'form'")
        for row in contrasts[contrasts["outlet"] != "all outlets"].dropna().itertuples():
            form = agency.KNOWN_FORMS.index(row.form)
            if row.other == row.outlet:
                other = "soldiers" if row.patient == "residents" else "residents"
                truth = (planted[row.outlet, row.patient] - planted[row.outlet, other])[form]
                held["groups"].append(row.low <= truth <= row.high)
            else:
                others = [planted[name, row.patient] for name in SENTENCES if name != row.outlet]
                truth = (planted[row.outlet, row.patient] - np.mean(others, axis=0))[form]
                held["outlets"].append(row.low <= truth <= row.high)
    covered = {name: np.mean(values) for name, values in held.items()}
    assert all(0.93 <= value <= 0.975 for value in covered.values()), covered
