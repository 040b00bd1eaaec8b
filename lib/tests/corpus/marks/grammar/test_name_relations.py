"""What stands with a name in a sentence, by relation."""

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.matching import find_matches
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.grammar.acts import read_grammar_words
from wording.corpus.marks.grammar.naming import find_related
from wording.corpus.marks.grammar.naming_kernels import NAME_RELATIONS
from wording.patterns import parse_phrases


def relate(text, name):
    """Return relation and word of all that stands with a name in a text."""
    shard = encode_texts(pl.Series([text]))
    related = find_related(shard, find_matches(shard, parse_phrases([name])))
    words = shard.forms["key"].gather(shard.tokens[related.token])
    return {
        f"{NAME_RELATIONS[relation]}: {word}"
        for relation, word in zip(related.relation, words, strict=True)
    }


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("Rebel commander Varn attacked us.", "varn", "label: rebel; label: commander"),
        ("Sen. Ann Varn attacked them.", "varn", "title: sen; first name: ann; does: attacked"),
        ("Soldiers killed the Syrian rebels.", "rebels", "label: syrian; done to it: killed"),
        ("The rebels were killed by soldiers.", "rebels", "done to it: killed"),
        ("The town was shelled by rebels.", "rebels", "does: shelled"),
        ("They shot and killed rebels.", "rebels", "done to it: shot"),
        ("Varn, a former teacher, left.", "varn", "apposition: teacher; does: left"),
        ("The minister, Ann Varn, met voters.", "ann varn", "apposition: minister"),
        ("The rebels who attacked them fled.", "rebels", "does: attacked"),
        ("The rebels are terrorists.", "rebels", "is: terrorists"),
    ],
)  # fmt: skip
def test_what_stands_with_a_name_is_found(text, name, found):
    assert set(found.split("; ")) <= relate(text, name)


@pytest.mark.parametrize(
    ("text", "name", "wrong"),
    [
        ("The rebels are not terrorists.", "rebels", "is: terrorists"),
        ("The rebels would be heroes.", "rebels", "is: heroes"),
        ("It was the statement Varn made.", "varn", "label: statement"),
        ("They helped fuel Varn's campaign.", "varn", "label: fuel"),
        ("The former Varn campaign failed.", "varn", "label: former"),
        ("The Varn men were killed.", "varn", "done to it: killed"),
        ("Varn's campaign failed.", "varn", "does: failed"),
        ("They bear the burden of hosting refugees.", "refugees", "label: hosting"),
        ("They said it attacked rebels.", "rebels", "done to it: said"),
    ],
)
def test_what_looks_alike_is_not_found(text, name, wrong):
    assert wrong not in relate(text, name)


def test_nothing_stands_with_no_name():
    shard = encode_texts(pl.Series(["The town was quiet."]))
    related = find_related(shard, find_matches(shard, parse_phrases(["varn"])))
    assert len(related.name) == len(related.token) == 0


def test_each_name_of_a_sentence_has_its_own_words():
    shard = encode_texts(pl.Series(["Rebel commander Varn attacked General Ostrel."]))
    spans = find_matches(shard, parse_phrases(["varn", "ostrel"]))
    related = find_related(shard, spans)
    words = shard.forms["key"].gather(shard.tokens[related.token]).to_numpy()
    assert set(words[related.name == 0]) == {"rebel", "commander", "attacked"}
    assert "general" in words[related.name == 1]
    assert np.all(np.diff(related.name) >= 0)


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("attack", "attacks attacked attacking"),
        ("accuse", "accuses accused accusing"),
        ("plan", "plans planned planning"),
        ("pass", "passes passed passing"),
        ("kill", "kills killed killing"),
        ("create", "creates created creating"),
        ("defeat", "defeated defeating"),
        ("try", "tries tried trying"),
        ("die", "dies died dying"),
        ("visit", "visited visiting"),
        ("require", "required requiring"),
        ("challenge", "challenged"),
        ("belong", "belonged"),
        ("agree", "agreed agreeing"),
        ("compel", "compelled"),
        ("shoot", "shoots shot shooting"),
        ("take", "takes took taken taking"),
        ("have", "has had having"),
    ],
)
def test_the_base_of_a_verb(base, forms):
    words = read_grammar_words()
    assert {form: words.find_base(form) for form in forms.split()} == dict.fromkeys(
        forms.split(), base
    )
