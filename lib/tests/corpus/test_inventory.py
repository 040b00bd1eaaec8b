"""What `wording check` says of what was read."""

from wording.corpus.counts import count_study_hits
from wording.corpus.inventory import sentences
from wording.study.read import read_study


def test_outlets_that_differ_in_nothing_to_be_seen_are_said(tmp_path):
    names = ["The Post", "the post", "Ｔhe Post", "The\u200b Post", "Gazette"]
    rows = [f"{name},A coup in the city." for name in names]
    (tmp_path / "a.csv").write_text("outlet,text\n" + "\n".join(rows) + "\n", encoding="utf8")
    (tmp_path / "study.yml").write_text("title: t\nquestion: q\narticles: {path: a.csv}\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: t, variants: {x: [coup]}}}")
    study = read_study(tmp_path)
    [said] = [s for s in sentences(study, count_study_hits(study)) if "differ only" in s]
    assert "Gazette" not in said
    assert all(repr(name) in said for name in names[:4])
