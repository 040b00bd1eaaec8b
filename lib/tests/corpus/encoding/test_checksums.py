"""Whatever happens to a saved file: the right tables, or a sentence; and it is said."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from wording.answers.tables import make_table
from wording.corpus import build as building
from wording.corpus.build import build_corpus
from wording.corpus.encoding import corpus as encoded
from wording.corpus.encoding.checksums import compute_checksum, find_damage, write_checksums
from wording.corpus.encoding.shard import SHARD_ARRAYS
from wording.corpus.encoding.store import find_build_damage
from wording.errors import WordingError
from wording.questions.discovery.phrase_vectors import get_phrase_vectors
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

ROOT_FILES = ["articles", "rejects", "apart", "copied", "stubs", "signs"]
SAVED = [
    *[f"{name}.parquet" for name in ROOT_FILES],
    "corpus.json",
    "checksums.json",
    *[f"0001/{name}.npy" for name in SHARD_ARRAYS],
    *[f"0001/titles/{name}.npy" for name in ("tokens", "bounds", "voice")],
    "0001/forms.arrow",
    "0001/titles/forms.arrow",
    "0001/key",
    "0001/checksums.json",
    "0001/stretches/table.arrow",
    "0001/stretches/checksums.json",
    "lexicon-*/table.parquet",
    "lexicon-*/slot.npy",
    "lexicon-*/company.npy",
    "lexicon-*/topic.npy",
    "lexicon-*/present.npz",
    "lexicon-*/checksums.json",
]
"""One of each kind of file that a build has."""

FEW = {"articles.parquet", "corpus.json", "0001/tokens.npy", "0001/stretches/table.arrow"}
FEW |= {"lexicon-*/slot.npy", "checksums.json", "0001/titles/tokens.npy"}
FEW_OR_ALL = [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in SAVED]
"""A few in every run, the others where slow tests run."""


def cut(file):
    os.truncate(file, file.stat().st_size * 2 // 3)


def empty(file):
    os.truncate(file, 0)


def flip(file, place=0.5):
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 1
    replace(file, content)


def flip_end(file):
    flip(file, 0.999)


def flip_half(file):
    content = file.read_bytes()
    half = len(content) // 2
    replace(file, content[:half] + bytes(byte ^ 1 for byte in content[half:]))


def delete(file):
    file.unlink()


def make_folder(file):
    file.unlink()
    file.mkdir()
    (file / "something").write_text("else")


def make_unreadable(file):
    file.unlink()
    file.symlink_to(file.name)  # a link that leads to itself: also root cannot read it


def make_other(file):
    file.write_bytes(b"[1, 2]")


def replace(file, content):
    """Writes as a disk or a program would: a file that is linked elsewhere is changed there too."""
    with file.open("r+b") as stream:
        stream.write(content)


KINDS = [cut, empty, flip, flip_end, delete, make_folder, make_unreadable, make_other]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A small study of three shards with all that can be made of it, and its tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "MAX_SHARD_ARTICLES", 20)
        folder = simulate_study(tmp_path_factory.mktemp("saved") / "study", articles=60)
        study = read_study(folder)
        return folder, answer(study), sum_vectors(study)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 20)


@pytest.fixture
def folder(original, tmp_path):
    return shutil.copytree(original[0], tmp_path / "study")


def answer(study):
    """Tables that together need every saved file."""
    corpus = build_corpus(study)
    return [
        corpus.table.to_pandas(),
        corpus.rejects.to_pandas(),
        corpus.apart.to_pandas(),
        corpus.copied.to_pandas(),
        pd.DataFrame([shard.edits.sum() for shard in corpus.shards]),
        pd.DataFrame([shard.sketch.sum() for shard in corpus.shards]),
        make_table(study, "hits"),
        make_table(study, "counts"),
        make_table(study, "attributions"),
    ]


def sum_vectors(study):
    """What needs every file of a lexicon."""
    vectors = get_phrase_vectors(study)
    sums = {name: [space.sum()] for name, space in vectors.spaces.items()}
    return [vectors.table.to_pandas(), pd.DataFrame(sums), pd.DataFrame([vectors.present.sum()])]


def assert_right(study, right, ask=answer):
    for found, expected in zip(ask(study), right, strict=True):
        pd.testing.assert_frame_equal(found, expected)


def find_saved(folder, name):
    (file,) = (folder / ".build").glob(f"*/{name}")
    return file


@pytest.mark.parametrize("name", SAVED)
def test_every_damage_of_every_file_is_found(folder, name):
    for kind in KINDS:
        file = find_saved(folder, name)
        saved = file.parent.parent if file.parent.name == "titles" else file.parent
        root = shutil.copytree(saved, folder / "copy")
        place = root / file.relative_to(saved)
        assert find_damage(root) == ""
        kind(place)
        assert find_damage(root), kind
        shutil.rmtree(root)


@pytest.mark.parametrize("name", FEW_OR_ALL)
def test_what_is_damaged_is_made_again_and_said(original, folder, name, capsys):
    kind = KINDS[SAVED.index(name) % len(KINDS)]
    asked = (original[2], sum_vectors) if "lexicon" in name else (original[1], answer)
    kind(find_saved(folder, name))
    assert_right(read_study(folder), *asked)
    told = capsys.readouterr().err
    assert f"{name.split('*')[-1].split('/')[-1]}" in told
    assert "is made again" in told
    assert [path.suffix for path in (folder / ".build").iterdir()] == [""]
    assert find_build_damage(*(folder / ".build").iterdir()) == ""
    assert_right(read_study(folder), *asked)
    assert capsys.readouterr().err == ""


def test_every_byte_of_the_checksums_counts(folder):
    file = find_saved(folder, "0001/checksums.json")
    text = file.read_bytes()
    for place in range(len(text)):
        if chr(text[place]).isspace():
            continue
        file.write_bytes(text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :])
        assert find_damage(file.parent), place


def test_damage_while_a_study_is_open_is_found(original, folder):
    study = read_study(folder)
    assert_right(study, original[1])
    flip(find_saved(folder, "0001/tokens.npy"))
    assert_right(study, original[1])
    cut(find_saved(folder, "0001/positions.npy"))
    assert_right(study, original[1])


def test_a_shard_that_is_gone_is_made_again(original, folder):
    shutil.rmtree(find_saved(folder, "0001"))
    assert_right(read_study(folder), original[1])


def test_a_shard_in_anothers_place_is_found(original, folder):
    one, two = find_saved(folder, "0000"), find_saved(folder, "0001")
    one.rename(one.with_name("x"))
    two.rename(one)
    one.with_name("x").rename(two)
    assert_right(read_study(folder), original[1])


def test_a_build_that_is_a_file_is_made_again(original, folder):
    (build,) = (folder / ".build").iterdir()
    shutil.rmtree(build)
    build.write_text("no folder")
    assert_right(read_study(folder), original[1])
    assert [path.is_dir() for path in (folder / ".build").iterdir()] == [True]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (flip_half, "0001/voice.npy"),
        (make_unreadable, "0001/key"),
        (cut, "0001/stretches/table.arrow"),
    ],
)
def test_damage_is_not_linked_into_the_next_build(folder, kind, name, tmp_path):
    kind(find_saved(folder, name))
    file = folder / "articles.csv"
    with file.open("a", encoding="utf8") as stream:
        stream.write('x1,Northline,2031-05-05,T,"One more.",\n')
    fresh = shutil.copytree(folder, tmp_path / "fresh", ignore=shutil.ignore_patterns(".build"))
    assert_right(read_study(folder), answer(read_study(fresh)))


def test_whole_shards_of_a_damaged_build_are_kept(folder):
    inode = find_saved(folder, "0000/tokens.npy").stat().st_ino
    flip(find_saved(folder, "0001/tokens.npy"))
    build_corpus(read_study(folder))
    assert find_saved(folder, "0000/tokens.npy").stat().st_ino == inode


def test_a_damaged_build_without_the_articles_is_an_error(folder):
    flip(find_saved(folder, "0001/tokens.npy"))
    (folder / "articles.csv").unlink()
    with pytest.raises(WordingError, match=r"articles.csv is missing"):
        build_corpus(read_study(folder))


def test_a_disk_that_keeps_nothing_ends_in_words(folder, monkeypatch, capsys):
    monkeypatch.setattr(building, "find_build_damage", lambda folder: "0000/voice.npy has changed")
    with pytest.raises(WordingError, match="could not be read again.*check the disk"):
        build_corpus(read_study(folder))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [cut, flip])
def test_the_command_answers_rightly_after_damage(folder, kind):
    command = [sys.executable, "-m", "wording.cli", "kwic", str(folder), "bridge", "--limit", "3"]
    before = subprocess.run(command, capture_output=True, text=True, check=True)
    kind(find_saved(folder, "0000/runs.npy"))
    after = subprocess.run(command, capture_output=True, text=True, check=True)
    assert after.stdout == before.stdout
    assert "runs.npy" in after.stderr
    assert "Traceback" not in after.stderr


def test_sizes_and_checksums_are_those_of_zlib(tmp_path):
    (tmp_path / "a").write_bytes(b"123456789")
    assert compute_checksum(tmp_path / "a") == [9, 0xCBF43926]  # the check value of CRC-32
    write_checksums(tmp_path)
    assert find_damage(tmp_path) == ""
    assert encoded.DERIVED_NAME == "table.arrow"
