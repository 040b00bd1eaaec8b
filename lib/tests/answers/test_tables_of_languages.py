"""Every table can be made of a study in a language of which little is known."""

import csv

import pytest

from wording.answers.tables import TABLE_NAMES, make_table
from wording.errors import WordingError
from wording.study.read import read_study

SENTENCES = {
    "de": (
        "Krawall*; Protest*",
        " ",
        "Die Polizei sprach von einem Krawall.|Der Protest begann am Rathaus.|"
        "„Das war kein Putsch“, sagte sie am Dienstag.|Der Bahnhof blieb geschlossen.",
    ),
    "zh": (
        "骚乱; 抗议",
        "",
        "警方称这是一场骚乱。|市长称之为和平抗议。|“这不是政变，”她周二说。|车站全天关闭。",
    ),
    "ar": (
        "*شغب; *احتجاج*",
        " ",
        "وصفت الشرطة ما حدث بأنه شغب.|بدأ احتجاج السكان أمام البلدية.|"
        "وقالت يوم الثلاثاء: «لم يكن هذا انقلاباً».|بقيت المحطة مغلقة طوال اليوم.",
    ),
}


@pytest.fixture(scope="module", params=SENTENCES)
def study(request, tmp_path_factory):
    """A study of 24 invented articles of two outlets in one language."""
    folder, language = tmp_path_factory.mktemp(request.param), request.param
    terms, blank, text = SENTENCES[language]
    sentences = text.split("|")
    with (folder / "articles.csv").open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "outlet", "date", "title", "text"])
        for k in range(24):
            turned = sentences[k % 4 :] + sentences[: k % 4]
            chosen = blank.join([sentences[k % 3 > 0], *turned, f"{k}."])
            outlet, date = "AB"[k % 2], f"2022-03-{k + 1:02}"
            writer.writerow([k, outlet, date, sentences[k % 2], chosen])
    (folder / "study.yml").write_text(
        f"title: T\nquestion: Q?\nlanguage: {language}\nseed: 1\ndraws: 99\n"
        "articles: {path: articles.csv}\n"
    )
    one, other = terms.split("; ")
    (folder / "concepts.yml").write_text(
        "concepts:\n  c:\n    title: C\n    variants:\n"
        f'      one: ["{one}"]\n      other: ["{other}"]\n',
        encoding="utf8",
    )
    return read_study(folder)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_table_is_made_in_every_language(study, name):
    if name.startswith("naming"):
        with pytest.raises(WordingError, match=f"language of this study is '{study.language}'"):
            make_table(study, name)
        return
    table = make_table(study, name)
    if name in ("hits", "shares", "attributions", "keyness", "overview"):
        assert len(table)
