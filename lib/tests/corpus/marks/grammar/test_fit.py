"""Weights learn a small invented treebank; the teacher's words are matched with ours."""

from types import SimpleNamespace

import numpy as np
import pytest

from wording.corpus.marks.grammar import fit
from wording.corpus.marks.grammar.fit import fit_weights, read_parses, score_weights
from wording.corpus.marks.grammar.invent import invent_sentences
from wording.corpus.marks.grammar.teach import cut_sentences, match_words


def write_treebank(path):
    """Active sentences of a few words, then passive ones, all with their trees."""
    nouns, verbs = ["mayor", "guard", "farmer", "teacher", "rebel"], ["saw", "met", "found"]
    drawn = [(noun, verb, nouns[k - 1]) for k, noun in enumerate(nouns) for verb in verbs]
    sentences = [
        f"The DT 1 det\n{noun} NN 2 nsubj\n{verb} VBD -1 ROOT\nthe DT 4 det\n"
        f"{other} NN 2 dobj\n. . 2 punct\n"
        for noun, verb, other in drawn
    ]
    sentences += [
        f"A DT 1 det\n{noun} NN 3 nsubjpass\nwas VBD 3 auxpass\n{verb} VBN -1 ROOT\n"
        f"by IN 3 agent\nthe DT 6 det\n{other} NN 4 pobj\n. . 3 punct\n"
        for noun, verb, other in drawn
    ]
    path.write_text("\n".join(sentences).replace(" ", "\t") + "\n")
    return path


@pytest.fixture
def small(monkeypatch):
    """Small tables of weights."""
    monkeypatch.setattr(fit, "N_ROWS", dict.fromkeys(fit.N_ROWS, 2**16))


def test_a_small_treebank_is_learnt(tmp_path, small):
    gold = read_parses(write_treebank(tmp_path / "bank.tsv"))
    assert (len(gold), len(gold.tags)) == (30, 15 * (6 + 8))
    weights = fit_weights(gold)
    assert score_weights(weights, gold) == {"tags": 1.0, "UAS": 1.0, "LAS": 1.0}
    again = fit_weights(gold)
    assert all((weights[name] == again[name]).all() for name in weights)


def test_files_of_parses_are_joined(tmp_path):
    path = write_treebank(tmp_path / "bank.tsv")
    one, two = read_parses(path), read_parses(path, path)
    assert len(two) == 2 * len(one)
    assert two.heads.tolist() == one.heads.tolist() * 2


def test_the_file_of_weights_has_the_same_bytes(tmp_path, small, monkeypatch):
    path = write_treebank(tmp_path / "bank.tsv")
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for file in files:
        monkeypatch.setattr("sys.argv", ["fit", str(path), "--into", str(file)])
        fit.main()
    assert files[0].read_bytes() == files[1].read_bytes()
    with np.load(files[0]) as saved:
        assert {saved[name].dtype for name in saved.files} == {np.dtype(np.int8)}


def make_tokens(*rows):
    """The teacher's tokens: (text, tag, head, relation), as they stand one after the other."""
    tokens, at = [], 0
    for number, (text, tag, _, relation) in enumerate(rows):
        tokens.append(SimpleNamespace(i=number, idx=at, tag_=tag, dep_=relation))
        at += len(text)
    for token, row in zip(tokens, rows, strict=True):
        token.head = tokens[row[2]]
    return tokens


def test_a_word_in_several_parts_has_the_tag_of_the_one_that_hangs_on_another():
    tokens = make_tokens(("self", "NN", 2, "npadvmod"), ("-", "HYPH", 2, "punct"),
                         ("made", "VBN", 3, "amod"), (" man", "NN", 3, "ROOT"))  # fmt: skip
    tokens[3].idx += 1
    assert match_words(["self-made", " man"], tokens) == [
        ("self-made", "VBN", 1, "amod"),
        ("man", "NN", -1, "ROOT"),
    ]


def test_the_stop_of_an_abbreviation_hangs_on_it():
    tokens = make_tokens(("Mr.", "NNP", 1, "compound"), ("Keller", "NNP", 1, "ROOT"))
    assert match_words(["Mr", ".", "Keller"], tokens) == [
        ("Mr", "NNP", 2, "compound"),
        (".", ".", 0, "punct"),
        ("Keller", "NNP", -1, "ROOT"),
    ]


def test_a_second_root_hangs_on_the_first():
    tokens = make_tokens(("Go", "VB", 0, "ROOT"), ("home", "RB", 1, "ROOT"))
    assert match_words(["Go", "home"], tokens)[1] == ("home", "RB", 0, "dep")


def test_sentences_are_cut_as_texts_are():
    assert cut_sentences(["“One came here.” Two went.", "No.", "Go on."]) == [
        ["“", "One", " came", " here", ".", "”"],
        [" Two", " went", "."],
        ["Go", " on", "."],
    ]


def test_invented_sentences_are_those_of_their_seed():
    sentences = invent_sentences(300)
    assert sentences == invent_sentences(400)[:300]
    assert len(set(sentences)) == 300
    assert invent_sentences(20, seed=2) != sentences[:20]
    assert not [text for text in sentences if "<" in text or "|" in text or "_" in text]
