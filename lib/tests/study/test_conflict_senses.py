"""The concepts of war count one sense only: cases of what the phrases were mended for.

The sentences are invented.
"""

import functools
from collections.abc import Sequence

import polars as pl
import pytest

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.matching import find_concept_spans
from wording.files import DATA_FOLDER
from wording.study.read import read_concepts

RIGHT, WRONG = True, False

WAR_ARTICLE = [
    ("Russia's war against Ukraine entered its second week.", "war"),
    ("The war on Ukraine is wrong.", "war"),
    ("Israel's war on Gaza went on.", "war"),
    ("The war against Hamas continued.", "war"),
    ("The war in Ukraine goes on.", "war"),
    ("The conflict between Israel and Hamas escalated.", "conflict"),
    ("The conflict with Iran could widen.", "conflict"),
    ("A nuclear war is feared.", "war"),
    ("The Vietnam War ended.", "war"),
]
"""A war that is feared and a war with a name of its own are wars."""

SENSES = {
    "war-or-operation": {
        "war": [
            ("Moscow's war on its neighbour began in winter.", RIGHT),
            ("They joined the war against the Houthis.", RIGHT),
            ("The war on drugs filled the prisons.", WRONG),
            ("He sees a war on Christmas in every shop.", WRONG),
            ("Their war on women must stop, she told the rally.", WRONG),
            ("The governor ended the war on coal.", WRONG),
            ("The war against poverty took a decade.", WRONG),
        ],
        "civil war": [
            ("Half of the city was lost in the civil war in Syria.", RIGHT),
            ("The American Civil War ended in 1865.", RIGHT),
            ("A civil war within the cabinet followed.", WRONG),
            ("The Republican civil war goes on.", WRONG),
        ],
        "invasion": [
            ("The invasion of Kuwait surprised the embassies.", RIGHT),
            ("Troops invaded the province at dawn.", RIGHT),
            ("He called the caravan an invasion.", WRONG),
            ("The virus invades the lungs.", WRONG),
        ],
        "operation": [
            ("Turkey announced a military operation in the north.", RIGHT),
            ("Counterterrorism operations killed four men.", RIGHT),
            ("A Special Operations unit trained nearby.", WRONG),
            ("His campaign has a large ground operation in Ohio.", WRONG),
        ],
        "intervention": [
            ("The general opposed American intervention in Libya.", RIGHT),
            ("A humanitarian intervention was discussed at the council.", RIGHT),
            ("The report describes Russian intervention in the election.", WRONG),
            ("Direct intervention in the currency market failed.", WRONG),
        ],
        "conflict": [
            ("Thousands fled the conflict in Sudan.", RIGHT),
            ("Soldiers died in the frozen conflict.", RIGHT),
            ("The senator denied a conflict of interest.", WRONG),
            ("Washington is worn out by partisan conflict.", WRONG),
        ],
        "incursion": [
            ("The Turkish incursion into Syria began on Monday.", RIGHT),
            ("The army made an incursion across the border.", RIGHT),
            ("It is a federal incursion on the states.", WRONG),
            ("Hackers made an incursion into the party's servers.", WRONG),
        ],
    },
    "those-who-fight": {
        "militia": [
            ("A militia in Tripoli holds the airport.", RIGHT),
            ("Paramilitary fighters took the bridge.", RIGHT),
            ("The amendment speaks of a militia and of arms.", WRONG),
            ("A pro-government militia guards the palace.", WRONG),
        ],
        "militant": [
            ("Militants attacked the checkpoint.", RIGHT),
            ("Two Palestinian militants were held.", RIGHT),
            ("The nurses have become more militant.", WRONG),
            ("He is a militant atheist.", WRONG),
        ],
        "terrorist": [
            ("Police arrested a terrorist in Lyon.", RIGHT),
            ("It is listed as a terrorist organization.", RIGHT),
            ("Nobody was hurt in the terrorist attack.", WRONG),
            ("His name was on the terrorist watch list.", WRONG),
        ],
        "insurgent": [
            ("Insurgents mined the road to Kandahar.", RIGHT),
            ("The insurgency in the valley is ten years old.", RIGHT),
            ("The insurgent beat the mayor in the primary.", WRONG),
            ("An insurgent candidate leads in the poll.", WRONG),
        ],
        "guerrilla": [
            ("Guerrillas held the mountains for a year.", RIGHT),
            ("Yugoslav partisans blew up the railway.", RIGHT),
            ("Partisans of both camps cheered the speech.", WRONG),
            ("The firm is known for guerrilla marketing.", WRONG),
        ],
        "fighter": [
            ("Kurdish fighters took the hill.", RIGHT),
            ("Fighters loyal to the warlord fled.", RIGHT),
            ("Grandmother was always a fighter.", WRONG),
            ("A fighter squadron landed on Friday.", WRONG),
        ],
        "gunman": [
            ("Gunmen of the Taliban stopped the bus.", RIGHT),
            ("Masked gunmen seized the town hall in Donetsk.", RIGHT),
            ("The gunman opened fire in a school.", WRONG),
            ("A lone gunman killed two shoppers.", WRONG),
        ],
        "extremist": [
            ("Sunni extremists claimed the bombing.", RIGHT),
            ("Extremists in northern Mali burned the library.", RIGHT),
            ("She called her opponent in the primary an extremist.", WRONG),
            ("Gun extremists filled the gallery.", WRONG),
        ],
    },
    "those-in-power": {
        "dictatorship": [
            ("The dictator fled to Saudi Arabia.", RIGHT),
            ("They grew up under a military dictatorship.", RIGHT),
            ("The court is ruled by judicial tyrants.", WRONG),
            ("He acts like a dictator in the office.", WRONG),
        ],
        "leadership": [
            ("The Iranian leadership rejected the offer.", RIGHT),
            ("Talks with the Palestinian leadership failed.", RIGHT),
            ("The world needs American leadership.", WRONG),
            ("Military leadership warned the minister.", WRONG),
        ],
    },
    "unrecognized-states": {
        "breakaway": [
            ("The breakaway republic printed stamps.", RIGHT),
            ("They visited the separatist republic.", RIGHT),
            ("Separatist fighters in Ukraine withdrew.", WRONG),
            ("Villagers rebel against the government.", WRONG),
        ],
        "so-called": [
            ("The so-called caliphate lost its last town.", RIGHT),
            ("A border guard of the so-called Donetsk republic waved.", RIGHT),
            ("The so-called Russia probe ended.", WRONG),
            ("He won all the so-called swing counties.", WRONG),
        ],
        "de facto": [
            ("It is a de facto state with its own coins.", RIGHT),
            ("The de facto authorities in Luhansk held a vote.", RIGHT),
            ("Neighbours speak of a de facto police state.", WRONG),
            ("The family has de facto control of the firm.", WRONG),
        ],
    },
    "annexed-or-reunited": {
        "reunified": [
            ("He welcomed the reunification of Germany.", RIGHT),
            ("Many in the north hope to be reunified with Korea.", RIGHT),
            ("Children were reunited with parents in Texas.", WRONG),
            ("The reunification of families in Korea began.", WRONG),
        ],
        "incorporated": [
            ("Moscow incorporated Crimea in 2014.", RIGHT),
            ("The islands were incorporated into the territory.", RIGHT),
            ("The company is incorporated in Texas.", WRONG),
            ("The design incorporates colours of the region.", WRONG),
        ],
        "absorbed": [
            ("The city was absorbed into mainland China.", RIGHT),
            ("Russia absorbed Crimea.", RIGHT),
            ("The region absorbed heavy bombing.", WRONG),
            ("The lands absorbed rainwater.", WRONG),
        ],
        "seized": [
            ("Russia seized Crimea in 2014.", RIGHT),
            ("It condemned the seizure of the peninsula.", RIGHT),
            ("Hamas seized Gaza in 2007.", WRONG),
            ("Police seized a tanker off the territory.", WRONG),
        ],
        "joined": [
            ("Crimea joined Russia after a vote.", RIGHT),
            ("Hong Kong returned to China in 1997.", RIGHT),
            ("The pilot returned to the United States and Korea.", WRONG),
            ("Nine soldiers returned to Russia from the peninsula.", WRONG),
        ],
    },
    "killing-of-civilians": {
        "collateral damage": [
            ("The drone strike caused collateral damage.", RIGHT),
            ("Bombs were chosen to limit collateral damage.", RIGHT),
            ("Farmers are collateral damage of the tariffs.", WRONG),
            ("His friendship was collateral damage.", WRONG),
        ],
        "genocide": [
            ("The tribunal tried the genocide in Rwanda.", RIGHT),
            ("Survivors told of ethnic cleansing.", RIGHT),
            ("They fear a cultural genocide.", WRONG),
            ("The forum rants of white genocide.", WRONG),
        ],
        "war crime": [
            ("The captain was tried for war crimes.", RIGHT),
            ("Witnesses described atrocities in the village.", RIGHT),
            ("The blog lists left-wing atrocities.", WRONG),
            ("Abortion is an atrocity, the preacher said.", WRONG),
        ],
    },
    "targeted-killing": {
        "assassination": [
            ("The assassination of Soleimani shook Baghdad.", RIGHT),
            ("The Kremlin ordered the assassination of a spy.", RIGHT),
            ("She wept at the assassination of John Kennedy.", WRONG),
            ("The Kennedy assassination fills whole shelves.", WRONG),
        ],
        "taken out": [
            ("A drone took out a commander near Mosul.", RIGHT),
            ("The raid took out terrorists in Yemen.", RIGHT),
            ("They took out a loan.", WRONG),
            ("He took out the trash.", WRONG),
        ],
    },
    "end-of-fighting": {
        "truce": [
            ("The truce in Gaza held for a day.", RIGHT),
            ("Rebels agreed to a truce.", RIGHT),
            ("A truce in the trade dispute calmed markets.", WRONG),
            ("The two senators called a truce.", WRONG),
        ],
        "pause": [
            ("A humanitarian pause let buses leave.", RIGHT),
            ("A pause in the fighting began at noon.", RIGHT),
            ("There was a pause in the debate.", WRONG),
            ("After a pause in the campaign she returned.", WRONG),
        ],
        "lull": [
            ("A lull in the fighting let them flee.", RIGHT),
            ("Iran called for de-escalation.", RIGHT),
            ("Officers train de-escalation.", WRONG),
            ("There is a lull in the market.", WRONG),
        ],
    },
    "west-bank": {
        "disputed territories": [
            ("Homes were built in the disputed territories.", RIGHT),
            ("He toured the disputed West Bank.", RIGHT),
            ("Shots were fired in Kashmir, the disputed territory.", WRONG),
            ("Kurdish troops left the disputed territory.", WRONG),
        ],
        "Palestine": [
            ("They want a free Palestine.", RIGHT),
            ("Envoys of Israel and Palestine met.", RIGHT),
            ("The Palestine Liberation Organization agreed.", WRONG),
            ("She was born in Palestine, Texas.", WRONG),
        ],
    },
    "israeli-settlements": {
        "settlement": [
            ("The settlement near Hebron grew in the West Bank.", RIGHT),
            ("Israeli settlers blocked the road.", RIGHT),
            ("They left the church in White Settlement, west of Dallas.", WRONG),
            ("The Palestinian widow won a legal settlement.", WRONG),
        ],
        "colony": [
            ("Israel cleared the outpost.", RIGHT),
            ("Jewish colonies on the hill were fenced.", RIGHT),
            ("A faith spread across the colonies and the west.", WRONG),
            ("The embassy is an outpost in Jerusalem.", WRONG),
        ],
    },
    "temple-mount": {
        "Al-Aqsa": [
            ("Worshippers gathered at Al-Aqsa.", RIGHT),
            ("The Al Aqsa compound was closed.", RIGHT),
            ("He spoke on Al-Aqsa television.", WRONG),
            ("Al Aqsa TV showed the speech.", WRONG),
        ],
    },
    "odesa": {
        "Odessa": [
            ("A fire broke out in Odessa, on the Black Sea.", RIGHT),
            ("The port of Odessa reopened.", RIGHT),
            ("They eat in Little Odessa.", WRONG),
            ("A gunman drove through Odessa.", WRONG),
        ],
    },
}


@functools.cache
def library():
    return read_concepts(DATA_FOLDER / "concepts" / "conflict.yml")


def find_variants(name: str, sentences: Sequence[str]) -> list[set[str]]:
    """Return the variants of a concept that occur in each sentence, which is an article alone."""
    concepts, lists = library()
    shard = tokens.encode_texts(pl.Series(sentences))
    spans, which = find_concept_spans(shard, name, concepts[name], lists)
    found: list[set[str]] = [set() for _ in sentences]
    for row, variant in zip(shard.article(spans.start), which, strict=True):
        found[row].add(list(concepts[name].variants)[variant])
    return found


def test_each_sentence_on_a_war_counts_as_what_it_calls_the_war():
    sentences = [sentence for sentence, _ in WAR_ARTICLE]
    found = find_variants("war-or-operation", sentences)
    assert found == [{variant} for _, variant in WAR_ARTICLE]


def test_one_article_on_wars_has_seven_wars_and_two_conflicts():
    concepts, lists = library()
    article = " ".join(sentence for sentence, _ in WAR_ARTICLE)
    shard = tokens.encode_texts(pl.Series([article]))
    concept = concepts["war-or-operation"]
    _, which = find_concept_spans(shard, "war-or-operation", concept, lists)
    names = [list(concept.variants)[variant] for variant in which]
    assert (names.count("war"), names.count("conflict"), len(names)) == (7, 2, 9)


@pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name, cases in SENSES.items() for variant in cases]
)
def test_a_variant_counts_in_the_sense_that_its_concept_names(name, variant):
    cases = SENSES[name][variant]
    found = find_variants(name, [sentence for sentence, _ in cases])
    wrong = [
        sentence
        for (sentence, expected), variants in zip(cases, found, strict=True)
        if (variant in variants) != expected
    ]
    assert wrong == []


def test_every_variant_says_of_how_many_lines_it_was_read_and_a_low_one_what_else_it_counts():
    concepts, _ = library()
    for name, concept in concepts.items():
        for variant, record in concept.variants.items():
            assert record.precision, (name, variant)
            right, read = map(int, record.precision.split("/"))
            if right < 0.88 * read:
                assert record.note.endswith("."), (name, variant)
