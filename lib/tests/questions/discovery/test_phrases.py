"""Phrases and what surrounds them, against a slow oracle that reads the text word by word."""

import math
import re
from collections import Counter

import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.reading.articles import read_articles
from wording.questions.discovery import contexts as surroundings
from wording.questions.discovery import phrase_vectors
from wording.questions.discovery import phrases as candidates
from wording.words import read_words


@pytest.fixture(scope="module", params=[1, 3], ids=["one shard", "three shards"])
def corpus(request, small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "MAX_SHARD_ARTICLES", 60 if request.param == 1 else 25)
        made = building.encode_articles(read_articles(small / "articles.csv"))
        assert len(made.shards) == request.param
        return made


@pytest.fixture(scope="module")
def found(corpus):
    return candidates.extract_phrases(corpus)


@pytest.fixture(scope="module")
def tokens(corpus):
    """For each article its tokens: the word and the number of the sentence.

    The word is None for other tokens and for boilerplate.
    """
    read = []
    for part in corpus.parts():
        shard, keys = part.shard, part.shard.forms["key"].to_numpy()
        for a, b in zip(shard.bounds[:-1], shard.bounds[1:], strict=True):
            word = [
                keys[shard.tokens[i]] if shard.is_word[i] and not shard.boilerplate[i] else None
                for i in range(a, b)
            ]
            read.append(list(zip(word, shard.sentence[a:b].tolist(), strict=True)))
    return read


def occurrences(tokens, term):
    """Article, first and last token of each place of a term."""
    words = term.split(" ")
    for article, stream in enumerate(tokens):
        for i in range(len(stream) - len(words) + 1):
            if [word for word, _ in stream[i : i + len(words)]] == words:
                yield article, i, i + len(words) - 1


def some(found, n=12):
    """Some phrases of every length, with their rows."""
    length = found.table["term"].str.count_matches(" ")
    rows = [
        row
        for k in range(4)
        for row in [i for i in range(len(length)) if length[i] == k][
            :: max(1, int((length == k).sum()) // n)
        ]
    ]
    return [(row, found.table["term"][row]) for row in rows]


def test_phrases_are_counted_in_articles_and_outlets(corpus, found, tokens):
    outlet = corpus.table["outlet"].to_list()
    assert {len(term.split(" ")) for _, term in some(found)} == {1, 2, 3, 4}
    for row, term in some(found):
        places = list(occurrences(tokens, term))
        told = found.table.row(row, named=True)
        articles = {article for article, _, _ in places}
        assert (told["n"], told["n_articles"], told["n_outlets"]) == (
            len(places),
            len(articles),
            len({outlet[a] for a in articles}),
        )


def test_no_phrase_begins_or_ends_with_a_word_of_no_content(found):
    ends = found.table["term"].str.split(" ").list
    assert not ends.first().is_in(read_words("function", "en")).any()
    assert not ends.last().is_in(candidates.read_discovery_words("en").edges).any()
    assert (found.table["n_articles"] >= candidates.MIN_PHRASE_ARTICLES).all()


def test_association_is_that_of_the_weakest_seam(found, tokens):
    n = Counter(word for stream in tokens for word, _ in stream if word is not None)
    total, p = sum(n[word] for word in found.known.words), {}
    for _, term in some(found, 4):
        words = term.split(" ")
        if len(words) < 2:
            continue
        for parts in {
            term,
            *(" ".join(words[:k]) for k in range(1, len(words))),
            *(" ".join(words[k:]) for k in range(1, len(words))),
        }:
            p[parts] = len(list(occurrences(tokens, parts))) / total
        seams = [
            math.log(p[term] / p[" ".join(words[:k])] / p[" ".join(words[k:])]) / -math.log(p[term])
            for k in range(1, len(words))
        ]
        assert found.table.filter(pl.col("term") == term)["npmi"][0] == pytest.approx(min(seams))


def test_neighbours_are_those_that_a_reader_finds(corpus, found, tokens):
    slot, by_place, n_words = (
        surroundings.count_slot_neighbours(corpus, found),
        surroundings.SLOT_OFFSETS,
        len(found.known.words),
    )
    number = {word: k for k, word in enumerate(found.known.words)}
    for row, term in some(found, 4):
        oracle = Counter()
        for article, first, last in occurrences(tokens, term):
            stream = tokens[article]
            for step in surroundings.WINDOW_OFFSETS:
                at = (first if step < 0 else last) + step
                inside = 0 <= at < len(stream) and stream[at][1] == stream[first][1]
                known = number.get(stream[at][0], n_words) if inside else n_words
                if step in by_place:
                    oracle[by_place.index(step) * (n_words + 1) + known] += 1
                if found.words.content[known]:
                    oracle[len(by_place) * (n_words + 1) + known] += 1
        assert dict(
            zip(slot[[row]].indices.tolist(), slot[[row]].data.tolist(), strict=True)
        ) == dict(oracle)


def test_company_is_the_content_of_the_sentences_without_the_phrase(corpus, found, tokens):
    company, names = surroundings.count_sentence_words(corpus, found), found.known.words
    content = {word for word, flag in zip(names, found.words.content[:-1], strict=True) if flag}
    for row, term in some(found, 4):
        oracle = Counter()
        for article, first, _ in occurrences(tokens, term):
            sentence = tokens[article][first][1]
            oracle.update(
                word
                for word, s in tokens[article]
                if s == sentence and word in content and word not in term.split(" ")
            )
        assert dict(
            zip(names[company[[row]].indices], company[[row]].data.tolist(), strict=True)
        ) == dict(oracle)


def test_articles_have_the_phrases_places(corpus, found, tokens):
    counts = surroundings.count_phrase_articles(corpus, found)
    assert counts.shape == (len(found.table), len(corpus.table))
    for row, term in some(found, 4):
        assert Counter(article for article, _, _ in occurrences(tokens, term)) == dict(
            zip(counts[[row]].indices.tolist(), counts[[row]].data.tolist(), strict=True)
        )


def written(sentences, tmp_path):
    """A corpus of twenty articles of five outlets, with these sentences in each."""
    rows = [
        {
            "doc_id": str(k),
            "outlet": "ABCDE"[k % 5],
            "text": f"{' '.join(sentences)} Number {k} ends.",
        }
        for k in range(20)
    ]
    pl.DataFrame(rows).write_csv(tmp_path / "a.csv")
    return building.encode_articles(read_articles(tmp_path / "a.csv"))


def test_verbs_and_quantities_are_not_proposed_and_persons_are_told(tmp_path):
    sentences = [
        "They will repeal the levy, and he would repeal it.",
        "The levy fell on coal.",
        "Some 40 towns met Mr. Brask, and Mr. Brask met the coal owners.",
        "The owners knew Brask.",
    ]
    table = candidates.extract_phrases(written(sentences, tmp_path)).table
    told = {row["term"]: row for row in table.iter_rows(named=True)}
    assert not told["repeal"]["proposed"]
    assert told["levy"]["proposed"]
    assert told["brask"]["person"]
    assert not told["coal"]["person"]
    assert "40 towns" not in told or told["40 towns"]["npmi"] >= candidates.MIN_FIXED_NPMI
    assert "40" not in told


def test_a_phrase_of_one_outlet_is_known_but_not_proposed(tmp_path):
    rows = [
        {
            "doc_id": str(k),
            "outlet": "A" if k < 12 else "BCDE"[k % 4],
            "text": f"In year {k} the levy. "
            + (f"In year {k} a climate charge." if k < 12 else ""),
        }
        for k in range(30)
    ]
    pl.DataFrame(rows).write_csv(tmp_path / "a.csv")
    table = candidates.extract_phrases(
        building.encode_articles(read_articles(tmp_path / "a.csv"))
    ).table
    assert table.filter(pl.col("term") == "climate charge")["proposed"].to_list() == [False]
    assert table.filter(pl.col("term") == "levy")["proposed"].to_list() == [True]


def test_vectors_are_made_again_when_what_makes_them_changes(monkeypatch):
    before = phrase_vectors.compute_vectors_fingerprint(1)
    assert phrase_vectors.compute_vectors_fingerprint(2) != before
    for name in phrase_vectors.VECTOR_CODE:
        monkeypatch.setattr(
            phrase_vectors, "hash_file", lambda file, changed=name: str(file).endswith(changed)
        )
        every = phrase_vectors.compute_vectors_fingerprint(1)
        monkeypatch.setattr(phrase_vectors, "hash_file", lambda file: False)
        assert phrase_vectors.compute_vectors_fingerprint(1) != every


def test_the_vectors_depend_on_all_modules_that_make_them():
    """What those modules import of the same rooms is among them, too."""
    library = phrase_vectors.LIBRARY
    modules = {name.removesuffix(".py").replace("/", ".") for name in phrase_vectors.VECTOR_CODE}
    rooms = re.compile(r"(stats\.|questions\.discovery\.|corpus\.(terms|phrases\.))[a-z_.]*")
    for name in phrase_vectors.VECTOR_CODE:
        code = (library / name).read_text(encoding="utf8")
        imported = re.findall(r"^from wording\.(\S+) import (.+)$", code, re.MULTILINE)
        paths = {f"{package}.{one}" for package, names in imported for one in names.split(", ")}
        paths |= {package for package, _ in imported}
        used = {path.split(" as ")[0] for path in paths if rooms.fullmatch(path.split(" as ")[0])}
        files = {one for one in used if (library / f"{one.replace('.', '/')}.py").is_file()}
        assert files - {"stats.arrays"} <= modules, name
