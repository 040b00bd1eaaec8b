"""The parser gives the same parse however texts are cut into shards, and one for any text."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.grammar import kernels
from wording.corpus.marks.grammar.invent import invent_sentences
from wording.corpus.marks.grammar.kernels import RELATIONS, TAGS
from wording.corpus.marks.grammar.parser import load_weights, parse_around

TEXTS = [*invent_sentences(60, seed=7), "", "Go.", "Она сказала, что город пал.", "東京 2031!"]


def parse_texts(texts):
    """Tags, heads (as distances, 0 for the head of a sentence) and relations of all words."""
    shard = encode_texts(pl.Series(texts))
    parse = parse_around(shard, np.arange(len(shard.tokens)))
    own = np.arange(len(parse.heads))
    heads = np.where(parse.heads < 0, 0, parse.heads - own)
    return [*zip(parse.tags.tolist(), heads.tolist(), parse.relations.tolist(), strict=True)]


def test_a_parse_is_the_same_in_any_shard_and_thread():
    whole = parse_texts(TEXTS)
    for size in (1, 7):
        parts = [TEXTS[start : start + size] for start in range(0, len(TEXTS), size)]
        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(parse_texts, parts), []) == whole


def test_only_sentences_with_a_hit_are_parsed():
    shard = encode_texts(pl.Series(["One came. Two went.", "Three stood."]))
    hit = shard.forms["type"].gather(shard.tokens).str.strip_chars().to_list().index("went")
    parse = parse_around(shard, np.array([hit]))
    words = shard.forms["type"].gather(shard.tokens[parse.tokens]).str.strip_chars()
    assert words.to_list() == ["Two", "went", "."]
    assert parse.find_sentences(np.array([hit])).tolist() == [[0, 3]]


@pytest.mark.parametrize(
    "text", ["", "Go", "!", "...", "Она сказала, что город пал.", "東京", "word " * 5_000]
)
def test_any_text_has_a_tree_in_each_sentence(text):
    shard = encode_texts(pl.Series([text]))
    parse = parse_around(shard, np.arange(len(shard.tokens)))
    sentence = shard.sentence[parse.tokens]
    assert (parse.tags < len(TAGS)).all()
    assert (parse.relations < len(RELATIONS)).all()
    roots = sentence[parse.heads < 0]
    assert roots.tolist() == np.unique(sentence).tolist()
    hung = np.flatnonzero(parse.heads >= 0)
    assert (sentence[parse.heads[hung]] == sentence[hung]).all()
    reached = parse.heads.copy()
    for _ in range(14):  # 2**14 steps up reach the top of any tree of so many words
        reached = np.where(reached >= 0, reached[reached], -1)
    assert (reached < 0).all()


def test_a_simple_sentence_is_parsed():
    shard = encode_texts(pl.Series(["The tall guard was shot by two farmers."]))
    parse = parse_around(shard, np.arange(len(shard.tokens)))
    assert [RELATIONS[r] for r in parse.relations] == [
        "det", "amod", "nsubjpass", "auxpass", "root", "agent", "nummod", "pobj", "punct",
    ]  # fmt: skip
    assert parse.heads.tolist() == [2, 2, 4, 4, -1, 4, 7, 5, 4]


def test_weights_are_small_whole_numbers():
    for weights, classes in zip(
        load_weights(), (len(TAGS), kernels.N_TRANSITIONS, len(RELATIONS)), strict=True
    ):
        assert weights.dtype == np.int8
        assert weights.shape[1] == classes
        assert len(weights) & (len(weights) - 1) == 0


def follow_losses(heads):
    """Parse by the first transition that loses nothing; return the heads, and the least loss."""
    compiled, n = compile_module(kernels), len(heads)
    stack, state = np.empty(n + 1, np.int64), np.zeros(2, np.int64)
    found, children = np.full(n, -1, np.int32), np.full((n, 6), -1, np.int32)
    children[:, 4:] = 0
    loss, allowed = np.empty(3, np.int64), np.empty(3, np.bool_)
    worst = 0
    while state[0] > 0 or state[1] < n:
        compiled.allow_transitions(state, n, allowed)
        compiled.count_losses(stack, state, heads, loss)
        best = min(np.flatnonzero(allowed), key=lambda t: loss[t])
        worst = max(worst, loss[best])
        compiled.apply_transition(best, stack, state, found, children)
    return found.tolist(), worst


def draw_tree(n, draw):
    """Heads of a projective tree over `n` words; the root's is n."""
    heads = np.full(n, n, np.int32)

    def hang(start, end, head):
        while start < end:
            cut = draw.integers(start, end) + 1
            own = draw.integers(start, cut)
            heads[own] = head
            hang(start, own, own)
            hang(own + 1, cut, own)
            start = cut

    root = draw.integers(0, n)
    hang(0, root, root)
    hang(root + 1, n, root)
    return heads


@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 30])
def test_the_oracle_leads_to_any_projective_tree_without_a_loss(n):
    draw = np.random.default_rng(n)
    for _ in range(30):
        heads = draw_tree(n, draw)
        assert follow_losses(heads) == (heads.tolist(), 0)


def test_the_oracle_counts_what_a_transition_loses():
    # "a b c": b is the root; a and c hang on it. After reading a, to read b too loses nothing with
    # right arcs (a hangs on b, which is read): the arc to a word that is read is lost.
    loss = np.empty(3, np.int64)
    stack, state = np.array([0, 0, 0, 0]), np.array([1, 1])
    compile_module(kernels).count_losses(stack, state, np.array([1, 3, 1], np.int32), loss)
    assert loss.tolist() == [1, 0, 1]
