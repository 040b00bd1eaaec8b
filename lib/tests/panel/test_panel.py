"""The panel, driven as its fields drive it, without a browser.

What it shows is what the library says, and what it writes is on disk.
"""

import asyncio
import dataclasses
import datetime
import html
import re
import shutil
import unicodedata

import pandas as pd
import pytest

import wording
from wording import panel as explorer
from wording.answers.tables import make_table
from wording.corpus import kwic
from wording.corpus.build import build_corpus
from wording.corpus.counts import find_study_hits, write_counts
from wording.corpus.marks.voice import find_all_attributions
from wording.errors import WordingError
from wording.pages.batch.plan import plan_pages
from wording.panel import keeping
from wording.panel import panel as panels
from wording.panel.fields import LINES_PER_PAGE, RANDOM_SAMPLE
from wording.panel.reading import format_lines, look_up_letters
from wording.questions.coding import sample as coding
from wording.questions.timeline import timeline
from wording.show.html import DISPLAY_MIME
from wording.study import journal
from wording.study.read import read_study

HOSTILE = "<script>alert(1)</script>\u202eevil\u2067\n\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def study(small, tmp_path):
    find_all_attributions(build_corpus(read_study(small)))  # once: the copies have it
    return read_study(shutil.copytree(small, tmp_path / "study"))


@pytest.fixture
def panel(study, tmp_path):
    return explorer.Panel(study, reports=tmp_path / "reports")


def said(place):
    return html.unescape(re.sub("<[^>]+>", " ", place.value)).strip()


def bare(option):
    return re.sub("[\u2068\u2069]", "", option[0])


def test_the_panel_shows_what_the_library_says(panel, study):
    concept = next(iter(study.concepts))
    pd.testing.assert_frame_equal(panel.shares, make_table(study, "shares", concepts=[concept]))
    pd.testing.assert_frame_equal(panel.by_period, timeline.compute_study_timeline(study, concept))
    lines = kwic.list_concordance(study, f"={concept}", voice="outlet", max_lines=LINES_PER_PAGE)
    pd.testing.assert_frame_equal(panel.shown, lines)
    assert (
        len(panel.concordance)
        == panel.shares["n"].sum()
        == len(kwic.list_concordance(study, f"={concept}", voice="outlet"))
    )
    assert (
        panel.shares_area.value.count("<figure") == panel.timeline_area.value.count("<figure") == 1
    )
    assert [option[1] for option in panel.lines.options] == list(range(len(lines)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("concept", "towns"),
        ("voice", "quoted"),
        ("pattern", "coup; uprising"),
        ("first", datetime.date(2031, 6, 1)),
    ],
)
def test_shares_timeline_and_lines_change_at_once(panel, field, value):
    before = (
        panel.shares_area.value,
        panel.timeline_area.value,
        panel.lines.options,
        panel.status.value,
    )
    getattr(panel, field).value = value
    after = (
        panel.shares_area.value,
        panel.timeline_area.value,
        panel.lines.options,
        panel.status.value,
    )
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert len(panel.concordance) == panel.shares["n"].sum()


def test_outlets_and_days_narrow_the_study_and_nothing_else(panel, study):
    outlets = study.outlets[:2]
    panel.outlets.value, panel.first.value, panel.last.value = (
        tuple(outlets),
        datetime.date(2031, 3, 1),
        datetime.date(2031, 9, 30),
    )
    every = find_study_hits(study, [panel.name])
    wanted = every[
        every["outlet"].isin(outlets)
        & every["date"].between("2031-03-01", "2031-09-30")
        & (every["voice"] == "outlet")
    ]
    assert len(panel.concordance) == len(wanted) > 0
    assert set(panel.shares["outlet"]) == set(outlets)
    assert read_study(study.folder).fingerprint == panel.study.fingerprint == study.fingerprint


def test_a_study_is_narrowed_within_its_own_days(study):
    early, late = datetime.date(2031, 1, 1), datetime.date(2032, 1, 1)
    once = study.narrow(first=early, last=late)
    assert (
        once.narrow(first=None, last=None).period.from_,
        once.narrow(first=late).period.from_,
    ) == (early, late)
    assert (
        once.narrow(first=datetime.date(2000, 1, 1), last=datetime.date(2050, 1, 1)).period
        == once.period
    )


def test_copies_count_as_asked(panel, study):
    panel.pattern.value = "the"
    every = len(panel.concordance)
    panel.copies.value = "none"
    assert (
        len(panel.concordance)
        == panel.shares["n"].sum()
        == len(kwic.list_concordance(study, "the", voice="outlet", copies="none"))
        < every
    )


def test_rival_phrases_are_compared_and_counted_per_outlet(panel, study):
    panel.voice.value, panel.pattern.value = "all", "coup ; uprising"
    assert set(panel.shares["variant"]) == {"coup", "uprising"}
    every = find_study_hits(study, ["change-of-government"])
    counts = every[every["variant"].isin(["coup", "uprising"])].groupby("outlet").size()
    assert all(f"{outlet} {n}" in said(panel.count_note) for outlet, n in counts.items())
    panel.pattern.value = "coup"
    assert "per million" in said(panel.shares_area)
    panel.concept.value = "levy"
    assert (panel.pattern.value, panel.name) == ("", "levy")


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("<town>", "did you mean 'towns'"),
        ("*", "alone would match every word"),
        ("a || b", "one alternative is empty"),
        ("coup;", "empty part"),
        ("_ #", "has no word"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_told_in_words_and_the_panel_goes_on(panel, pattern, told):
    before = panel.lines.options
    panel.pattern.value = pattern
    assert told in said(panel.status)
    assert 'role="alert"' in panel.status.value
    assert panel.lines.options == before
    panel.pattern.value = "war"
    assert said(panel.status).startswith("war: ")


def test_a_pattern_is_run_after_a_pause_and_not_for_every_key(panel, monkeypatch):
    ran, refresh = [], panel._refresh
    monkeypatch.setattr(panels, "TYPING_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(panel, "_refresh", lambda: (ran.append(panel.pattern.value), refresh()))

    async def type_in():
        for end in range(1, len("uprising") + 1):
            panel.pattern.value = "uprising"[:end]
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.5)

    asyncio.run(type_in())
    assert ran == ["uprising"]


def test_what_enter_has_run_is_not_run_again(panel, monkeypatch):
    ran, refresh = [], panel._refresh
    monkeypatch.setattr(panels, "TYPING_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(panel, "_refresh", lambda: (ran.append(panel.pattern.value), refresh()))

    async def type_in():
        panel.pattern.value = "uprising"
        panel.pattern._handle_custom_msg({"event": "submit"}, [])
        await asyncio.sleep(0.3)

    asyncio.run(type_in())
    assert ran == ["uprising"]


def test_a_frequent_pattern_waits_for_enter(panel, monkeypatch):
    monkeypatch.setattr(panels, "MAX_HITS_WHILE_TYPING", 10)
    panel.pattern.value = "the"
    assert "press Enter" in said(panel.count_note)
    assert panel.name != "the"
    panel.pattern._handle_custom_msg({"event": "submit"}, [])
    assert panel.name == "the"


def test_a_bound_of_hits_is_told_without_looking_for_them(study):
    for pattern in ("the", "coup; uprising", "carbon tax", "liberat*|fell"):
        assert len(kwic.list_concordance(study, pattern)) <= kwic.bound_hit_count(study, pattern)
    assert kwic.bound_hit_count(study, "zzzz") == 0


def test_pages_hold_every_line_once(panel):
    panel.voice.value, panel.pattern.value = "all", "the"
    places = []
    while True:
        places += list(panel.shown[["doc_id", "start"]].itertuples(index=False, name=None))
        if panel.button.after.disabled:
            break
        panel.button.after.click()
    assert len(places) == len(set(places)) == len(panel.concordance)
    assert panel.page.max == -(-len(places) // LINES_PER_PAGE)
    panel.sort.value = "date"
    assert panel.page.value == 1
    assert panel.shown["date"].is_monotonic_increasing


def test_the_node_stands_in_one_column(panel):
    panel.voice.value = "all"
    lines = [bare(option) for option in panel.lines.options]
    assert (
        len(
            {line.index(f"[{node}]") for line, node in zip(lines, panel.shown["node"], strict=True)}
        )
        == 1
    )
    assert (
        len(
            {
                len(line) - len(voice)
                for line, voice in zip(lines, panel.shown["voice"], strict=True)
            }
        )
        == 1
    )


def test_a_chosen_line_is_shown_with_its_paragraph(panel, study):
    texts = pd.read_csv(study.folder / "articles.csv").set_index("doc_id")["text"]
    panel.lines.index = (0, 2)
    for row in panel.shown.iloc[[0, 2]].itertuples():
        paragraph = next(
            p
            for p in texts[row.doc_id].split("\n")
            if texts[row.doc_id].index(p) <= row.start < texts[row.doc_id].index(p) + len(p)
        )
        assert "".join(paragraph.split()) in "".join(said(panel.passage).split())
    panel.lines.index = ()
    assert said(panel.passage) == ""


def test_hostile_text_is_harmless_in_list_passage_and_fields(study):
    articles = pd.read_csv(study.folder / "articles.csv")
    articles["text"] = articles["text"].str.replace(r"\bcoup\b", f"coup {HOSTILE} coup", regex=True)
    articles.assign(
        title=HOSTILE,
        url="javascript:alert(1)",
        outlet=articles["outlet"] + HOSTILE.replace("\n", ""),
    ).to_csv(study.folder / "articles.csv", index=False)
    file = study.folder / "study.yml"
    file.write_text(
        re.sub(r"(?m)^outlets:.*\n", "", file.read_text(encoding="utf8")), encoding="utf8"
    )
    panel = explorer.Panel(read_study(study.folder), pattern="coup", voice="all")
    panel.lines.index = tuple(range(len(panel.shown)))
    for option in panel.lines.options:
        turned = [
            letter
            for letter in option[0]
            if unicodedata.bidirectional(letter)
            in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
        ]
        assert turned == []
        assert (option[0].count("\u2068"), option[0].count("\u2069"), option[0].count("\n")) == (
            4,
            4,
            0,
        )
    markup = "".join(
        place.value
        for place in (
            panel.passage,
            panel.count_note,
            panel.status,
            panel.shares_area,
            panel.timeline_area,
        )
    )
    assert "&lt;script&gt;" in markup
    assert not re.search(r"<(script|img)\b|javascript:", markup)
    panel.pattern.value = HOSTILE
    assert not re.search(r"<(script|img)\b", panel.status.value + panel.count_note.value)


def test_marks_are_on_disk_and_taken_up_where_one_left_off(panel, study):
    panel.lines.index = (0, 1)
    panel.button.marks["right sense"].click()
    assert "Write your name into Coder" in said(panel.mark_note)
    panel.coder.value = "ada"
    panel.lines.index = (0, 1)
    panel.button.marks["right sense"].click()
    assert panel.lines.index == (2,)
    panel.button.marks["quoted"].click()
    kept = journal.read_marks(read_study(study.folder))
    assert kept["mark"].to_list() == ["right sense", "right sense", "quoted"]
    assert kept[coding.LINE_KEY].equals(panel.shown[coding.LINE_KEY].head(3))
    assert not kept["sample"].any()
    again = explorer.Panel(read_study(study.folder))
    assert [bare(option).split()[1] for option in again.lines.options[:3]] != ["R", "R", "Q"]
    again.coder.value = "ada"
    assert [bare(option).split()[1] for option in again.lines.options[:3]] == ["R", "R", "Q"]
    again.button.unmarked.click()
    assert again.lines.index == (3,)


def test_the_last_mark_on_sense_and_on_voice_is_shown(study):
    lines = find_study_hits(study, ["levy"]).head(2)
    for mark in ("right sense", "own voice", "wrong sense"):
        journal.record_marks(study, lines.head(1), mark, coder="ada")
    assert look_up_letters(lines, journal.read_marks(study), "ada").to_list() == ["WO", ""]
    assert look_up_letters(lines, journal.read_marks(study), "ben").to_list() == ["", ""]


def test_a_sample_is_marked_as_one(panel, study):
    panel.coder.value, panel.source.value = "ada", RANDOM_SAMPLE
    sample = coding.draw_sample(study, [panel.name])
    assert len(panel.concordance) == len(sample)
    assert panel.lines.index == (0,)
    panel.button.marks["wrong sense"].click()
    kept = journal.read_marks(study)
    assert kept["sample"].all()
    assert kept[coding.LINE_KEY].equals(sample[coding.LINE_KEY].head(1))
    again = explorer.Panel(read_study(study.folder))
    again.coder.value, again.source.value = "ada", RANDOM_SAMPLE
    assert again.lines.index == (1,), "where one left off"


def test_lines_of_a_mere_pattern_are_not_marked(panel, study):
    panel.coder.value, panel.pattern.value = "ada", "war"
    panel.lines.index = (0,)
    panel.button.marks["quoted"].click()
    assert "add the pattern as a variant first" in said(panel.mark_note)
    assert journal.read_marks(study).empty


def test_a_pattern_becomes_a_variant_and_its_concept_is_shown(panel, study):
    before = (study.folder / "concepts.yml").read_text(encoding="utf8")
    panel.button.add.click()
    assert "Type a pattern and look at its lines" in said(panel.add_note)
    panel.pattern.value = "new (cabinet|government)"
    panel.into.value, panel.variant.value = "change-of-government", "new government"
    panel.button.add.click()
    assert read_study(study.folder).concepts["change-of-government"].variants[
        "new government"
    ].match == ["new (cabinet|government)"]
    assert (panel.name, panel.pattern.value) == ("change-of-government", "")
    assert "new government" in set(panel.shares["variant"])
    assert set(before.splitlines()) <= set(
        (study.folder / "concepts.yml").read_text(encoding="utf8").splitlines()
    )
    assert "“new government” is a variant of change-of-government" in said(panel.add_note)
    panel.pattern.value = "harbour*"
    panel.button.keep.click()
    assert "title" in said(panel.keep_note)


def test_several_rivals_become_variants_each_and_a_name_for_them_all_is_refused(panel, study):
    panel.pattern.value, panel.into.value = "new council; new cabinet", "levy"
    panel.variant.value = "new"
    panel.button.add.click()
    assert "cannot name 2 rivals" in said(panel.add_note)
    panel.variant.value = ""
    panel.button.add.click()
    variants = read_study(study.folder).concepts["levy"].variants
    assert variants["new council"].match == ["new council"]
    assert variants["new cabinet"].match == ["new cabinet"]


def test_rivals_in_fields_of_their_own_are_kept_as_a_concept(panel, study):
    panel.pattern.value = "harbour*"
    panel.button.rival.click()
    panel.rivals[0].value = "port*"
    assert set(panel.shares["variant"]) == {"harbour*", "port*"}
    panel.title.value = "Where ships land"
    panel.button.keep.click()
    kept = read_study(study.folder).concepts["where-ships-land"]
    assert (kept.title, list(kept.variants)) == ("Where ships land", ["harbour*", "port*"])
    assert (panel.name, panel.asked, panel.rivals) == ("where-ships-land", "", [])
    assert "with 2 variants" in said(panel.keep_note)
    panel.pattern.value, panel.title.value = "war", "Where ships land"
    panel.button.keep.click()
    assert "already" in said(panel.keep_note)


def test_what_cannot_be_counted_is_not_written(panel, study):
    before = (study.folder / "concepts.yml").read_bytes()
    panel.pattern.value, panel.into.value = "coup*", "change-of-government"
    panel.button.add.click()
    assert "Nothing was written" in said(panel.add_note)
    assert "both match" in said(panel.add_note)
    panel.pattern.value, panel.title.value = "coup; coup*", "Coups"
    assert "both match" in said(panel.status)
    panel.button.keep.click()
    assert "Nothing was written" in said(panel.keep_note)
    assert (study.folder / "concepts.yml").read_bytes() == before


def test_a_page_that_cannot_be_made_is_not_saved(panel, study, monkeypatch):
    before = (study.folder / "study.yml").read_bytes()

    def fail(studies, *, only, reports):
        page = next(page for page in plan_pages(studies[0]) if page.page == only)
        return [dataclasses.replace(page, status="failed", reason="both match")]

    monkeypatch.setattr(keeping.runner, "make_reports", fail)
    panel.pattern.value = "coup; uprising"
    panel.button.save.click()
    assert "study.yml stays as it is: both match" in said(panel.saved)
    assert (study.folder / "study.yml").read_bytes() == before


def test_everything_is_cleared(panel, study):
    panel.pattern.value, panel.outlets.value = "coup", (study.outlets[0],)
    panel.first.value = datetime.date(2031, 6, 1)
    panel.button.rival.click()
    panel.button.clear.click()
    assert (panel.asked, panel.outlets.value, panel.first.value) == ("", (), None)
    assert panel.name == next(iter(study.concepts))


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("coup, uprising", "`;` separates rivals"),
        ("protes.*", "no regular expressions"),
        ("protesst", "near it are “protest"),
        ("uprising coup", "not so together"),
    ],
)
def test_nothing_found_has_a_hint(panel, pattern, told):
    panel.pattern.value = pattern
    assert told in said(panel.count_note)


def test_hits_in_another_voice_are_told_of(panel):
    panel.voice.value = "quoted"
    panel.pattern.value = "advisers"
    assert len(panel.concordance) == 0
    assert "in other voices or copies" in said(panel.count_note)


def test_lines_of_a_term_and_of_a_row_of_the_figure_are_listed_alone(panel):
    options = dict(panel.group.options)
    (variant, outlet) = next(value for value in options.values() if value[1])
    panel.group.value = (variant, "")
    assert set(panel.shown["variant"]) == {variant}
    panel.group.value = (variant, outlet)
    rows = panel.shares[(panel.shares["variant"] == variant) & (panel.shares["outlet"] == outlet)]
    assert len(panel.concordance) == rows["n"].sum() == len(panel.shown)
    assert set(panel.shown["outlet"]) == {outlet}
    leads = re.findall('data-lines="([^"]+)"', panel.shares_area.value)
    assert leads
    [script] = panel.lead_script.outputs
    assert all(f'"{lead}"' in script["data"]["application/javascript"] for lead in leads)
    panel.concept.value = "levy"
    assert panel.group.value == ("", "")
    assert len(panel.concordance) == panel.shares["n"].sum()


def test_a_mark_is_taken_back_once(panel, study):
    panel.coder.value = "ada"
    panel.lines.index = (0, 1)
    panel.button.marks["quoted"].click()
    panel.button.marks["wrong sense"].click()
    assert not panel.button.undo.disabled
    panel.button.undo.click()
    assert "1 mark “wrong sense” taken back" in said(panel.mark_note)
    assert journal.read_marks(study)["mark"].to_list() == ["quoted", "quoted"]
    assert [bare(option).split()[1] for option in panel.lines.options[:2]] == ["Q", "Q"]
    assert panel.button.undo.disabled
    panel._safely(panel.undo, panel.mark_note)
    assert "taken back already" in said(panel.mark_note)


def test_marks_that_another_line_follows_stay(study):
    lines = find_study_hits(study, ["levy"]).head(2)
    first = journal.record_marks(study, lines.head(1), "quoted", coder="ada")
    journal.record_marks(study, lines.tail(1), "quoted", coder="ben")
    with pytest.raises(WordingError, match="so they stay"):
        journal.undo_marks(study, first)
    assert len(journal.read_marks(study)) == 2


def test_a_line_is_read_in_its_sentence_its_paragraph_and_its_article(panel, study):
    texts = pd.read_csv(study.folder / "articles.csv").set_index("doc_id")["text"]
    panel.lines.index, seen = (0,), []
    for width in ("sentence", "paragraph", "article"):
        panel.passage_width.value = width
        seen.append(said(panel.passage))
    assert len(seen[0]) < len(seen[1]) < len(seen[2])
    whole = texts[panel.shown["doc_id"].iloc[0]]
    assert "".join(whole.split()) in "".join(seen[2].split())
    assert seen[2].count("\n") >= len(re.split(r"\n+", whole.strip())) - 1


def test_lines_are_as_wide_as_asked(panel):
    narrow = len(bare(panel.lines.options[0]))
    panel.context.value = 60
    assert len(bare(panel.lines.options[0])) == narrow + 60


def test_lines_are_saved_as_the_study_allows(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = study.folder / "study.yml"
    file.write_text(file.read_text(encoding="utf8") + "excerpts: 3\n", encoding="utf8")
    panel = explorer.Panel(read_study(study.folder))
    panel.button.export.click()
    [written] = tmp_path.glob("lines-*.csv")
    assert str(written) in said(panel.export_note)
    lines = pd.read_csv(written)
    assert len(lines) == len(panel.concordance)
    assert lines["left"].fillna("").str.split().str.len().max() <= 3
    assert lines["title"].isna().all()


def test_articles_alone_are_explored(study):
    panel = wording.open(study.folder / "articles.csv").explore()
    assert "type a word or phrase" in said(panel.status)
    panel.pattern.value = "coup; uprising"
    assert len(panel.concordance) == panel.shares["n"].sum() > 0
    for button, note in (("save", "saved"), ("keep", "keep_note"), ("add", "add_note")):
        panel.title.value = "Coups"
        getattr(panel.button, button).click()
        assert "no " in said(getattr(panel, note))
    panel.clear()
    assert "type a word or phrase" in said(panel.status)
    assert wording.open(study.folder).explore("coup", voice="all").asked == "coup"


def test_what_was_found_becomes_a_report_once(panel, study):
    before = (study.folder / "study.yml").read_text(encoding="utf8")
    panel.pattern.value, panel.voice.value = "coup; uprising", "quoted"
    name = explorer.save_report(study, pattern="coup; uprising", voice="quoted")
    now = read_study(study.folder)
    assert now.reports[:-1] == study.reports
    assert (now.reports[-1].notebook, now.reports[-1].each) == (
        "explore",
        {"pattern": ["coup; uprising"], "voice": ["quoted"]},
    )
    assert (study.folder / "study.yml").read_text(encoding="utf8").startswith(before.rstrip("\n"))
    assert explorer.save_report(now, pattern="coup; uprising", voice="quoted") == name
    assert read_study(study.folder).reports == now.reports


@pytest.mark.slow
def test_a_saved_report_is_made_from_the_panel(panel, study):
    panel.voice.value, panel.pattern.value, panel.outlets.value = (
        "all",
        "war; invasion",
        tuple(study.outlets[:3]),
    )
    panel.button.save.click()
    [page] = (panel.reports / study.name).glob("explore-*.html")
    text = page.read_text(encoding="utf8")
    assert str(page) in said(panel.saved)
    assert "war; invasion" in text
    assert "The panel opens in JupyterLab" not in text
    assert f"{len(panel.concordance):,} hits in" in text


@pytest.mark.parametrize(
    "listed",
    [
        "",
        "reports:\n- notebook: 01_corpus\n# the end\nexcerpts: full\n",
        (
            "reports:\n    - notebook: 02_terms\n      each:\n          concept: all\n\n"
            "excerpts: full\n"
        ),
    ],
)
def test_a_report_is_put_behind_the_others_however_they_are_written(study, listed):
    file = study.folder / "study.yml"
    text = file.read_text(encoding="utf8").split("reports:")[0] + listed
    file.write_text(text, encoding="utf8")
    before = read_study(study.folder)
    explorer.save_report(before, concept="levy")
    now = read_study(study.folder)
    assert now.reports[:-1] == before.reports
    assert now.reports[-1].each == {"concept": ["levy"]}
    assert [
        line for line in file.read_text(encoding="utf8").splitlines() if line in text.splitlines()
    ] == text.splitlines()


def test_a_report_that_cannot_be_is_refused_and_nothing_changes(study):
    file = study.folder / "study.yml"
    before = file.read_text(encoding="utf8")
    for wrong, told in (
        ({"voice": "qoted"}, "quoted"),
        ({"concept": "leyv"}, "levy"),
        ({"colour": 1}, "colour"),
        ({"outlets": ["X"]}, "'X'"),
    ):
        with pytest.raises(WordingError, match=told):
            explorer.save_report(study, **wrong)
    file.write_text(
        before.split("reports:")[0] + "reports: [{notebook: 01_corpus}]\n", encoding="utf8"
    )
    with pytest.raises(WordingError, match="written in brackets"):
        explorer.save_report(read_study(study.folder), concept="levy")
    assert "explore" not in file.read_text(encoding="utf8")


def test_another_study_is_taken_up_and_a_wrong_one_is_told(panel, demo, tmp_path):
    own = panel.study.folder
    panel.elsewhere.value = str(demo)
    assert panel.study.name == "demo"
    assert list(panel.outlets.options) == panel.study.outlets
    assert any(label.startswith(panel.study.title) for label, _ in panel.folder.options)
    panel.elsewhere.value = str(tmp_path / "nowhere")
    assert "there is no such study" in said(panel.status)
    assert panel.study.name == "demo"
    beside = shutil.copytree(demo, own.parent / "beside")
    panel.elsewhere.value = str(own)
    panel.folder.value = str(beside)
    assert panel.study.folder == beside


def test_without_articles_there_are_counts_and_no_lines(study):
    write_counts(study, study.folder / "counts")
    (study.folder / "articles.csv").unlink()
    panel = explorer.Panel(read_study(study.folder))
    assert panel.shares["n"].sum() > 0
    assert panel.lines.options == ()
    assert "The articles are not available here" in said(panel.legend)
    assert panel.pattern.disabled
    with pytest.raises(WordingError, match="counted in the articles, which are not available here"):
        explorer.narrow_study(panel.study, pattern="coup")


def test_a_study_that_may_show_no_text_shows_none(study):
    file = study.folder / "study.yml"
    file.write_text(file.read_text(encoding="utf8") + "excerpts: none\n", encoding="utf8")
    panel = explorer.Panel(read_study(study.folder), pattern="coup")
    assert len(panel.concordance) > 0
    assert panel.lines.options == ()
    assert "`excerpts: none`" in said(panel.legend)


def test_a_page_gets_a_note_in_the_place_of_the_panel(panel):
    told = panel._repr_mimebundle_()
    assert told[DISPLAY_MIME]["kind"] == "note"
    assert "application/vnd.jupyter.widget-view+json" in told


def test_every_field_has_a_label_and_a_hint(panel):
    labelled = [
        item
        for item in vars(panel).values()
        if hasattr(item, "description") and hasattr(item, "tooltip") and item.tooltip is not None
    ]
    assert len(labelled) >= 18
    assert all(item.description.strip() and item.tooltip.strip() for item in labelled)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"concept": "twons"}, "'towns'"),
        ({"voice": "qoted"}, "'quoted'"),
        ({"outlets": ["Nortline"]}, "'Northline'"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_the_nearest(study, wrong, told):
    with pytest.raises(WordingError, match=f"did you mean {told}"):
        explorer.Panel(study, **wrong)


def test_a_day_that_is_none_is_refused(study):
    with pytest.raises(WordingError, match="2031-06-30"):
        explorer.narrow_study(study, first="30.6.2031")


def test_lines_without_a_date_or_a_side_are_written(study):
    lines = kwic.list_concordance(study, "=levy", max_lines=3).assign(left=None, date=pd.NaT)
    texts = format_lines(lines, pd.Series([""] * 3))
    assert all(" – " in text for text in texts)
