"""Articles in another language are set apart; in doubt they stay."""

import json

import polars as pl
import pytest

from wording.corpus import inventory
from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits
from wording.corpus.reading.articles import ArticleReader, ReadingOptions, read_articles
from wording.corpus.reading.languages import find_other_languages, tell_languages
from wording.errors import WordingError
from wording.languages import to_language_code
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

TEXTS = {
    "en": (
        "The mayor said on Tuesday that the station would stay closed for "
        "months, and the people of the town want to know why it was done."
    ),
    "de": (
        "Der Bürgermeister sagte am Dienstag, der Bahnhof bleibe auf "
        "Monate geschlossen, und die Einwohner der Stadt wollen wissen, "
        "warum."
    ),
    "fr": (
        "Le maire a déclaré mardi que la gare resterait fermée pendant des "
        "mois, et les habitants de la ville veulent savoir pourquoi."
    ),
    "es": (
        "El alcalde dijo el martes que la estación permanecerá cerrada "
        "durante meses, y los vecinos de la ciudad quieren saber por qué."
    ),
    "nl": (
        "De burgemeester zei dinsdag dat het station maandenlang gesloten "
        "blijft, en de inwoners van de stad willen weten waarom dat zo is."
    ),
    "ru": (
        "Мэр заявил во вторник, что вокзал будет закрыт на несколько "
        "месяцев, и жители города хотят знать, почему это было сделано."
    ),
    "uk": (
        "Мер заявив у вівторок, що вокзал буде закрито на кілька місяців, "
        "і мешканці міста хочуть знати, чому це було зроблено."
    ),
    "zh": "市长星期二表示，火车站将关闭数月，市民希望知道为什么要这样做。" * 5,
    "ar": (
        "قال رئيس البلدية يوم الثلاثاء إن المحطة ستبقى مغلقة لعدة أشهر، "
        "ويريد سكان المدينة معرفة السبب الذي دفع إلى ذلك القرار."
    ),
}
TEXTS = {name: f"{text} {text}" for name, text in TEXTS.items()}
KEPT = [
    "Yes.",
    "Jean-Claude Juncker, Ursula von der Leyen, Emmanuel Macron",
    "1950 2000 1.8 2.4 3.1 " * 40,
    "COVID-19: 1,204",
    "",
    "?!",
    "Er sagte nein.",
    f"{TEXTS['en']}\n\n{TEXTS['fr']}\n\n{TEXTS['en']}",
    TEXTS["en"].upper(),
    "Ja, nein, oui, non, sí.",
]


def others(texts, language, given=None):
    frame = pl.DataFrame(
        {"text": texts, "language": given or [None] * len(texts)},
        schema={"text": pl.String, "language": pl.String},
    )
    return find_other_languages(frame, language).to_list()


@pytest.mark.parametrize("language", TEXTS)
def test_each_language_among_the_others(language):
    assert others(list(TEXTS.values()), language) == [
        None if name == language else name for name in TEXTS
    ]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_short_or_mixed_or_no_language_stays(text):
    assert others([text], "en") == [None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("eng", "en"),
        ("English", "en"),
        (" german ", "de"),
        ("zh_CN", "zh"),
        ("rus", "ru"),
        ("?", None),
        ("", None),
    ],
)
def test_languages_as_sources_write_them(value, expected):
    assert to_language_code(value) == expected


def test_the_source_s_word_counts_before_the_text():
    texts = [TEXTS["de"], TEXTS["en"], TEXTS["de"], TEXTS["en"]]
    assert others(texts, "en", ["English", "de", "unknown", None]) == [None, "de", "de", None]


def test_a_language_that_nobody_knows_sets_nothing_apart():
    assert others(list(TEXTS.values()), "xx") == [None] * len(TEXTS)


def test_set_apart_and_accepted_and_rejected_are_all_that_was_given(tmp_path):
    rows = [{"outlet": name.upper(), "text": text} for name, text in TEXTS.items()] + [
        {"outlet": "X", "text": ""}
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    reading = ArticleReader(tmp_path / "a.jsonl", ReadingOptions(languages=["en"]))
    articles = reading.finish(pl.concat(list(reading)))
    assert (
        len(articles.frame),
        len(articles.rejects),
        len(articles.apart),
        reading.report.n_given,
    ) == (1, 1, 8, 10)
    assert articles.apart.row(0) == ("a.jsonl:2", "DE", "de")
    assert len(read_articles(tmp_path / "a.jsonl").frame) == 9


def test_a_study_counts_what_it_sets_apart(tmp_path):
    folder = simulate_study(tmp_path / "study", articles=60)
    with (folder / "articles.csv").open("a", encoding="utf8") as file:
        file.writelines(f'y{n},Northline,2031-05-05,T,"{TEXTS["de"]} {n}",\n' for n in range(5))
    study = read_study(folder)
    counted = count_study_hits(study)
    assert len(counted.articles) == 60
    assert inventory.count_other_languages(study).values.tolist() == [["de", 5]]
    said = (
        "5 articles are excluded because they are not in en (de 5). The language comes from the "
        "source's `language` column or, without one, from the text."
    )
    assert said in inventory.sentences(study, counted)
    assert build_corpus(study).apart["outlet"].to_list() == ["Northline"] * 5


def test_a_study_of_nothing_in_its_language_says_so(tmp_path):
    folder = simulate_study(tmp_path / "study", articles=60)
    (folder / "articles.csv").write_text(f'outlet,text\nA,"{TEXTS["de"]}"\n', encoding="utf8")
    with pytest.raises(
        WordingError,
        match="no article could be read .1 in another language than 'en'.. Set `language: de`",
    ):
        build_corpus(read_study(folder))


def test_of_several_languages_each_article_has_one_and_others_are_set_apart():
    texts = [TEXTS["en"], TEXTS["de"], TEXTS["fr"], "Kurz.", TEXTS["en"]]
    frame = pl.DataFrame({"text": texts, "language": [None, None, None, None, "German"]})
    own, other = tell_languages(frame, ["en", "de"])
    assert own[:2].to_list() == ["en", "de"]
    assert own[3] in ("en", "de")
    assert own[4] == "de"
    assert other.to_list() == [None, None, "fr", None, None]
