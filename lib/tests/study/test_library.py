"""The library of concepts: it loads, says where its notes come from, and counts one sense only.

The sentences are invented.
"""

import functools

import polars as pl
import pytest

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.matching import find_concept_spans
from wording.files import DATA_FOLDER
from wording.patterns import parse_phrases
from wording.study.read import read_concepts

LIBRARY = sorted((DATA_FOLDER / "concepts").glob("*.yml"))

HIT, NONE = True, False

SENSES = {
    "fell": [
        ("After a siege of nine weeks the town fell to the rebels.", HIT),
        ("Residents had left Mariupol long before it became clear that Mariupol would fall.", HIT),
        ("The fall of Saigon closed a long war.", HIT),
        ("Two more villages have fallen into the hands of the militants.", HIT),
        ("By evening the eastern district had fallen under the control of the separatists.", HIT),
        ("Four provincial capitals fell within a week.", HIT),
        ("Kherson fell in the first days of the war.", HIT),
        ("Diplomats warned that Aleppo could fall to government forces.", HIT),
        ("She was nine when the Berlin Wall fell.", HIT),
        ("Since the fall of the dictator the ministries have stood empty.", HIT),
        ("If the regime falls, nobody knows who will follow.", HIT),
        ("The Soviet Union fell apart in 1991, and prices rose.", NONE),
        ("They moved here after Gaddafi's fall.", HIT),
        ("Every city on the coast has now fallen to the Houthis.", HIT),
        ("Shares in the city fell by 4 percent.", NONE),
        ("Oil exports from Iran fell sharply.", NONE),
        ("Unemployment in Germany fell to a record low.", NONE),
        ("Three missiles fell on the town before dawn.", NONE),
        ("Heavy snow fell in Kyiv on Sunday.", NONE),
        ("The school in Raqqa reopens this fall.", NONE),
        ("In the fall of 2014 the city elected a mayor.", NONE),
        ("The government fell short of its own target.", NONE),
        ("Her remarks fell on deaf ears in Moscow.", NONE),
        ("It fell to the army to clear the road.", NONE),
        ("The minister fell ill in Baghdad.", NONE),
        ("The two leaders fell in love with the city.", NONE),
        ("Most of these towns fall into the second category.", NONE),
        ("The city fell silent for a minute.", NONE),
        ("Trust in the government has fallen since spring.", NONE),
        ("Germany fell into recession in the winter.", NONE),
        ("The region falls under federal law.", NONE),
        ("A wreath was laid for fallen soldiers in the capital.", NONE),
    ],
    "liberated": [
        ("Allied troops liberated Paris in August.", HIT),
        ("The army says that it has liberated eleven villages.", HIT),
        ("They marked the liberation of the camp by Soviet soldiers.", HIT),
        ("The offensive to liberate Mosul began before dawn.", HIT),
        ("The town was liberated from the militants in June.", HIT),
        ("Families are returning to newly liberated areas.", HIT),
        ("The liberation of Kuwait took a hundred hours.", HIT),
        ("Kherson was liberated in November.", HIT),
        ("He promised to liberate the occupied territories.", HIT),
        ("The coalition helped to liberate millions of people from the rule of the Taliban.", HIT),
        ("Their aim was the liberation of Europe from the Nazis.", HIT),
        ("The city's liberation was broadcast live.", HIT),
        ("The Palestine Liberation Organization sent a delegate.", NONE),
        ("Two ships of the People's Liberation Army passed the island.", NONE),
        ("She wrote on women's liberation and on work.", NONE),
        ("The priest taught liberation theology in San Salvador.", NONE),
        ("He called it liberating to work without a plan.", NONE),
        ("The new rule will liberate employers from paperwork.", NONE),
        ("The tweet said LIBERATE MICHIGAN in capitals.", NONE),
        ("The National Liberation Front of the province denied it.", NONE),
        ("The app liberated him from a dull office.", NONE),
        ("Books liberated her mind.", NONE),
    ],
    "coup": [
        ("Officers staged a coup at dawn.", HIT),
        ("The coup d'état lasted one night.", HIT),
        ("Two coups in three years ruined the port.", HIT),
        ("The president spoke of an attempted coup.", HIT),
        ("Nine coup-plotters were tried.", HIT),
        ("The post-coup cabinet met on Monday.", HIT),
        ("A military coup removed the elected government.", HIT),
        ("The coup attempt failed within hours.", HIT),
        ("Critics called the vote a constitutional coup.", HIT),
        ("Pro-coup soldiers held the bridge.", HIT),
        ("They deny that there was a coup.", HIT),
        ("Anti-coup marches filled the squares.", HIT),
        ("The goal was the coup de grâce for a weak team.", NONE),
        ("Hiring her was a coup for the museum.", NONE),
        ("The paper scored a coup with the interview.", NONE),
        ("It was a publicity coup and little else.", NONE),
        ("The visit was a diplomatic coup.", NONE),
        ("Winning the games was quite a coup.", NONE),
        ("Warriors counted coup with a stick.", NONE),
        ("The Anti-Coup Alliance published a list.", NONE),
        ("The trade was a major coup for the club.", NONE),
        ("A marketing coup made the brand known.", NONE),
    ],
    "riot": [
        ("A riot broke out after the match.", HIT),
        ("Rioters burned two buses.", HIT),
        ("The riots lasted three nights.", HIT),
        ("Shops closed before the rioting began.", HIT),
        ("They rioted over the price of bread.", HIT),
        ("Police declared the march a riot.", HIT),
        ("He was charged with inciting a riot.", HIT),
        ("A prison riot left nine people dead.", HIT),
        ("Food riots shook the port.", HIT),
        ("One rioter was sentenced.", HIT),
        ("The mayor feared more rioting.", HIT),
        ("The race riot of 1919 is hardly remembered.", HIT),
        ("Riot police closed the bridge.", NONE),
        ("Officers in riot gear stood by.", NONE),
        ("They raised their riot shields.", NONE),
        ("The coach read them the riot act.", NONE),
        ("Her garden is a riot of colour.", NONE),
        ("His imagination ran riot.", NONE),
        ("The film is a laugh riot.", NONE),
        ("Members of Pussy Riot were released.", NONE),
        ("The studio Riot Games hired fifty people.", NONE),
        ("Anti-riot units were on the square.", NONE),
        ("A riot squad came in two vans.", NONE),
        ("Weeds run riot on the old runway.", NONE),
    ],
    "protest": [
        ("Thousands joined the protest on the square.", HIT),
        ("Protesters blocked the road.", HIT),
        ("Protestors carried candles.", HIT),
        ("The protests spread to nine cities.", HIT),
        ("Students protested against the fees.", HIT),
        ("They are protesting outside the ministry.", HIT),
        ("A protest march ended at the harbour.", HIT),
        ("One protester was hurt.", HIT),
        ("The protest movement has no leader.", HIT),
        ("Farmers plan to protest on Friday.", HIT),
        ("Anti-government protests went on.", HIT),
        ("Anti-war protesters met at noon.", HIT),
        ("He protested that the list was wrong.", NONE),
        ("She paid the fine under protest.", NONE),
        ("The lady doth protest too much.", NONE),
        ("Two ministers resigned in protest.", NONE),
        ("Protestant churches were open.", NONE),
        ("He protested his innocence to the end.", NONE),
        ("The embassy lodged a formal protest.", NONE),
        ("It was a protest vote, said the pollster.", NONE),
        ("The club filed a protest with the league.", NONE),
        ("She quit the board in protest at the merger.", NONE),
        ("The envoy delivered a diplomatic protest.", NONE),
        ("The ambassador sent a letter of protest.", NONE),
    ],
}  # fmt: skip

# variants whose lines were read, and what was mended then
MENDED = {
    "ouster": [
        ("The ouster of the dictator took one night.", HIT),
        ("Mubarak’s ouster left the army in charge.", HIT),
        ("The network announced the ouster of its anchor.", NONE),
        ("He still supports the party despite his ouster as treasurer.", NONE),
    ],
    "mob": [
        ("A mob set fire to the customs house.", HIT),
        ("A Twitter mob demanded her resignation.", NONE),
        ("A mob of reporters waited at the gate.", NONE),
        ("The film is about a mob boss and his daughter.", NONE),
        ("The memo complained of the lawlessness of the agency.", NONE),
    ],
    "unrest": [
        ("Clashes with police went on until dawn.", HIT),
        ("Street clashes left ten people hurt.", HIT),
        ("The two candidates had several clashes in the debate.", NONE),
        ("Clashes around the dam killed nine soldiers.", NONE),
    ],
    "uprising": [
        ("The uprising spread from the port to the capital.", HIT),
        ("The slaves of the island rose in revolt.", HIT),
        ("The speaker faces a revolt of his own delegates.", NONE),
        ("Conservatives threatened a rebellion over the bill.", NONE),
    ],
    "overthrown": [
        ("The army toppled the government in a night.", HIT),
        ("The crowd toppled a statue of the old president.", NONE),
    ],
    "captured": [
        ("The rebels captured two villages near the border.", HIT),
        ("The trial captured the nation’s attention.", NONE),
        ("The agents in Tripoli captured a man who had fled.", NONE),
    ],
    "seized": [
        ("The militia seized the town in June.", HIT),
        ("The navy seized the country’s only tanker.", NONE),
    ],
    "overrun": [
        ("Fighters overran the base before noon.", HIT),
        ("The whole country is overrun by the virus.", NONE),
    ],
    "recaptured": [
        ("Government troops retook the city street by street.", HIT),
        ("Voters want to take back their country.", NONE),
    ],
    "transition": [
        ("A transitional government will sit until the spring.", HIT),
        ("Insurers have asked for a longer transitional period.", NONE),
    ],
}  # fmt: skip

CASES = SENSES | MENDED


OTHER_SENSES = {
    ("politics-us", "border-barrier", "wall"): [
        ("They want to build the wall along the border with Mexico.", HIT),
        ("Wall Street fell on news from the border.", NONE),
    ],
    ("politics-us", "brought-as-children", "dreamers"): [
        ("Dreamers wait for a path to citizenship.", HIT),
        ("Poets and dreamers met by the lake.", NONE),
    ],
    ("politics-us", "harsh-interrogation", "torture"): [
        ("The Senate report on the CIA calls it torture.", HIT),
        ("Waiting for the bus was torture.", NONE),
    ],
    ("politics-us", "voting-rules", "voting rights"): [
        ("They defend voting rights.", HIT),
        ("The Voting Rights Act is older.", NONE),
    ],
    ("conflict", "war-or-operation", "war"): [
        ("The war began in spring.", HIT),
        ("A trade war helps nobody.", NONE),
        ("The war on drugs went on.", NONE),
    ],
    ("conflict", "war-or-operation", "conflict"): [
        ("The conflict has lasted nine years.", HIT),
        ("He denied a conflict of interest.", NONE),
    ],
    ("conflict", "war-or-operation", "operation"): [
        ("The special military operation goes on.", HIT),
        ("The operation on her knee went well.", NONE),
    ],
    ("conflict", "those-who-fight", "fighter"): [
        ("Two fighters guarded the bridge.", HIT),
        ("A fighter jet crossed the border.", NONE),
    ],
    ("conflict", "those-in-power", "regime"): [
        ("The Syrian regime denied it.", HIT),
        ("The new tax regime starts in May.", NONE),
    ],
    ("conflict", "annexed-or-reunited", "annexed"): [
        ("Crimea was annexed in March.", HIT),
        ("The hotel annexed a garage.", NONE),
    ],
    ("conflict", "sea-of-japan", "East Sea"): [
        ("The missile landed in the East Sea.", HIT),
        ("The ship crossed the South East Sea off Vietnam.", NONE),
    ],
    ("conflict", "odesa", "Odessa"): [
        ("The ship left Odessa at dawn.", HIT),
        ("He drove from Odessa to Midland.", NONE),
    ],
}  # fmt: skip


@functools.cache
def library(name):
    return read_concepts(DATA_FOLDER / "concepts" / f"{name}.yml")


@functools.cache
def variants_found():
    """For each case of CASES, the variants of events.yml in it; a sentence is an article."""
    concepts, lists = library("events")
    shard = tokens.encode_texts(
        pl.Series([sentence for cases in CASES.values() for sentence, _ in cases])
    )
    found = [set() for _ in range(len(shard))]
    for name, concept in concepts.items():
        spans, which = find_concept_spans(shard, name, concept, lists)
        for row, variant in zip(shard.article(spans.start), which, strict=True):
            found[row].add(list(concept.variants)[variant])
    return dict(
        zip(
            [(term, sentence) for term, cases in CASES.items() for sentence, _ in cases],
            found,
            strict=True,
        )
    )


@pytest.mark.parametrize(
    ("term", "sentence", "expected"),
    [(term, *case) for term, cases in CASES.items() for case in cases],
)
def test_a_term_counts_in_its_target_sense_only(term, sentence, expected):
    assert (term in variants_found()[term, sentence]) == expected


@pytest.mark.parametrize(
    ("place", "cases"),
    OTHER_SENSES.items(),
    ids=lambda value: "/".join(value) if isinstance(value, tuple) else "",
)
def test_a_term_of_the_other_libraries_counts_in_its_sense(place, cases):
    file, name, variant = place
    concepts, lists = library(file)
    shard = tokens.encode_texts(pl.Series([sentence for sentence, _ in cases]))
    spans, which = find_concept_spans(shard, name, concepts[name], lists)
    hit = set(shard.article(spans.start[which == list(concepts[name].variants).index(variant)]))
    assert [row in hit for row in range(len(cases))] == [expected for _, expected in cases]


def test_there_are_enough_cases_of_both_senses():
    for term, cases in SENSES.items():
        assert len(cases) >= 12, term
        assert (
            min(sum(expected for _, expected in cases), sum(not expected for _, expected in cases))
            >= 5
        ), term


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_every_concept_has_rivals_and_a_note_with_its_source(file):
    concepts, _ = library(file.stem)
    for name, concept in concepts.items():
        assert len(concept.variants) >= 2, name
        assert concept.title, name
        assert concept.note.endswith("."), name
        assert concept.source, name


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_no_two_variants_of_a_concept_match_the_same_words(file):
    """Each phrase is a text: its alternatives are taken in turn, so that each word stands in one.

    `find_concept_spans` refuses a tie.
    """
    concepts, lists = library(file.stem)
    texts = [sentence for cases in CASES.values() for sentence, _ in cases]
    for concept in concepts.values():
        for variant in concept.variants.values():
            for phrase in parse_phrases(variant.match, lists=lists):
                turns = range(max(map(len, phrase.words)))
                texts += [
                    " ".join(words[k % len(words)] for words in phrase.words).replace("*", "")
                    for k in turns
                ]
    shard = tokens.encode_texts(pl.Series(texts))
    for name, concept in concepts.items():
        find_concept_spans(shard, name, concept, lists)


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_a_study_can_take_all_of_a_library(tmp_path, file):
    (tmp_path / "concepts.yml").write_text(f"take: {{{file.stem}: all}}\n", encoding="utf-8")
    assert read_concepts(tmp_path / "concepts.yml") == library(file.stem)


def test_the_terms_that_are_measured_are_there():
    concepts, _ = library("events")
    assert set(SENSES) <= {variant for concept in concepts.values() for variant in concept.variants}
