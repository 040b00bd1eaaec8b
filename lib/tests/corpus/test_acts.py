"""Acts of concepts: rows, places in the text as given, groups, phrases told instead, and counts."""

import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner

from wording.cli import main
from wording.corpus import build as building
from wording.corpus.acts import count_acts, describe_acts, find_acts
from wording.corpus.build import encode_articles
from wording.corpus.reading.articles import read_articles
from wording.errors import WordingError
from wording.study.read import read_concepts
from wording.tables import TABLES

CONCEPTS = """lists:
  police: [police, "officer*"]
concepts:
  harm:
    title: Harm
    variants: {harm: ["kill*", "shoot*", "shot"]}
    acts: {kill: ["killing|killings"], shoot: []}
    instead: [died, officer-involved shooting]
    agents: {police: [<police>], army: [army, troops, "soldier*"]}
    patients: {guards: ["guard*"], farmers: ["farmer*"]}
  quiet: {title: Quiet, variants: {quiet: [calm]}}
"""
TEXTS = [
    "Police killed two guards &amp; a mayor. The farmer was shot by three officers on Monday.",
    "“Troops shot the farmer,” Keller said. Six farmers died in Northport.",
    "The guard was killed in <b>Ashford</b>. The killings went on after the officer-involved "
    "shooting.",
    "A rebel shot him.\n\nThe town was calm.\n\nRead more: Police killed a farmer",
]
TOLD = [
    ("0", "kill", "active", "Police", "police", "guards", "guards"),
    ("0", "shoot", "passive_agent", "officers", "police", "farmer", "farmers"),
    ("1", "shoot", "active", "Troops", "army", "farmer", "farmers"),
    ("1", "instead", "intransitive", None, "not named", "farmers", "farmers"),
    ("2", "kill", "passive", None, "not named", "guard", "guards"),
    ("2", "kill", "noun", None, "not named", None, "not named"),
    ("2", "instead", "intransitive", None, "not named", None, "not named"),
    ("3", "shoot", "active", "rebel", "other", "him", "other"),
    ("3", "kill", "active", "Police", "police", "farmer", "farmers"),
]


@pytest.fixture
def files(tmp_path):
    """A table of articles and a file of concepts."""
    rows = {"doc_id": [str(k) for k in range(len(TEXTS))], "outlet": "A", "date": "2031-01-02"}
    pd.DataFrame({**rows, "title": "", "text": TEXTS}).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "c.yml").write_text(CONCEPTS)
    return tmp_path / "a.csv", tmp_path / "c.yml"


def encode(files):
    return encode_articles(read_articles(files[0])), *read_concepts(files[1])


def tell(acts):
    columns = ["doc_id", "act", "form", "agent", "agent_group", "patient", "patient_group"]
    named = acts[columns].astype(object)
    return [*named.where(named.notna(), None).itertuples(index=False, name=None)]


def test_each_act_has_its_form_who_did_it_and_to_whom(files):
    corpus, concepts, lists = encode(files)
    acts = find_acts(corpus, concepts, lists)
    assert list(acts.columns) == list(TABLES["acts"])
    assert tell(acts) == TOLD
    assert set(acts["concept"]) == {"harm"}


def test_acts_stand_where_the_given_text_has_them(files):
    acts = find_acts(*encode(files))
    own = [TEXTS[int(row.doc_id)][row.start : row.end] for row in acts.itertuples()]
    assert own == acts["node"].to_list()
    assert own[:2] == ["killed", "shot"]


def test_voice_speaker_and_zone_are_told(files):
    acts = find_acts(*encode(files))
    assert acts["voice"].to_list()[1:4] == ["outlet", "quoted", "outlet"]
    assert acts["speaker"][2] == "Keller"
    assert acts["zone"].to_list() == ["body"] * 8 + ["boilerplate"]


def test_what_is_counted_are_the_acts_of_the_body(files):
    corpus, concepts, lists = encode(files)
    acts, counts = find_acts(corpus, concepts, lists), count_acts(corpus, concepts, lists)
    body = acts[acts["zone"] == "body"].rename(columns={"agent": "a", "patient": "p"})
    body = body.rename(columns={"agent_group": "agent", "patient_group": "patient"})
    keys = ["doc_id", "concept", "act", "form", "agent", "patient", "voice"]
    expected = body.astype(dict.fromkeys(keys, str)).groupby(keys).size()
    found = counts.astype(dict.fromkeys(keys, str)).set_index(keys)["n"].sort_index()
    assert found.to_dict() == expected.to_dict()
    assert len(found) == 8


def test_acts_are_the_same_in_shards_of_any_size(files, monkeypatch):
    whole = find_acts(*encode(files))
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 1)
    corpus, concepts, lists = encode(files)
    assert len(corpus.shards) == len(TEXTS)
    parts = find_acts(corpus, concepts, lists)
    pd.testing.assert_frame_equal(parts, whole, check_dtype=False)
    assert count_acts(corpus, concepts, lists)["n"].sum() == 8


def test_concepts_without_acts_have_none(files):
    corpus, concepts, lists = encode(files)
    quiet = {"quiet": concepts["quiet"]}
    acts = find_acts(corpus, quiet, lists)
    assert (len(acts), list(acts.columns)) == (0, list(TABLES["acts"]))
    assert list(count_acts(corpus, quiet, lists).columns) == list(TABLES["act_counts"])
    assert "No concept names acts" in describe_acts(acts, quiet)[0]


def test_articles_without_acts_have_none(files):
    pl.DataFrame({"doc_id": ["1"], "outlet": ["A"], "text": ["The town was calm."]}).write_csv(
        files[0]
    )
    corpus, concepts, lists = encode(files)
    acts = find_acts(corpus, concepts, lists)
    assert len(acts) == len(count_acts(corpus, concepts, lists)) == 0
    assert describe_acts(acts, concepts)[0].startswith("0 acts")


def test_the_command_writes_the_table(files, tmp_path):
    call = ["agency", files[0], "--concepts", files[1], "--out", tmp_path / "out.csv"]
    result = CliRunner().invoke(main, [str(part) for part in call])
    assert result.exit_code == 0, result.output
    assert "9 acts, of which 0 are unclear" in result.output
    assert "1 stand in boilerplate" in result.output
    acts = pd.read_csv(tmp_path / "out.csv", dtype={"doc_id": str})
    assert list(acts.columns) == list(TABLES["acts"])
    assert tell(acts) == TOLD


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("[<police>]", '["police officer*"]', 9, "one word each"),
        ("[<police>]", "[<polis>]", 9, "polis"),
        ("shoot: []", "Shoot!: []", 7, "base form"),
        ("acts: {kill", "# acts: {kill", 4, "but no `acts`"),
        ("[died, officer", "['', officer", 8, "has no word"),
        ("patients: {guards", "patient: {guards", 10, "patient"),
    ],
)
def test_faults_name_their_line(files, old, new, line, said):
    assert old in CONCEPTS
    files[1].write_text(CONCEPTS.replace(old, new))
    with pytest.raises(WordingError) as error:
        read_concepts(files[1])
    assert str(error.value).startswith(f"{files[1]}:{line}:")
    assert said in str(error.value)
