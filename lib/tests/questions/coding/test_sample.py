import shutil

import pytest

from wording.corpus.counts import find_study_hits
from wording.errors import WordingError
from wording.questions.coding import sample as coding
from wording.study import journal
from wording.study.read import read_study
from wording.tables import TABLES


@pytest.fixture
def study(small, tmp_path):
    return read_study(shutil.copytree(small, tmp_path / "study"))


def test_the_sample_has_every_outlet_and_variant_by_its_hits(study):
    hits, sample = find_study_hits(study), coding.draw_sample(study, size=60)
    strata = ["concept", "variant", "outlet"]
    there, drawn = hits.groupby(strata).size(), sample.groupby(strata).size()
    assert set(there.index) == set(drawn.index)
    assert (drawn == (there * 60 / len(hits)).round().clip(lower=1)).all()
    assert sample.merge(hits, how="left", indicator=True)["_merge"].eq("both").all()


def test_the_sample_depends_on_the_seed_and_not_on_the_number_asked_for(study):
    few, more = coding.draw_sample(study, size=40), coding.draw_sample(study, size=120)
    assert few.merge(more, on=coding.LINE_KEY).shape[0] == len(few)
    file = study.folder / "study.yml"
    file.write_text(file.read_text(encoding="utf8").replace("seed: 1", "seed: 2"), encoding="utf8")
    assert not coding.draw_sample(read_study(study.folder), size=40).equals(few)


def test_whoever_stops_early_has_coded_a_random_part(study):
    """The first lines are spread over the articles, and are not those of the first articles."""
    sample = coding.draw_sample(study, ["fighting"], size=10_000)
    assert len(sample) == len(find_study_hits(study, ["fighting"]))
    place = sample["doc_id"].rank(method="dense")
    assert abs(place.head(len(sample) // 4).mean() - place.mean()) < 0.1 * place.max()


def test_without_articles_there_is_nothing_to_draw(study):
    (study.folder / "articles.csv").unlink()
    with pytest.raises(WordingError, match="which are not available here"):
        coding.draw_sample(read_study(study.folder))


def test_marks_stand_on_lines_that_are_counted(study):
    lines = coding.draw_sample(study, size=40)
    journal.record_marks(study, lines.head(3), "right sense", coder="ada", from_sample=True)
    now = find_study_hits(study).assign(voice="reported")
    now = now[now["doc_id"] != lines["doc_id"][0]]
    kept = coding.keep_current_marks(journal.read_marks(study), now)
    assert set(kept["doc_id"]) == set(lines["doc_id"].head(3)) - {lines["doc_id"][0]}
    assert (kept["voice"] == "reported").all()
    assert list(kept.columns) == list(TABLES["marks"])


def test_the_concept_begun_is_the_one_with_most_marks(study):
    assert coding.choose_started_concept(study) == next(iter(study.concepts))
    lines = coding.draw_sample(study, ["levy"], size=10)
    journal.record_marks(study, lines.head(1), "right sense", coder="ada", from_sample=True)
    assert coding.choose_started_concept(study) == "levy"


def test_marks_are_found_on_disk_and_one_goes_on_where_one_left_off(study):
    lines = coding.draw_sample(study, size=40)
    journal.record_marks(study, lines.head(2), "right sense", coder="ada", from_sample=True)
    journal.record_marks(study, lines.iloc[[2]], "wrong sense", coder="ada", from_sample=True)
    journal.record_marks(study, lines.iloc[[2]], "quoted", coder="ben")
    kept = journal.read_marks(read_study(study.folder))
    assert kept["mark"].to_list() == ["right sense", "right sense", "wrong sense", "quoted"]
    assert kept["sample"].to_list() == [True, True, True, False]
    assert kept[coding.LINE_KEY].head(3).equals(lines[coding.LINE_KEY].head(3))
    left = coding.select_uncoded(lines, kept, coder="ada")
    assert left.equals(lines.iloc[3:].reset_index(drop=True))
    assert coding.select_uncoded(lines, kept).equals(left)
    assert len(coding.select_uncoded(lines, kept, coder="ben")) == len(lines) - 1
    assert len((study.folder / "marks.csv").read_text(encoding="utf8").splitlines()) == 5


def test_what_is_no_mark_is_refused_by_its_line(study):
    lines = coding.draw_sample(study, size=40)
    with pytest.raises(WordingError, match="did you mean 'right sense'"):
        journal.record_marks(study, lines.head(1), "right", coder="ada")
    with pytest.raises(WordingError, match="give the name of the coder"):
        journal.record_marks(study, lines.head(1), "quoted", coder=" ")
    journal.record_marks(study, lines.head(2), "quoted", coder="ada")
    file = journal.locate_marks_file(study)
    file.write_text(
        file.read_text(encoding="utf8").replace("quoted,False", "perhaps,False", 1), encoding="utf8"
    )
    with pytest.raises(WordingError, match=r"marks.csv:2: .*perhaps"):
        journal.read_marks(study)
    file.write_text("a,b\n", encoding="utf8")
    with pytest.raises(WordingError, match="the column 'coder' is missing"):
        journal.read_marks(study)


def test_a_marks_file_written_by_hand_is_continued(study):
    """Without a last line break, with a column of its own and a blank line, nothing is lost."""
    lines = coding.draw_sample(study, size=40)
    journal.record_marks(study, lines.head(1), "quoted", coder="ada")
    file = journal.locate_marks_file(study)
    header, line = file.read_text(encoding="utf8").splitlines()
    file.write_text(f"note,{header}\n\nunsure,{line}", encoding="utf8")
    journal.record_marks(study, lines.iloc[[1]], "own voice", coder="ben")
    kept = journal.read_marks(study)
    assert kept["mark"].to_list() == ["quoted", "own voice"]
    assert kept[coding.LINE_KEY].equals(lines[coding.LINE_KEY].head(2))
    file.write_text(file.read_text(encoding="utf8").replace("own voice", "mine"), encoding="utf8")
    with pytest.raises(WordingError, match=r"marks.csv:4: .*mine"):
        journal.read_marks(study)
