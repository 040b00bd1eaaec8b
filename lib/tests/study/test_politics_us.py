"""The library of US politics: each variant that has other senses counts in its own only.

The sentences are invented.
"""

import polars as pl
import pytest

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.matching import find_concept_spans
from wording.files import DATA_FOLDER
from wording.study.read import read_concepts

CONCEPTS, LISTS = read_concepts(DATA_FOLDER / "concepts" / "politics-us.yml")
"""The concepts and lists of the library."""

SENSES = {
    ("abortion-rights-supporters", "pro-choice"): (
        ["She calls herself pro-choice.", "Pro-choice groups marched."],
        ["NARAL Pro-Choice America sent a letter."],
    ),
    ("benefits-for-the-poor", "entitlements"): (
        ["They would cut entitlements.", "Entitlement reform failed."],
        ["He showed a sense of entitlement.", "It gives no entitlement to a seat."],
    ),
    ("benefits-for-the-poor", "handouts"): (
        [
            "Voters want jobs, not government handouts.",
            "A hand up, not a handout, she said.",
            "He spoke of families that wait for a handout.",
        ],
        [
            "A handout photo shows the lake.",
            "Reporters were given a handout on jobs.",
            "The plan is a handout to corporations, workers said.",
            "Volunteers carried clipboards and handouts.",
        ],
    ),
    ("benefits-for-the-poor", "welfare"): (
        [
            "More people are on welfare and food stamps.",
            "The welfare state grew.",
            "Social welfare programs shrank.",
        ],
        [
            "Deputies went to the house for a welfare check.",
            "She led the Department of Health, Education, and Welfare.",
            "Social welfare organizations hide their donors.",
            "It was decided for the welfare of the city.",
        ],
    ),
    ("brought-as-children", "DACA recipients"): (
        ["DACA recipients waited.", "Beneficiaries of DACA may work."],
        ["The DACA program ended.", "DACA protections ran out."],
    ),
    ("extremists-of-islam", "Islamist"): (
        ["Islamist fighters took the road.", "Islamist militants fled the town."],
        [
            "The Islamist party won nine seats.",
            "The Islamists of the Muslim Brotherhood lost.",
            "Moderate Islamists joined the cabinet.",
        ],
    ),
    ("extremists-of-islam", "violent extremism"): (
        ["The summit on countering violent extremism ended.", "Violent extremists fled to Mali."],
        [
            "Domestic violent extremists are a threat.",
            "White supremacists and other violent extremists met.",
        ],
    ),
    ("false-reports", "false news"): (
        ["He called the story a hoax.", "False news spread on the site."],
        [
            "She filed a false report with the town.",
            "Police said the call was a hoax.",
            "The noose was a hoax.",
        ],
    ),
    ("false-reports", "propaganda"): (
        ["The network broadcasts Russian propaganda.", "Her book is propaganda, he said."],
        [
            "The militants post propaganda to recruit teenagers.",
            "He stole a propaganda poster.",
            "It was a propaganda coup.",
        ],
    ),
    ("family-immigration", "family reunification"): (
        ["Visas for family reunification were cut."],
        [
            "The family reunification center was at the school.",
            "Family reunification was slow for separated children.",
        ],
    ),
    ("gun-laws", "gun reform"): (
        ["Students asked for gun reform.", "He led a task force on gun violence prevention."],
        ["The city pays for gun violence prevention programs."],
    ),
    ("gun-laws", "gun safety"): (
        ["The House passed a gun safety bill.", "Gun-safety activists cheered."],
        [
            "Everytown for Gun Safety sued.",
            "He took a gun safety course.",
            "My father taught me gun safety.",
        ],
    ),
    ("harsh-interrogation", "torture"): (
        ["The Senate report on the CIA calls it torture.", "Is waterboarding torture?"],
        [
            "Terrorists of ISIS tortured their prisoners.",
            "Syrian prisoners were tortured in cells.",
        ],
    ),
    ("later-abortion", "later in pregnancy"): (
        [
            "The law bans abortions after 20 weeks.",
            "Third-trimester abortions are rare.",
            "It bans abortion after the 20th week.",
        ],
        ["The law bans abortions after 6 weeks.", "Abortion after 15 weeks is banned."],
    ),
    ("legal-status-for-immigrants", "amnesty"): (
        ["Critics call the bill amnesty.", "AMNESTY for millions, they cried."],
        [
            "The camp was seen by Amnesty in May.",
            "A report by Amnesty International named nine prisons.",
            "The airport has pot amnesty boxes.",
            "Thailand voted on an amnesty bill.",
        ],
    ),
    ("lower-taxes", "tax break"): (
        ["They gave the rich a tax break.", "The state offered the plant tax breaks."],
        ["The plan would eliminate tax breaks.", "She would close tax loopholes."],
    ),
    ("lower-taxes", "tax reform"): (
        ["Congress turned to tax reform."],
        ["Americans for Tax Reform keeps a list."],
    ),
    ("marriage-law", "marriage equality"): (
        ["They fought for the freedom to marry.", "Marriage equality won."],
        ["The group Freedom to Marry closed."],
    ),
    ("oil-and-gas", "exploration"): (
        ["The coast was opened to oil exploration.", "Domestic energy production grew."],
        ["Renewable energy production grew.", "Uranium is enriched for energy production."],
    ),
    ("race-in-admissions", "racial preferences"): (
        ["The court struck down racial quotas."],
        [
            "He complained of reverse racism.",
            "It is reverse discrimination against religious bakers.",
        ],
    ),
    ("race-in-admissions", "race-conscious"): (
        ["The court upheld race-conscious admissions."],
        ["Race-conscious redistricting was banned."],
    ),
    ("rifles", "assault rifle"): (
        ["A man bought an assault rifle at the fair."],
        ["Soldiers with assault rifles stood at the gate."],
    ),
    ("rifles", "military-style"): (
        ["They would ban military-style rifles.", "Weapons of war do not belong on our streets."],
        ["Rape was used as a weapon of war."],
    ),
    ("school-choice", "vouchers"): (
        ["The state began a voucher program.", "School vouchers help few."],
        ["He would turn Medicare into a voucher system.", "Rent vouchers for seniors ran out."],
    ),
    ("single-payer", "government-run"): (
        [
            "She wants a government-run health system.",
            "A single government-run insurance plan would cover all.",
        ],
        [
            "People enrolled in government-run health insurance exchanges.",
            "Obamacare is a government takeover of health care, he said.",
            "The public option is a government-run insurance plan.",
        ],
    ),
    ("voting-rules", "election integrity"): (
        [
            "The commission on election integrity asked for the rolls.",
            "Judges upheld the integrity of the ballot.",
        ],
        [
            "Election security cost nine million dollars.",
            "Russian hackers hurt election integrity.",
            "He put the integrity of our elections at risk.",
        ],
    ),
    ("voting-rules", "voter suppression"): (
        ["Voter suppression is old.", "The rule would disenfranchise voters."],
        ["Young workers feel disenfranchised.", "Disenfranchised communities need parks."],
    ),
    ("war-on-terror", "countering extremism"): (
        [
            "The office for countering violent extremism closed.",
            "It was renamed an overseas contingency operation.",
        ],
        ["The bill has $9 billion for overseas contingency operations."],
    ),
}
"""Of each variant: sentences in which it has the sense that counts, and others."""


def find_variants(name: str, sentences: list[str]) -> list[set[str]]:
    """Return the variants of a concept that each sentence has."""
    shard = tokens.encode_texts(pl.Series(sentences))
    spans, which = find_concept_spans(shard, name, CONCEPTS[name], LISTS)
    variants = list(CONCEPTS[name].variants)
    hits = list(zip(shard.article(spans.start), which, strict=True))
    return [{variants[k] for article, k in hits if article == row} for row in range(len(sentences))]


@pytest.mark.parametrize(
    ("place", "cases"),
    [pytest.param(place, cases, id="/".join(place)) for place, cases in SENSES.items()],
)
def test_a_variant_counts_in_its_sense_only(place, cases):
    (name, variant), (right, wrong) = place, cases
    found = [variant in variants for variants in find_variants(name, right + wrong)]
    assert found == [True] * len(right) + [False] * len(wrong)


def test_every_variant_says_its_precision_and_what_else_it_counts_where_it_is_low():
    for name, concept in CONCEPTS.items():
        for label, variant in concept.variants.items():
            assert variant.precision, (name, label)
            right, of = map(int, variant.precision.split("/"))
            assert right <= of, (name, label)
            assert right / of >= 0.88 or "lines" in variant.note, (name, label)
