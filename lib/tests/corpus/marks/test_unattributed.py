"""Texts in which nobody is reported, and evidence that is too weak to be trusted."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.kernels import OUTLET_VOICE
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.voice import explain_token_voices, find_attributions, mark_voices

TEXTS = Path(__file__).with_name("unattributed.csv")
"""Sixty invented texts that report nobody: recipes, advice, reference, manuals, opinion ... Half of
them (`tune`) were looked at when the rules were written, half (`kept`) only measured."""


def mark(texts):
    shard = encode_texts(pl.Series(texts))
    return shard, mark_voices(shard)


@pytest.mark.parametrize("part", ["tune", "kept"])
def test_hardly_a_word_is_marked_where_nobody_is_reported(part):
    texts = pl.read_csv(TEXTS).filter(pl.col("part") == part)
    assert len(texts) == 30
    shard, voice = mark(texts["text"])
    assert (voice[shard.is_word] != OUTLET_VOICE).mean() < 0.02


WEAK = "The ministry fears that the war will close the road. Decide what you need. " * 5
SURE = " The minister said that the town was lost."


def test_a_weak_cue_counts_only_where_there_are_sure_ones():
    shard, voice = mark([WEAK, WEAK + SURE])
    n_weak = shard.bounds[1] - 1
    alone, beside = voice[:n_weak], voice[shard.bounds[1] : shard.bounds[1] + n_weak]
    assert not alone.any()
    assert beside.any()


def test_a_word_without_evidence_is_explained_as_such():
    shard, voice = mark([WEAK])
    why = explain_token_voices(shard, voice, np.flatnonzero(shard.is_word))
    assert set(why["table"]) == {"no evidence"}
    assert (why["probability"] == 0).all()
    shard, voice = mark([SURE])
    why = explain_token_voices(shard, voice, np.flatnonzero(shard.is_word))
    assert why.loc[why["token"] == "lost", "probability"].iloc[0] > 0.5


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We are here,” Ann Author, the mayor, told Fox News.", "Ann Author"),
        ("“It was a riot,” the governor told the Daily Example.", "the governor"),
        ("Keller told the BBC the plan had failed.", "Keller"),
        ("“It is lost,” said the minister.", "the minister"),
    ],
)
def test_who_is_told_is_not_the_speaker(text, speaker):
    shard, voice = mark([text])
    assert find_attributions(shard, voice)["speaker"].to_list() == [speaker]
