"""The `wording` command: each subcommand is one call of the library.

Errors are sentences, never tracebacks.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from wording.errors import WordingError
from wording.files import (
    SAVED_ENDINGS_TEXT,
    explain_file_fault,
    refuse_unsavable_table,
    refuse_unwritable_folder,
    replace_files,
    save_table,
)
from wording.phrasing import format_count
from wording.settings import MAX_SEED, PLACE_GROUPS, one_of

if TYPE_CHECKING:  # these take seconds to import, and `wording --help` needs none of them
    import pandas as pd

    from wording.corpus.reading.articles import ReadingResult
    from wording.pages.state import Page
    from wording.simulation.power import ConceptModel
    from wording.study.records import StudyRecord

OBJECTS_PER_COLLECTION = 100_000
"""So many new objects, and not some hundreds, before Python looks for those that are out of use:
imports make many that stay, and looking through them takes a sixth of a short command's time."""

PATH_TYPE = click.Path(path_type=Path)
MAX_REJECTS_LISTED = 20
"""Up to so many articles that could not be read are named one by one."""

STEERING_CHARACTER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, and those that set the direction of writing."""


class TablePath(click.Path):
    """The path of a table to write, refused before the work if it cannot be written."""

    def convert(self, value: Any, param: click.Parameter | None, context: Any) -> Path:
        """Return the path."""
        refuse_unsavable_table(Path(value), option="--out")
        return Path(value)


class FolderPath(click.Path):
    """The path of a folder to write into, refused before the work if that is not possible."""

    def convert(self, value: Any, param: click.Parameter | None, context: Any) -> Path:
        """Return the path."""
        refuse_unwritable_folder(Path(value))
        return Path(value)


class Language(click.ParamType):
    """A language, by its code or name."""

    name = "language"

    def convert(self, value: str, param: click.Parameter | None, context: Any) -> str:
        """Return its code."""
        from wording.languages import require_language

        try:
            return require_language(value)
        except ValueError as error:
            self.fail(f"{error}.", param, context)


TABLE_HELP = f"A {SAVED_ENDINGS_TEXT} file."
out_option = click.option("--out", type=TablePath(), required=True, help=TABLE_HELP)


def say(text: str, *, err: bool = False) -> None:
    """Print text, in which what steers a terminal or turns its lines around is written out."""
    click.echo(STEERING_CHARACTER.sub(lambda found: ascii(found[0])[1:-1], text), err=err)


place_option = click.option(
    "--place",
    default="text",
    show_default=True,
    help="Where in the articles: text (lead and body), headline, lead, body or all.",
)


class CommandGroup(click.Group):
    """A group whose errors are one sentence on standard error and exit status 1."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command; what the terminal cannot show is written as `\\u043f`."""
        gc.set_threshold(OBJECTS_PER_COLLECTION)
        atexit.register(gc.freeze)  # a last look through all objects is a quarter of a second
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(context)
        except WordingError as error:
            message, status = str(error), 1
        except MemoryError:
            message, status = "The memory of this computer is not enough for that.", 1
        except KeyboardInterrupt:
            message, status = "Stopped.", 130
        except OSError as fault:
            if fault.errno == errno.EPIPE:  # who reads the output has read enough
                raise
            message, status = explain_file_fault(fault), 1
        say(message, err=True)
        sys.exit(status)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wording")
def main() -> None:
    """How do outlets word the same events?"""


@main.command("new")
@click.argument("folder", type=PATH_TYPE)
@click.option(
    "--articles",
    type=PATH_TYPE,
    help="A file or folder of articles; the study reads it where it is.",
)
@click.option("--concepts", type=PATH_TYPE, help="A concepts.yml to start from.")
@click.option(
    "--term",
    "terms",
    multiple=True,
    metavar="PATTERN",
    help="What you suspect: rival terms with ; between, such as 'riot*; protest*'. Terms without ; "
    "in several --term are rivals of each other.",
)
@click.option(
    "--discover",
    is_flag=True,
    help="Build the corpus now, and write what discovery proposes into concepts.yml, as comments.",
)
def new_command(folder: Path, discover: bool, **given: Any) -> None:
    """Make a study of your articles.

    It looks at the articles first: which language, what is suspicious, and which concepts of the
    library occur often enough to be taken. Without --articles, it has a few invented ones.
    """
    from wording.progress import tell_stages

    with tell_stages():
        from wording.new.create import create_study, propose_concepts

        lines = create_study(folder, **given)
    say("\n".join(lines))
    if discover:
        with tell_stages():
            lines = propose_concepts(folder)
        say("\n".join(lines))


@main.command("concepts")
@click.argument("word", default="")
@click.option("--study", type=PATH_TYPE, help="The concepts of this study instead of the library.")
def concepts_command(word: str, study: Path | None) -> None:
    """List the library of concepts, or those that have WORD.

    It is looked for in names, titles, variants and phrases.
    """
    from wording.study.library import format_library, list_study_concepts, search_library
    from wording.study.read import read_study

    entries = list_study_concepts(read_study(study)) if study else None
    for line in format_library(search_library(word, entries)):
        say(line)


@main.command("check")
@click.argument("study", type=PATH_TYPE)
def check_command(study: Path) -> None:
    """Say what was read, what was rejected and why.

    The exit status is 1 if the study cannot run.
    """
    from wording.progress import tell_stages
    from wording.study.read import read_study

    record = read_study(study)
    with tell_stages():
        from wording.corpus import inventory
        from wording.pages.batch.plan import plan_valid_pages

        pages = plan_valid_pages(record)
        lines = inventory.format_inventory(record)
    say("\n".join(lines))
    say(f"\n`wording report {study}` makes {len(pages)} pages.")


@main.command("build")
@click.argument("study", type=PATH_TYPE)
def build_command(study: Path) -> None:
    """Build the encoded corpus and its marks.

    A second call does nothing and says so.
    """
    from wording.progress import tell_stages
    from wording.study.read import read_study

    with tell_stages():
        from wording.corpus.build import open_or_build_corpus

        corpus, is_new = open_or_build_corpus(read_study(study))
    tokens = sum(len(shard.tokens) for shard in corpus.shards)
    say(
        f"{'built' if is_new else 'already up to date'}: {len(corpus.table):,} articles, "
        f"{tokens:,} tokens, {len(corpus.rejects):,} rejected"
    )


@main.command("find")
@click.argument("articles", type=PATH_TYPE)
@click.option("--concepts", type=PATH_TYPE, required=True, help="A concepts.yml.")
@click.option("--boilerplate", is_flag=True, help="Write hits in boilerplate, too.")
@place_option
@out_option
def find_command(articles: Path, concepts: Path, boilerplate: bool, place: str, out: Path) -> None:
    """Write one row per hit of the concepts in the articles.

    Hits in boilerplate and in headlines are left out and counted, unless --boilerplate and --place
    ask for them. Of a hit in a headline, start and end are places in the title.
    """
    from wording.corpus import build, counts
    from wording.corpus.marks.likeness import describe_voice_limits
    from wording.corpus.phrase_counts import count_phrases, describe_left_out, describe_phrases
    from wording.study.read import list_taken_concepts, read_concepts

    places = PLACE_GROUPS[one_of("place", place, PLACE_GROUPS)]
    wanted, lists = read_concepts(concepts)
    corpus = build.encode_articles(read_with_warnings(articles))
    print_notes(describe_voice_limits(corpus.language))
    hits = counts.find_hits(corpus, wanted, lists)
    is_there = hits["place"].isin(places)
    n_headline = int((~is_there & (hits["place"] == "headline")).sum())
    if n_headline:
        n_left_out = format_count(n_headline, "hit")
        say(f"note: {n_left_out} in headlines left out (--place all has them)", err=True)
    hits = hits[is_there].reset_index(drop=True)
    if not boilerplate:
        is_body = hits["zone"] == "body"
        n_left_out = format_count(int((~is_body).sum()), "hit")
        say(f"note: {n_left_out} in boilerplate left out (--boilerplate has them)", err=True)
        hits = hits[is_body].reset_index(drop=True)
    write_output(hits, out)
    taken = list_taken_concepts(concepts, wanted)
    phrases = count_phrases(corpus, wanted, lists, taken=taken)
    print_notes([*describe_phrases(phrases, taken), *describe_left_out(phrases)])


@main.command("kwic")
@click.argument("study", type=PATH_TYPE)
@click.argument("pattern")
@click.option(
    "--width",
    type=click.IntRange(0, 1000),
    default=15,
    show_default=True,
    help="Tokens on each side.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="Lines to print; all are counted.",
)
@click.option("--out", type=TablePath(), help=f"Write every line to a file instead. {TABLE_HELP}")
@place_option
def kwic_command(study: Path, pattern: str, out: Path | None, place: str, **shown: int) -> None:
    """Print the lines of a pattern, and above them what was looked for.

    PATTERN is words, written as in concepts.yml. =NAME is a variant or concept of that name, and
    CONCEPT/VARIANT the variant of one concept.
    """
    from wording.answers.narrow import narrow_study
    from wording.corpus.kwic import find_concordance
    from wording.corpus.phrase_counts import describe_pattern
    from wording.study.read import read_study

    if out:
        refuse_given_options({"limit": "with --out, which has every line"})
    width, limit = shown["width"], shown["limit"]
    record = read_study(study).narrow(place=place)
    found = find_concordance(*narrow_study(record, pattern=pattern), sort="article")
    say(found.describe(), err=bool(out))
    print_notes(describe_pattern(record, pattern))
    if out:
        write_output(found.tabulate(context=width), out)
        return
    for row in found.tabulate(limit, context=width).itertuples():
        say(f"{row.outlet[:20]:20} {row.left[-60:]:>60}  {row.node}  {row.right[:60]}")
    if len(found) > limit:
        say(f"{len(found):,} hits; the first {limit} are shown")


@main.command("voice")
@click.argument("articles", type=PATH_TYPE)
@out_option
@click.option(
    "--language",
    type=Language(),
    help="Language of the articles, such as de; recognised if not given.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Write instead why each word has its voice: one row per word and feature.",
)
def voice_command(articles: Path, out: Path, language: str | None, explain: bool) -> None:
    """Write every quoted or reported passage, with speaker and cue."""
    from wording.corpus import counts
    from wording.corpus.build import encode_articles
    from wording.corpus.marks.likeness import describe_unlike_texts

    corpus = encode_articles(read_with_warnings(articles), language=language)
    print_notes(describe_unlike_texts(corpus.table.to_pandas(), corpus.language))
    if explain:
        write_output(counts.explain_voices(corpus, language=corpus.language), out)
    else:
        write_output(counts.list_attribution_spans(corpus), out)


@main.command("agency")
@click.argument("articles", type=PATH_TYPE)
@click.option("--concepts", type=PATH_TYPE, required=True, help="A concepts.yml with `acts`.")
@out_option
def agency_command(articles: Path, concepts: Path, out: Path) -> None:
    """Write one row per act of the concepts: its form, who did it, and to whom.

    Forms are active, passive_agent, passive, intransitive, noun, and unclear where two ways of
    telling disagree.
    """
    from wording.corpus.acts import describe_acts, find_acts
    from wording.corpus.build import encode_articles
    from wording.corpus.marks.likeness import describe_grammar_limits
    from wording.study.read import read_concepts

    wanted, lists = read_concepts(concepts)
    corpus = encode_articles(read_with_warnings(articles))
    acts = find_acts(corpus, wanted, lists)
    write_output(acts, out)
    print_notes([*describe_grammar_limits(corpus.language), *describe_acts(acts, wanted)])


@main.command("families")
@click.argument("articles", type=PATH_TYPE)
@out_option
@click.option(
    "--pairs",
    is_flag=True,
    help="Write instead one row per pair of articles that share text, with how much.",
)
def families_command(articles: Path, out: Path, pairs: bool) -> None:
    """Write the family of copies that each article belongs to.

    One row per article: its family, whether it is the first of it or tied with others, how much it
    shares with the first, its words in copied text, and the agency that it credits.
    """
    from wording.corpus.build import encode_articles
    from wording.corpus.marks import copies

    corpus = encode_articles(read_with_warnings(articles))
    find = copies.find_copy_pairs if pairs else copies.find_families
    write_output(find(corpus).to_pandas(), out)


@main.command("events")
@click.argument("study", type=PATH_TYPE)
@out_option
def events_command(study: Path, out: Path) -> None:
    """Write the pairs of articles of different outlets that tell of one event.

    One row per pair: doc_id, other, and how likely it is that both tell of one event, 0.6 or more.
    Articles without a date have none.
    """
    from wording.questions.links.findings import sentences
    from wording.questions.links.links import find_study_links
    from wording.study.read import read_study

    found = find_study_links(read_study(study))
    write_output(found.table[["doc_id", "other", "score"]], out)
    print_notes(sentences(found))


@main.command("counts")
@click.argument("study", type=PATH_TYPE)
@click.option("--out", type=FolderPath(), required=True, help="A folder.")
def counts_command(study: Path, out: Path) -> None:
    """Write counts without any text.

    They hold no titles, addresses or phrases, but hits, acts, words and attributions per article,
    words near hits, and frequent words.
    """
    from wording.corpus.acts import write_acts
    from wording.corpus.counts import write_counts
    from wording.corpus.neighbours import write_neighbours
    from wording.corpus.terms import write_terms
    from wording.study.read import read_study

    record = read_study(study)
    with replace_files(out) as partial:
        for write in (write_counts, write_acts, write_neighbours, write_terms):
            write(record, partial)
    say(f"{', '.join(sorted(file.name for file in out.iterdir()))} in {out}")


@main.command("table")
@click.argument("study", type=PATH_TYPE)
@click.argument("name")
@out_option
@click.option(
    "--voice",
    help="Whose words count: outlet (the default), quoted, reported, attributed or all.",
)
@click.option(
    "--against",
    help="For contrasts: rest (the default), or pairs of outlets; for keyness also an outlet.",
)
@click.option(
    "--place",
    help="Where in the articles: text (the default: lead and body), headline, lead, body or all.",
)
@click.option(
    "--copies",
    help="Which copies count: all (the default), one (per outlet and family) or none (the first "
    "only, and no copied text).",
)
@click.option(
    "--events",
    help="Which articles count: all (the default), or shared (only those that have a linked "
    "article, on the same event, at another outlet).",
)
def table_command(study: Path, name: str, out: Path, **choices: str | None) -> None:
    """Write any table of the analysis, such as shares.

    Others are articles, hits, contrasts, keyness, collocates, timeline, outlets and events; an
    unknown name lists them all. An option that the table does not take is refused.
    """
    from wording.answers.tables import make_table
    from wording.study.read import read_study

    write_output(make_table(read_study(study), name, **choices), out)


@main.command("rivals")
@click.argument("study", type=PATH_TYPE)
@click.argument("terms", nargs=-1, required=True, metavar="TERM...")
@click.option(
    "--top",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Number of rivals per term.",
)
@out_option
def rivals_command(study: Path, terms: Sequence[str], top: int, out: Path) -> None:
    """Find other ways of naming the same thing.

    They are the most likely phrases for each term, with their similarities; a person must judge
    them.
    """
    from wording.questions.discovery import rivals
    from wording.study.read import read_study

    record = read_study(study)
    table = rivals.find_rivals(record, terms, top=top)
    for sentence in rivals.explain_unknown_terms(record, terms):
        say(f"note: {sentence}", err=True)
    write_output(table, out)


@main.command("simulate")
@click.option("--out", type=PATH_TYPE, help="A folder; with --difference the file of a table.")
@click.option(
    "--articles",
    type=click.IntRange(1, 1_000_000),
    default=400,
    show_default=True,
    help="Number of articles.",
)
@click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), default=1, show_default=True, help="Random seed."
)
@click.option(
    "--events",
    type=click.IntRange(60, 1_000_000),
    help="Instead: articles of four outlets on so many shared events, which some cover more.",
)
@click.option(
    "--languages",
    is_flag=True,
    help="Instead: 150 articles of six outlets in English, German and Russian.",
)
@click.option(
    "--difference",
    type=click.FloatRange(0, 1),
    help="Instead: how many articles would show this difference of two shares, such as 0.2.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="With --difference: the share in the middle.",
)
@click.option(
    "--hits",
    type=click.FloatRange(1, 1000),
    default=1.8,
    show_default=True,
    help="With --difference: average number of hits in an article that has any.",
)
@click.option(
    "--alike",
    type=click.FloatRange(0, 1),
    default=0.4,
    show_default=True,
    help="With --difference: intraclass correlation of hits within an article, 0 to 1.",
)
def simulate_command(
    out: Path | None,
    articles: int,
    seed: int,
    events: int | None,
    languages: bool,
    difference: float | None,
    **power: float,
) -> None:
    """Make a study of invented articles with planted truth.

    The truth is written as a table. With --events, what outlets cover differs from how they word
    it, and the truth says both. With --languages, the outlets write in three languages. With
    --difference, say instead how many articles would show that difference.
    """
    from wording.simulation.simulate import simulate_study

    if difference is not None:
        from wording.simulation.power import ConceptModel

        refuse_given_options(
            {
                "articles": "with --difference, which says how many are needed",
                "events": "with --difference, which writes no articles",
                "languages": "with --difference, which writes no articles",
            }
        )

        concept = ConceptModel(power["share"], power["hits"], power["alike"])
        report_power(difference, concept, seed, out)
        return
    refuse_given_options(dict.fromkeys(power, "without --difference"))
    if out is None:
        raise click.UsageError("Missing option '--out': the folder to write the study into.")
    if languages:
        from wording.simulation.several_languages import simulate_languages

        refuse_given_options(dict.fromkeys(("articles", "events"), "with --languages"))
        simulate_languages(out, seed=seed)
        say(f"invented articles in three languages in {out}")
        return
    if events is not None:
        from wording.simulation.events import simulate_events

        refuse_given_options({"articles": "with --events, which says how many events"})
        simulate_events(out, events=events, seed=seed)
        say(f"invented articles on {events} events in {out}")
        return
    simulate_study(out, articles=articles, seed=seed)
    say(f"{articles} invented articles in {out}")


def report_power(difference: float, concept: ConceptModel, seed: int, out: Path | None) -> None:
    """Print the table of power and what it says, or write the table."""
    from wording.simulation.power import POWER_DESIGN, describe_power, simulate_power

    if out:
        refuse_unsavable_table(out, option="--out")
    table = simulate_power(difference, concept, design=replace(POWER_DESIGN, seed=seed))
    if out:
        write_output(table, out)
    else:
        say(table.round(3).to_string(index=False))
    say(describe_power(table, difference, share=concept.share))


@main.command("report")
@click.argument("studies", nargs=-1, type=PATH_TYPE, required=True)
@click.option("--only", help="Only pages whose name starts with this, such as 02_terms.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    help="Notebooks run at a time; by default, one per core.",
)
@click.option("--force", is_flag=True, help="Run pages that are up to date, too.")
@click.option("--dry-run", is_flag=True, help="Show what would be run and why, without running it.")
@click.option("--out", type=FolderPath(), help="The reports folder, if not the project's own.")
@click.option(
    "--to",
    "also_to",
    type=click.Choice(["docx"]),
    help="Write each study's pages as one Word file, too (needs pandoc).",
)
def report_command(
    studies: Sequence[Path], dry_run: bool, out: Path | None, also_to: str | None, **choices: Any
) -> None:
    """Run and export every notebook that the studies name.

    The pages are reports/STUDY/*.html; reports/index.html lists them.
    """
    if choices["force"] and not dry_run:
        from wording.pages.batch.forking import start_warm_process

        start_warm_process()  # pages will be run: what runs them imports while this process does
    from wording.pages.batch import runner
    from wording.study.read import read_study

    jobs = choices.pop("jobs")
    if also_to:
        from wording.pages.word import require_word_programs

        require_word_programs()
    records = [read_study(study) for study in studies]
    choices["reports"] = out or runner.REPORTS_FOLDER
    try:
        if dry_run:
            print_preview(runner.preview_reports(records, **choices))
            return
        pages = make_pages(records, jobs, choices)
    except runner.InvalidStudy as error:
        say(str(error), err=True)
        sys.exit(2)
    good = sum(page.is_good for page in pages)
    index = choices["reports"] / "index.html"
    say(f"{good} of {len(pages)} pages are good; open {index}")
    if also_to:
        write_word_files(pages, choices["reports"])
    sys.exit(0 if good == len(pages) else 1)


def make_pages(
    studies: Sequence[StudyRecord], jobs: int | None, choices: dict[str, Any]
) -> list[Page]:
    """Make the pages, telling of each as it is made."""
    from wording.pages.batch import runner
    from wording.pages.batch.progress import ConsoleProgress

    progress = ConsoleProgress(sys.stderr if sys.stderr.isatty() else sys.stdout)
    try:
        return runner.make_reports(studies, jobs=jobs, progress=progress, **choices)
    finally:
        progress.end()


def write_word_files(pages: Sequence[Page], reports: Path) -> None:
    """Write one Word file for each study that has a good page."""
    from wording.pages.word import write_word_file

    for study in dict.fromkeys(page.study for page in pages if page.is_good):
        say(f"{write_word_file([page for page in pages if page.study == study], reports)}")


def print_preview(pages: Sequence[Page]) -> None:
    """Print which pages would be run, and why."""
    from wording.pages.batch.progress import format_page_line

    say("\n".join(format_page_line(page) for page in pages))
    due = sum(page.status == "due" for page in pages)
    say(f"{due} of {len(pages)} pages would be run")


@main.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[FOLDER]")
def lab_command(arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on a copy of the notebooks.

    The copy is in FOLDER; the name of a notebook opens that one instead. Nothing that you
    changed is overwritten. Other options are JupyterLab's own, such as --no-browser.
    """
    from wording.panel.launch import open_lab

    options = [argument for argument in arguments if argument.startswith("-")]
    places = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(places) > 1:
        raise click.UsageError(
            f"Give one folder or notebook, not {len(places)}; write options of JupyterLab as "
            "--name=value."
        )
    open_lab(places[0] if places else None, options)


@main.command("bench")
@click.argument("articles", type=PATH_TYPE)
@click.option(
    "--rounds",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Runs of each step.",
)
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="NAME=PYTHON",
    help="Time also this tool, with the interpreter of its environment.",
)
def bench_command(articles: Path, rounds: int, peers: tuple[str, ...]) -> None:
    """Time each step beside scikit-learn's CountVectorizer, and pages beside papermill.

    All are timed in the same run. Other similar tools that are installed are timed, too.
    """
    from wording.bench.commands import describe_ratios, describe_skipped_peers, parse_peers

    interpreters = parse_peers(peers)
    from wording.bench.steps import measure_peak_memory, time_steps

    memory = measure_peak_memory(articles)
    timed = time_steps(articles, rounds=rounds, peers=interpreters)
    say(timed.round(2).to_string(index=False))
    say(describe_ratios(dict(zip(timed["step"], timed["seconds"], strict=True))))
    say(describe_skipped_peers(interpreters))
    say(f"peak memory of a build: {memory:.2f} GB")


def refuse_given_options(reasons: Mapping[str, str]) -> None:
    """Refuse options that were given but would do nothing.

    Parameters
    ----------
    reasons : mapping
        {parameter: when its option does nothing, as the end of a sentence}.

    Raises
    ------
    WordingError
        Naming the options that were given.
    """
    context = click.get_current_context()
    given = [
        f"--{name.replace('_', '-')} has no effect {reason}"
        for name, reason in reasons.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise WordingError(f"{'; '.join(given)}: leave it out.")


def read_with_warnings(path: Path) -> ReadingResult:
    """Return the articles; warnings, and what could not be read, go to standard error.

    Raises
    ------
    WordingError
        If no article could be read.
    """
    from wording.corpus.build import explain_empty_corpus
    from wording.corpus.reading.articles import read_articles

    articles = read_articles(path)
    for warning in articles.warnings:
        say(f"note: {warning}", err=True)
    rejects = articles.rejects.select("source", "reason")
    for source, reason in rejects.head(MAX_REJECTS_LISTED).rows():
        say(f"rejected: {source}: {reason}", err=True)
    if len(rejects) > MAX_REJECTS_LISTED:
        say(f"rejected: and {len(rejects) - MAX_REJECTS_LISTED:,} more", err=True)
    if not len(articles.frame):
        raise WordingError(explain_empty_corpus(articles, path))
    return articles


def print_notes(sentences: Sequence[str]) -> None:
    """Print sentences to standard error, as notes."""
    for sentence in sentences:
        say(f"note: {sentence}", err=True)


def write_output(frame: pd.DataFrame, out: Path) -> None:
    """Write the table in the format that the ending of `out` names."""
    save_table(frame, out, option="--out")
    say(f"{len(frame):,} rows in {out}")


if __name__ == "__main__":
    main()
