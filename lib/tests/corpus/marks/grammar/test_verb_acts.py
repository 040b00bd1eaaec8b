"""The form of acts, and who is named: inflections, and invented clauses of all kinds."""

import polars as pl
import pytest

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.matching import flag_forms
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.grammar import act_kernels
from wording.corpus.marks.grammar.act_kernels import (
    BASE,
    FORMS,
    GERUND,
    PARTICIPLE,
    PAST,
    PRESENT,
)
from wording.corpus.marks.grammar.acts import (
    classify_for_acts,
    find_subjects,
    find_verb_acts,
    read_grammar_words,
)
from wording.corpus.marks.grammar.parser import parse_around

VERBS = ["kill", "shoot", "attack", "arrest", "wound", "deport", "detain", "murder", "capture"]


@pytest.mark.parametrize(
    "row",
    [
        "kill kills killed killed killing",
        "shoot shoots shot shot shooting",
        "arrest arrests arrested arrested arresting",
        "murder murders murdered murdered murdering",
        "deport deports deported deported deporting",
        "injure injures injured injured injuring",
        "carry carries carried carried carrying",
        "die dies died died dying",
        "beat beats beat beaten beating",
        "hit hits hit hit hitting",
        "kidnap kidnaps kidnapped kidnapped kidnapping",
        "free frees freed freed freeing",
        "stop stops stopped stopped stopping",
        "seize seizes seized seized seizing",
        "destroy destroys destroyed destroyed destroying",
        "take takes took taken taking",
        "expel expels expelled expelled expelling",
        "target targets targeted targeted targeting",
        "clash clashes clashed clashed clashing",
        "bomb bombs bombed bombed bombing",
        "raid raids raided raided raiding",
    ],
)
def test_verbs_are_inflected(row):
    expected = {}
    for form, kind in zip(row.split(), (BASE, PRESENT, PAST, PARTICIPLE, GERUND), strict=True):
        expected[form] = expected.get(form, 0) | kind
    assert read_grammar_words().inflect(row.split()[0]) == expected


CLAUSES = [  # the sentence, and for each act in it: its form, agent and patient
    ("Police killed the mayor on Monday.", "active Police mayor"),
    ("Rebels have shot two guards.", "active Rebels guards"),
    ("The army was attacking a village.", "active army village"),
    ("The army will deport the families.", "active army families"),
    ("She wanted to kill him.", "active She him"),
    ("They never attacked us.", "active They us"),
    ("Did the police kill the farmer?", "active police farmer"),
    ("The gunman shot and killed the mayor.", "active gunman mayor; active gunman mayor"),
    (
        "Troops attacked the town and captured the bridge.",
        "active Troops town; active Troops bridge",
    ),
    ("The police are accused of killing a student.", "active - student"),
    ("Two soldiers captured a farmer.", "active soldiers farmer"),
    ("The mayor was killed by rebels.", "passive_agent rebels mayor"),
    ("Two guards were shot by the police.", "passive_agent police guards"),
    ("Six people were wounded by a bomb.", "passive_agent bomb people"),
    ("The guard, who was shot by a farmer, survived.", "passive_agent farmer guard"),
    ("The guard shot by a farmer survived.", "passive_agent farmer guard"),
    ("The family had been detained by border guards.", "passive_agent guards family"),
    ("The bridge was captured by government troops.", "passive_agent troops bridge"),
    ("The mayor was killed on Monday.", "passive - mayor"),
    ("The mayor was killed by mistake.", "passive - mayor"),
    ("Two guards have been shot near the bridge.", "passive - guards"),
    ("The students were arrested after the march.", "passive - students"),
    ("He got arrested at the border.", "passive - He"),
    ("The teacher was arrested and deported.", "passive - teacher; passive - teacher"),
    ("Mayor killed in Northport", "passive - Mayor"),
    ("At least nine people were murdered.", "passive - people"),
    ("The attack on the town shocked many.", "noun - -"),
    ("An arrest was made at the station.", "noun - -"),
    ("The shooting of the guard shocked many.", "noun - -"),
    ("Their attack failed.", "noun - -"),
    ("The wounded men were taken to a hospital.", "noun - -"),
    ("Nobody was there.", ""),
]


def tell_acts(text, verbs=VERBS):
    """What is told of each act of a text, as it stands in CLAUSES."""
    shard = encode_texts(pl.Series([text]))
    acts = find_verb_acts(shard, verbs)
    types = [form.strip() for form in shard.forms["type"]]
    rows = zip(acts.form, acts.agent, acts.patient, strict=True)
    return "; ".join(
        " ".join([FORMS[form], *("-" if at < 0 else types[shard.tokens[at]] for at in named)])
        for form, *named in rows
    )


@pytest.mark.parametrize(("text", "told"), CLAUSES)
def test_both_witnesses_tell_form_and_names(text, told):
    assert tell_acts(text) == told


def judge_by(witness, text):
    """The forms that one witness gives to the acts of a text."""
    shard, words, compiled = (
        encode_texts(pl.Series([text])),
        read_grammar_words(),
        compile_module(act_kernels),
    )
    kinds = {}
    for verb in VERBS:
        for form, kind in words.inflect(verb).items():
            is_noun = verb in words.verbs.nouns or form in words.verbs.nouns
            kinds |= {int(n): (kind, is_noun) for n in flag_forms(shard, [form]).nonzero()[0]}
    positions = [at for at, form in enumerate(shard.tokens) if int(form) in kinds]
    if not positions:
        return []
    positions = pl.Series(positions).to_numpy()
    parse = parse_around(shard, positions)
    at, spans = parse.locate(positions), parse.find_sentences(positions)
    seen = classify_for_acts(shard)[:, parse.forms]
    if witness == "rules":
        own = [kinds[int(shard.tokens[p])] for p in positions]
        kind, is_noun = (pl.Series(column).to_numpy() for column in zip(*own, strict=True))
        found = compiled.judge_all_by_rules(*seen, spans, at, kind, is_noun)
    else:
        found, _, _ = compiled.judge_all_by_parse(
            parse.tags, parse.heads, parse.relations, seen, spans, at
        )
    return [FORMS[form] for form in found]


@pytest.mark.parametrize("witness", ["rules", "parse"])
@pytest.mark.parametrize(("text", "told"), CLAUSES)
def test_each_witness_tells_the_form(text, told, witness):
    assert judge_by(witness, text) == [act.split()[0] for act in told.split("; ") if act]


def test_where_the_witnesses_disagree_the_form_is_unclear():
    text = "Soldiers attack villages every spring."
    assert judge_by("rules", text) != judge_by("parse", text)
    assert tell_acts(text).startswith("unclear")


def test_quotation_marks_are_no_words():
    text = "Rebels “have” shot two 'guards'."
    assert tell_acts(text) == tell_acts("Rebels have shot two guards.")


def test_a_name_is_its_last_word():
    told = "active Keller Brandt"
    assert tell_acts("On Monday, Ann Keller killed Omar Brandt.") == told


@pytest.mark.parametrize("text", ["", "Kill", "kill kill kill", "... !", "Он убил kill его."])
def test_odd_texts_have_acts_of_known_forms(text):
    shard = encode_texts(pl.Series([text]))
    acts = find_verb_acts(shard, VERBS)
    assert len(acts.form) == text.lower().count("kill")
    assert (acts.form < len(FORMS)).all()


def test_verbs_have_subjects_and_other_words_none():
    shard = encode_texts(pl.Series(["Six farmers died in Northport."]))
    types = [form.strip() for form in shard.forms["type"].gather(shard.tokens)]
    subjects = find_subjects(shard, pl.Series([types.index("died"), types.index("in")]).to_numpy())
    assert [types[at] if at >= 0 else None for at in subjects] == ["farmers", None]
