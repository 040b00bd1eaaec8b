"""Lines that belong to the page, in languages beside English: invented ones."""

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.boilerplate import mark_boilerplate, read_boilerplate_rules

PAGES = {
    "de": (
        "Von Anna Weber und Jan Müller|+Die Stadt wurde geräumt, sagte der Sprecher.|"
        "Foto: Max Muster/dpa|Lesen Sie auch: Mehr Züge im Herbst|+Das Wetter war gut.|"
        "Newsletter abonnieren|Alle Rechte vorbehalten.|(dpa)"
    ),
    "fr": (
        "Par Anne Martin|+La ville a été évacuée.|Lire aussi : Plus de trains|"
        "+Le temps était beau.|Publié le 12 mars 2022|Photo d'illustration|"
        "Abonnez-vous à notre newsletter.|© AFP"
    ),
    "es": (
        "Por Ana Gómez|+La ciudad fue evacuada.|Lea también: Más trenes|+El tiempo era bueno.|"
        "Síguenos en Twitter.|Todos los derechos reservados|Foto: EFE"
    ),
    "pt": (
        "Por Ana Silva|+A cidade foi evacuada.|Leia também: Mais trens|+O tempo estava bom.|"
        "Assine a nossa newsletter.|Foto: Divulgação"
    ),
    "ru": (
        "Автор: Анна Петрова|+Город эвакуировали.|Читайте также: Больше поездов|"
        "+Погода была хорошая.|Подписывайтесь на наш канал.|Фото: ТАСС|Нашли ошибку? Выделите её."
    ),
    "uk": (
        "Автор: Анна Коваль|+Місто евакуювали.|Читайте також: Більше потягів|+Погода була гарна.|"
        "Підписуйтесь на наш канал.|Фото: Укрінформ"
    ),
}


@pytest.mark.parametrize("language", PAGES)
def test_lines_of_the_page_are_marked_and_those_of_the_story_are_not(language):
    lines = PAGES[language].split("|")
    texts = pl.Series(["\n".join(line.lstrip("+") for line in lines)])
    shard = encode_texts(texts, language)
    marked = mark_boilerplate(shard, pl.Series(["A"]), language=language)
    line_of = np.cumsum(shard.is_break(shard.tokens))
    for number, line in enumerate(lines):
        words = marked[(line_of == number) & shard.is_word]
        assert (not words.any()) if line[0] == "+" else words.all(), line


@pytest.mark.parametrize("language", PAGES)
def test_a_language_has_the_rules_of_english_as_well(language):
    own, english = read_boilerplate_rules(language), read_boilerplate_rules("en")
    assert english.rules.items() < own.rules.items()
    assert set(english.lists["agency"]) < set(own.lists["agency"])
