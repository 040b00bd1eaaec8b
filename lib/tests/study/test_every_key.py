"""Every key of study.yml and concepts.yml, with values of every kind: taken, or refused by line."""

import copy
import json
import math

import pytest

from wording.errors import WordingError
from wording.study.read import read_concepts, read_record
from wording.study.records import Articles, Concept, ConceptsFile, Near, StudyRecord, Variant

STUDY = {
    "title": "T",
    "question": "Q?",
    "note": "N",
    "language": ["en", "de"],
    "seed": 1,
    "articles": {
        "path": "a.csv",
        "columns": {"outlet": "paper"},
        "date_order": "dmy",
        "metadata": "m.csv",
        "stubs": "keep",
    },
    "outlets": ["A"],
    "max_outlets": 3,
    "groups": {"g": ["A"]},
    "period": {"from": "2031-01-01", "to": "2031-12-31"},
    "events": [{"date": "2031-01-05", "title": "E", "source": "S"}],
    "draws": 99,
    "excerpts": 5,
    "limits": {"cell": 5, "run": 9},
    "reports": [{"notebook": "02_terms", "each": {"concept": ["c"]}, "parameters": {"cap": 3}}],
}
NEAR = {"any": ["a"], "within": 3, "side": "both", "sentence": True}
CONCEPTS = {
    "take": {},
    "precision_source": "P",
    "lists": {"l": ["a", "b"]},
    "concepts": {
        "c": {
            "title": "C",
            "note": "N",
            "source": "S",
            "precision_source": "P",
            "variants": {
                "x": {
                    "match": ["coup"],
                    "near": [NEAR],
                    "not_near": [NEAR],
                    "not": ["coup x"],
                    "case": False,
                    "note": "n",
                    "source": "s",
                    "precision": "1/2",
                },
                "y": ["protest"],
                "z": {"match": {"en": ["riot"], "de": ["Krawall*"]}},
                "w": {"en": ["unrest"], "de": ["Unruhe*"]},
            },
            "acts": {"kill": ["killing"]},
            "instead": ["died"],
            "agents": {"police": ["police"]},
            "patients": {"guards": ["guard*"]},
        }
    },
}
VALUES = {
    "list": [1, 2],
    "list of null": [None],
    "list of a list": [[1]],
    "empty list": [],
    "dict": {"a": 1},
    "empty dict": {},
    "number": 7,
    "zero": 0,
    "negative": -1,
    "huge": 10**30,
    "infinite": math.inf,
    "no number": math.nan,
    "null": None,
    "bool": True,
    "empty": "",
    "word": "word",
    "long": "x" * 100_000,
}
TEXT = {"empty", "word", "long"}
POSITIVE = {"number"}
TAKEN = {  # path: the kinds of values that it takes
    "title": TEXT,
    "question": TEXT,
    "note": TEXT,
    "language": set(),
    "language.0": set(),
    "seed": {"number", "zero"},
    "articles": {"null"},
    "articles.path": {"word"},
    "articles.columns": {"empty dict"},
    "articles.columns.outlet": TEXT,
    "articles.date_order": {"null"},
    "articles.metadata": {"null", "word"},
    "articles.stubs": set(),
    "outlets": {"null"},
    "outlets.0": TEXT,
    "max_outlets": POSITIVE,
    "groups": {"null", "word", "long"},
    "groups.g": TEXT,
    "groups.g.0": TEXT,
    "period": {"empty dict"},
    "period.from": {"null"},
    "period.to": {"null"},
    "events": {"empty list"},
    "events.0": set(),
    "events.0.date": set(),
    "events.0.title": {"word"},
    "events.0.source": TEXT,
    "draws": set(),
    "excerpts": POSITIVE,
    "limits": {"empty dict"},
    "limits.cell": POSITIVE,
    "limits.run": POSITIVE,
    "reports": {"empty list"},
    "reports.0": set(),
    "reports.0.notebook": TEXT,  # the notebooks that there are, and what they take, are known later
    "reports.0.each": {"empty dict"},
    "reports.0.each.concept": {"list", "list of null", "list of a list", "empty list"},
    "reports.0.each.concept.0": set(VALUES),
    "reports.0.parameters": {"dict", "empty dict"},
    "reports.0.parameters.cap": set(VALUES),
    "take": {"empty dict"},
    "precision_source": TEXT,
    "lists": {"empty dict"},
    "lists.l": {"word", "long"},
    "lists.l.0": {"word", "long"},
    "concepts": set(),
    "concepts.c": set(),
    "concepts.c.title": TEXT,
    "concepts.c.note": TEXT,
    "concepts.c.source": TEXT,
    "concepts.c.precision_source": TEXT,
    "concepts.c.variants": set(),
    "concepts.c.variants.x": {"word", "long"},
    "concepts.c.variants.x.match": {"word", "long"},
    "concepts.c.variants.x.match.0": {"word", "long"},
    "concepts.c.variants.x.near": {"empty list"},
    "concepts.c.variants.x.near.0": set(),
    "concepts.c.variants.x.near.0.any": {"word", "long"},
    "concepts.c.variants.x.near.0.any.0": {"word", "long"},
    "concepts.c.variants.x.near.0.within": POSITIVE,
    "concepts.c.variants.x.near.0.side": set(),
    "concepts.c.variants.x.near.0.sentence": {"bool", "zero"},
    "concepts.c.variants.x.not": {"empty list", "word", "long"},
    "concepts.c.variants.x.not.0": {"word", "long"},
    "concepts.c.variants.x.case": {"bool", "zero"},
    "concepts.c.variants.x.note": TEXT,
    "concepts.c.variants.x.source": TEXT,
    "concepts.c.variants.x.precision": {"null"},
    "concepts.c.variants.y": {"word", "long"},
    "concepts.c.variants.y.0": {"word", "long"},
    "concepts.c.variants.z": {"word", "long"},
    "concepts.c.variants.z.match": {"word", "long"},
    "concepts.c.variants.z.match.en": {"word", "long"},
    "concepts.c.variants.z.match.en.0": {"word", "long"},
    "concepts.c.variants.z.match.de": {"word", "long"},
    "concepts.c.variants.z.match.de.0": {"word", "long"},
    "concepts.c.variants.w": {"word", "long"},
    "concepts.c.variants.w.en": {"word", "long"},
    "concepts.c.variants.w.en.0": {"word", "long"},
    "concepts.c.variants.w.de": {"word", "long"},
    "concepts.c.variants.w.de.0": {"word", "long"},
    "concepts.c.acts": {"word"},
    "concepts.c.acts.kill": {"empty list", "word", "long"},
    "concepts.c.acts.kill.0": {"word", "long"},
    "concepts.c.instead": {"empty list", "word", "long"},
    "concepts.c.instead.0": {"word", "long"},
    "concepts.c.agents": {"empty dict"},
    "concepts.c.agents.police": {"word", "long"},
    "concepts.c.agents.police.0": {"word", "long"},
    "concepts.c.patients": {"empty dict"},
    "concepts.c.patients.guards": {"word", "long"},
    "concepts.c.patients.guards.0": {"word", "long"},
}
TAKEN |= {k.replace(".near", ".not_near"): kinds for k, kinds in TAKEN.items() if ".near" in k}


def list_paths(node, here=()):
    children = node.items() if isinstance(node, dict) else enumerate(node[:1])
    for key, child in children:
        yield (*here, key)
        if isinstance(child, (dict, list)):
            yield from list_paths(child, (*here, key))


def with_value(tree, path, value):
    tree = copy.deepcopy(tree)
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return tree


def to_yaml(tree):
    """JSON, line by line, is YAML but for these two numbers."""
    text = json.dumps(tree, indent=1, ensure_ascii=False)
    return text.replace("Infinity", ".inf").replace("NaN", ".nan")


FILES = {"study.yml": STUDY, "concepts.yml": CONCEPTS}
KEYS = [
    pytest.param(file, path, id=".".join(map(str, path)))
    for file, tree in FILES.items()
    for path in list_paths(tree)
]


def test_every_key_is_tried():
    assert set(STUDY) == {f.alias or name for name, f in StudyRecord.model_fields.items()}
    assert set(STUDY["articles"]) == set(Articles.model_fields)
    assert set(CONCEPTS) == set(ConceptsFile.model_fields)
    concept = CONCEPTS["concepts"]["c"]
    assert set(concept) == set(Concept.model_fields)
    assert set(NEAR) == set(Near.model_fields)
    aliases = {field.alias or name for name, field in Variant.model_fields.items()}
    assert set(concept["variants"]["x"]) == aliases
    assert {key.id for key in KEYS} == set(TAKEN)


@pytest.mark.parametrize(("file", "path"), KEYS)
def test_any_value_is_taken_or_refused_by_its_line(tmp_path, file, path):
    taken = set()
    for kind, value in VALUES.items():
        (tmp_path / file).write_text(to_yaml(with_value(FILES[file], path, value)))
        try:
            if file == "study.yml":
                assert read_record(tmp_path / file, StudyRecord).fingerprint
            else:
                read_concepts(tmp_path / file)
        except WordingError as error:
            lines = str(error).split("\n")
            assert all(line.startswith(f"{tmp_path / file}:") for line in lines), lines
            assert len(lines) <= 4
            assert all(len(line) - len(str(tmp_path)) < 600 for line in lines)
        else:
            taken.add(kind)
    assert taken == TAKEN[".".join(map(str, path))]
