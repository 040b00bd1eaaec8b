import textwrap

import pytest

from wording.errors import WordingError
from wording.files import DATA_FOLDER, NOTEBOOK_FOLDER
from wording.study.read import read_concepts, read_study
from wording.study.records import Variant

STUDY = """
title: T
question: Q?
articles: {path: a.csv}
"""
CONCEPTS = """
lists: {places: [Ada, New Ada]}
concepts:
  towns:
    title: Towns
    variants:
      fell: {match: [fell], near: {any: "<places>", within: 8}, not: [fell short]}
      taken: [taken]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.yml").write_text(STUDY)
    (tmp_path / "concepts.yml").write_text(CONCEPTS)
    return tmp_path


def told(call, *arguments):
    with pytest.raises(WordingError) as error:
        call(*arguments)
    return str(error.value)


def test_a_study_is_read_with_its_defaults(folder):
    study = read_study(folder)
    assert (study.name, study.seed, study.draws, study.excerpts) == (folder.name, 1, 999, "full")
    assert list(study.concepts["towns"].variants) == ["fell", "taken"]
    assert study.concepts["towns"].variants["fell"].near[0].any == ["<places>"]
    by_concept = {"02_terms", "05_contexts", "06_timeline", "10_events", "12_naming"}
    books = sorted(book.stem for book in NOTEBOOK_FOLDER.glob("[0-9]*.ipynb"))[1:]
    assert study.runs() == [
        (book, {}, {"concept": "towns"} if book in by_concept else {})
        for book in books
        if book != "11_agency"
    ]


def test_each_multiplies_its_lists(folder):
    (folder / "study.yml").write_text(
        STUDY + "reports: [{notebook: n, each: {concept: all, cap: [1, 2]}, parameters: {x: 3}}]\n"
    )
    assert read_study(folder).runs() == [
        ("n", {"x": 3}, {"concept": "towns", "cap": cap}) for cap in (1, 2)
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "parts"),
    [
        ("study.yml", "question", "questoin", 3, ["'questoin'", "'question'"]),
        ("study.yml", "title: T", "title: T\ndraws: many", 3, ["'many'", "integer"]),
        ("study.yml", "title: T", "excerpts: ful\ntitle: T", 2, ["'ful'", "'full'", "'none'"]),
        ("study.yml", "title: T", "excerpts: 0\ntitle: T", 2, ["how many words", "1 to 50"]),
        ("study.yml", "title: T", "limits: {cell: -1}\ntitle: T", 2, ["limits.cell is -1"]),
        ("study.yml", "{path: a.csv}", "{path: a.csv, colums: {}}", 4, ["'colums'", "'columns'"]),
        ("study.yml", "{path: a.csv}", "{path: a.csv", 5, ["not valid YAML"]),
        ("concepts.yml", "within: 8", "withn: 8", 7, ["'withn'", "'within'"]),
        ("concepts.yml", "within: 8", "within: 0", 7, ["0", "greater than or equal to 1"]),
        ("concepts.yml", "<places>", "<place>", 7, ["<place>", "'places'"]),
        (
            "concepts.yml",
            "taken: [taken]",
            "taken: [FELL]",
            8,
            ["'fell'", "two variants", "'taken'"],
        ),
        ("concepts.yml", "taken: [taken]", "taken: []", 8, ["at least 1"]),
        ("concepts.yml", "title: Towns", "titel: Towns", 5, ["'titel'", "'title'"]),
    ],
)
def test_a_wrong_line_is_refused_by_file_line_and_remedy(folder, file, old, new, line, parts):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    said = told(read_study, folder)
    assert f"{file}:{line}: " in said
    assert all(part in said for part in parts), said


def test_a_folder_without_a_study_is_told_what_to_do(tmp_path):
    assert "wording new" in told(read_study, tmp_path / "none")


def test_concepts_are_taken_from_the_library_by_name(tmp_path, monkeypatch):
    library = next(iter((DATA_FOLDER / "concepts").glob("*.yml"))).stem
    names = list(read_concepts(DATA_FOLDER / "concepts" / f"{library}.yml")[0])
    file = tmp_path / "concepts.yml"
    file.write_text(f"take: {{{library}: [{names[0]}]}}\n")
    assert list(read_concepts(file)[0]) == names[:1]
    file.write_text(f"take: {{{library}: [no-such]}}\n")
    assert "no-such" in told(read_concepts, file)
    file.write_text(f"\ntake: {{{library}x: all}}\n")
    said = told(read_concepts, file)
    assert "concepts.yml:2: there is no library in " in said
    assert f"called '{library}x'" in said


def test_a_concepts_file_must_hold_a_concept(tmp_path):
    (tmp_path / "concepts.yml").write_text(textwrap.dedent("lists: {a: [b]}"))
    assert "no concept is defined" in told(read_concepts, tmp_path / "concepts.yml")


def test_events_are_read_and_a_bad_one_is_refused(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "concepts.yml").write_text("concepts:\n  c:\n    title: C\n    variants: {a: [b]}\n")
    told = (
        "title: T\nquestion: Q\nevents:\n"
        "  - {date: 2031-06-12, title: Talks end, source: invented}\n"
    )
    (folder / "study.yml").write_text(told)
    event = read_study(folder).events[0]
    assert (event.date.isoformat(), event.title, event.source) == (
        "2031-06-12",
        "Talks end",
        "invented",
    )
    for bad, says in (
        ("soon", "study.yml:5: .*date"),
        ("2031-06-40", "study.yml has a date that does not exist"),
    ):
        (folder / "study.yml").write_text(told + f"  - {{date: {bad}, title: Talks end}}\n")
        with pytest.raises(WordingError, match=says):
            read_study(folder)


@pytest.mark.parametrize("wrong", ["26/25", "23", "23/", "23 of 25", "-1/5", ""])
def test_a_precision_is_how_many_lines_of_how_many(wrong):
    assert Variant(match=["a"], precision="0/0").precision_sentence == "no line found to read"
    assert Variant(match=["a"], precision="1/1").precision_sentence == "1 of 1 right"
    with pytest.raises(ValueError, match="such as 23/25"):
        Variant(match=["a"], precision=wrong)


def test_a_concept_cites_the_precision_source_of_its_file_unless_it_has_its_own(tmp_path):
    (tmp_path / "concepts.yml").write_text(
        "precision_source: the file's\n"
        "concepts:\n"
        "  a: {title: A, variants: {x: {match: [x], precision: 1/2}}}\n"
        "  b: {title: B, precision_source: its own, variants: {x: {match: [x], precision: 1/2}}}\n"
        "  c: {title: C, variants: {x: [x]}}\n"
    )
    concepts, _ = read_concepts(tmp_path / "concepts.yml")
    assert {name: one.precision_source for name, one in concepts.items()} == {
        "a": "the file's",
        "b": "its own",
        "c": "",
    }


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]\n" for k in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "write fields with values"),
        ("hello", "write fields with values"),
        ('title: "a\x07"', "cannot stand in this file"),
        ("title: !foo x", "types such as !foo"),
        ("title: a\n---\ntitle: b", "a second document"),
        ("title: " + "[" * 3000, "nested more than"),
        ('title: "\\ud83d"\nquestion: q', "half a character"),
        (f"title: t\nquestion: q\narticles: {{path: {'x' * 5000}}}", "cannot be the name"),
        (BOMB, "more than 200,000 values"),
        ("seed: " + "9" * 5000, "number too long"),
        ("", "'question' is missing"),
    ],
)
def test_odd_yaml_is_refused_in_words(tmp_path, text, said):
    (tmp_path / "study.yml").write_text(text)
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: t, variants: {x: [coup]}}}")
    with pytest.raises(WordingError, match=said) as error:
        read_study(tmp_path)
    assert "study.yml" in str(error.value)
    assert len(str(error.value)) < 1000


def test_phrases_are_counted_before_they_are_written_out(tmp_path):
    words = ", ".join(f"a{k} b{k}" for k in range(60))
    file = tmp_path / "concepts.yml"
    head = f"lists:\n  p: [{words}]\nconcepts:\n  c:\n    title: C\n    variants:\n"
    file.write_text(head + '      x: ["word", "<p> <p> <p> <p>"]\n')
    assert told(read_concepts, file) == (
        f"{file}:7: `<p> <p> <p> <p>` stands for 12,960,000 phrases (60 times 60 times 60 times "
        "60); at most 2,000 are allowed: write fewer lists in a row, or shorter ones."
    )
    variants = [f"      x{k}: [w{k} (a b|c d) <p>]\n" for k in range(170)]
    file.write_text(head + "".join(variants[:166]))
    assert len(read_concepts(file)[0]["c"].variants) == 166
    file.write_text(head + "".join(variants))
    said = told(read_concepts, file)
    assert said.startswith(f"{file}:173: up to here, the concepts stand for 20,040 phrases")
