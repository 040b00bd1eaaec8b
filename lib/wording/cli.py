"""The `wording` command: each subcommand is one call of the library; errors are sentences, never tracebacks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from wording.errors import WordingError

PATH_TYPE = click.Path(path_type=Path)


class CommandGroup(click.Group):
    """A group whose errors are one sentence on standard error and exit status 1."""

    def invoke(self, context):
        """Runs the subcommand."""
        try:
            return super().invoke(context)
        except WordingError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wording")
def main():
    """How do different sources word the same event?"""


@main.command("new")
@click.argument("folder", type=PATH_TYPE)
@click.option(
    "--articles",
    type=PATH_TYPE,
    help="A file or folder of articles that the study reads where it lies.",
)
@click.option("--concepts", type=PATH_TYPE, help="A concepts.yml to start from.")
def new_command(folder, articles, concepts):
    """A study that reads the articles, ready to build; without articles, a small invented one to start from."""
    from wording.new import create_study

    for line in create_study(folder, articles=articles, concepts=concepts):
        click.echo(line)


@main.command("check")
@click.argument("study", type=PATH_TYPE)
def check_command(study):
    """Inventory of what was read, rejected and why; exit 1 if the study cannot run."""
    from wording.corpus import inventory
    from wording.pages.batch.plan import plan_valid_pages
    from wording.study.read import read_study

    read = read_study(study)
    pages = plan_valid_pages(read)
    click.echo("\n".join(inventory.format_inventory(read)))
    click.echo(f"\n`wording report {study}` makes {len(pages)} pages.")


@main.command("build")
@click.argument("study", type=PATH_TYPE)
def build_command(study):
    """The encoded corpus and its marks; a second call does nothing and says so."""
    from wording.corpus.build import open_or_build_corpus
    from wording.study.read import read_study

    corpus, made = open_or_build_corpus(read_study(study))
    state = "built" if made else "already up to date"
    click.echo(
        f"{state}: {len(corpus.table):,} articles, {sum(len(s.tokens) for s in corpus.shards):,} tokens, {len(corpus.rejects):,} rejected"
    )


@main.command("find")
@click.argument("articles", type=PATH_TYPE)
@click.option("--concepts", type=PATH_TYPE, required=True, help="A concepts.yml.")
@click.option("--out", type=PATH_TYPE, required=True, help="A .csv or .parquet file.")
def find_command(articles, concepts, out):
    """One row per hit of the concepts in the articles."""
    from wording.corpus import build, counts
    from wording.study.read import read_concepts

    wanted, lists = read_concepts(concepts)
    corpus = build.encode_articles(read_with_warnings(articles))
    write_output(counts.find_hits(corpus, wanted, lists), out)


@main.command("kwic")
@click.argument("study", type=PATH_TYPE)
@click.argument("pattern")
@click.option("--width", default=15, show_default=True, help="Tokens on each side.")
@click.option("--limit", default=100, show_default=True, help="Lines to print; all are counted.")
@click.option("--out", type=PATH_TYPE, help="A .csv or .parquet file instead.")
def kwic_command(study, pattern, width, limit, out):
    """The lines of any pattern (in the language of concepts.yml), or of a concept or variant by its name."""
    from wording.corpus.counts import find_pattern_hits
    from wording.study.read import read_study

    found = find_pattern_hits(read_study(study), pattern, context=width)
    if out:
        write_output(found, out)
        return
    for row in found.head(limit).itertuples():
        click.echo(f"{row.outlet[:20]:20} {row.left[-60:]:>60}  {row.node}  {row.right[:60]}")
    click.echo(
        f"{len(found):,} hits in {found['doc_id'].nunique():,} articles"
        + (f"; the first {limit} are shown" if len(found) > limit else "")
    )


@main.command("voice")
@click.argument("articles", type=PATH_TYPE)
@click.option("--out", type=PATH_TYPE, required=True, help="A .csv or .parquet file.")
@click.option(
    "--language",
    default="en",
    show_default=True,
    help="Of the articles: en, or another with a file data/words/voice-*.yml.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Why each word has its voice: a row per word and table entry that weighs.",
)
def voice_command(articles, out, language, explain):
    """Every stretch of the articles that is not the outlet's own voice, with speaker and cue."""
    from wording.corpus import counts
    from wording.corpus.build import encode_articles

    corpus = encode_articles(read_with_warnings(articles), language=language)
    write_output(
        counts.explain_voices(corpus, language=language)
        if explain
        else counts.list_attribution_spans(corpus),
        out,
    )


@main.command("families")
@click.argument("articles", type=PATH_TYPE)
@click.option("--out", type=PATH_TYPE, required=True, help="A .csv or .parquet file.")
@click.option(
    "--pairs",
    is_flag=True,
    help="One row per pair of articles that share text, with how much, instead.",
)
def families_command(articles, out, pairs):
    """One row per article: its family, whether it was first, how much it shares with the first, the agency that it credits."""
    from wording.corpus.build import encode_articles
    from wording.corpus.marks import copies as families

    corpus = encode_articles(read_with_warnings(articles))
    write_output(
        (families.find_copy_pairs(corpus) if pairs else families.find_families(corpus)).to_pandas(),
        out,
    )


@main.command("counts")
@click.argument("study", type=PATH_TYPE)
@click.option("--out", type=PATH_TYPE, required=True, help="A folder.")
def counts_command(study, out):
    """The text-free measurements: hits, words and attributions per article, words near hits, frequent words; no titles, no addresses, no phrases."""
    from wording.corpus.counts import write_counts
    from wording.corpus.neighbours import write_neighbours
    from wording.corpus.terms import write_terms
    from wording.study.read import read_study

    for written in (write_counts, write_neighbours, write_terms):
        written(read_study(study), out)
    click.echo(f"{', '.join(sorted(file.name for file in out.iterdir()))} in {out}")


@main.command("table")
@click.argument("study", type=PATH_TYPE)
@click.argument("name")
@click.option("--out", type=PATH_TYPE, required=True, help="A .csv or .parquet file.")
@click.option(
    "--voice",
    default="outlet",
    show_default=True,
    help="Whose words count: outlet, quoted, reported, attributed or all.",
)
@click.option(
    "--against",
    default="rest",
    show_default=True,
    help="For contrasts: rest, or pairs of outlets; for keyness also an outlet.",
)
@click.option(
    "--copies",
    default="all",
    show_default=True,
    help="all, one (per outlet and family) or none (only the first of a family).",
)
def table_command(study, name, out, voice, against, copies):
    """Any table of the analysis by its name, such as articles, hits, shares, contrasts, keyness, collocates, timeline, outlets; another name lists them."""
    from wording.answers.tables import make_table as tabulated
    from wording.study.read import read_study

    write_output(
        tabulated(read_study(study), name, voice=voice, against=against, copies=copies), out
    )


@main.command("rivals")
@click.argument("study", type=PATH_TYPE)
@click.argument("terms", nargs=-1, required=True, metavar="TERM...")
@click.option(
    "--top", default=10, show_default=True, type=click.IntRange(1), help="So many for each term."
)
@click.option("--out", type=PATH_TYPE, required=True, help="A .csv or .parquet file.")
def rivals_command(study, terms, top, out):
    """Other ways of naming the same thing: for each term the likeliest phrases, with their similarities. A person must judge them."""
    from wording.questions.discovery import rivals as discovery
    from wording.study.read import read_study

    read = read_study(study)
    found = discovery.find_rivals(read, terms, top=top)
    for sentence in discovery.explain_unknown_terms(read, terms):
        click.echo(f"note: {sentence}", err=True)
    write_output(found, out)


@main.command("simulate")
@click.option("--out", type=PATH_TYPE, help="A folder; with --difference a .csv or .parquet file.")
@click.option("--articles", default=400, show_default=True, help="How many.")
@click.option("--seed", default=1, show_default=True, help="Every draw starts from it.")
@click.option(
    "--difference",
    type=float,
    help="Instead: how many articles would show a difference of two shares, such as 0.2.",
)
@click.option(
    "--share", default=0.5, show_default=True, help="With --difference: the share in the middle."
)
@click.option(
    "--hits",
    default=1.8,
    show_default=True,
    help="With --difference: hits in an article that has any, on average.",
)
@click.option(
    "--alike",
    default=0.4,
    show_default=True,
    help="With --difference: correlation of the hits of one article, 0 to 1.",
)
def simulate_command(out, articles, seed, difference, share, hits, alike):
    """A study of invented articles with planted truth, and the truth as a table; or, with --difference, how many articles would show it."""
    from wording.simulation.simulate import simulate_study as simulated

    if difference is not None:
        from wording.simulation.power import ConceptModel

        report_power(difference, ConceptModel(share, hits, alike), seed, out)
        return
    if out is None:
        raise click.UsageError("Missing option '--out': the folder to write the study into.")
    simulated(out, articles=articles, seed=seed)
    click.echo(f"{articles} invented articles in {out}")


def report_power(difference, concept, seed, out):
    """Prints the table of power and what it says, or writes the table."""
    from wording.simulation.power import POWER_DESIGN, describe_power, simulate_power

    table = simulate_power(difference, concept, design=replace(POWER_DESIGN, seed=seed))
    if out:
        write_output(table, out)
    else:
        click.echo(table.round(3).to_string(index=False))
    click.echo(describe_power(table, difference, share=concept.share))


@main.command("report")
@click.argument("studies", nargs=-1, type=PATH_TYPE, required=True)
@click.option("--only", help="Only pages whose name begins so, such as 02_terms.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Notebooks at a time; as many as there are cores by default.",
)
@click.option("--force", is_flag=True, help="Run also what is up to date.")
@click.option("--dry-run", is_flag=True, help="Say what would be run, and why; run nothing.")
@click.option("--out", type=PATH_TYPE, help="The reports folder, if not the project's own.")
def report_command(studies, only, jobs, force, dry_run, out):
    """Every notebook that the studies name, run and exported: reports/STUDY/*.html and reports/index.html."""
    from wording.pages.batch import runner
    from wording.pages.batch.progress import ConsoleProgress, format_page_line
    from wording.study.read import read_study

    wanted, options = (
        [read_study(study) for study in studies],
        {"only": only, "force": force, "reports": out or runner.REPORTS_FOLDER},
    )
    try:
        if dry_run:
            pages = runner.preview_reports(wanted, **options)
            click.echo("\n".join(format_page_line(page) for page in pages))
            click.echo(
                f"{sum(page.status == 'due' for page in pages)} of {len(pages)} pages would be run"
            )
            return
        progress = ConsoleProgress(sys.stderr if sys.stderr.isatty() else sys.stdout)
        try:
            done = runner.make_reports(wanted, jobs=jobs, progress=progress, **options)
        finally:
            progress.end()
    except runner.InvalidStudy as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    bad = [page for page in done if page.status not in ("ok", "up-to-date")]
    click.echo(
        f"{len(done) - len(bad)} of {len(done)} pages are good; open {options['reports'] / 'index.html'}"
    )
    sys.exit(1 if bad else 0)


@main.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[FOLDER]")
def lab_command(arguments: tuple[str, ...]) -> None:
    """JupyterLab on a copy of the notebooks in FOLDER, or on one notebook; nothing that you changed is overwritten.

    Other options are JupyterLab's own, such as --no-browser.
    """
    from wording.panel.launch import open_lab

    options = [argument for argument in arguments if argument.startswith("-")]
    places = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(places) > 1:
        raise click.UsageError(f"One folder or notebook, not {len(places)}.")
    open_lab(places[0] if places else None, options)


@main.command("bench")
@click.argument("articles", type=PATH_TYPE)
@click.option("--rounds", default=3, show_default=True)
def bench_command(articles, rounds):
    """How fast each step is, beside scikit-learn's CountVectorizer and other peers that are installed, in the same run."""
    from wording.bench import measure_peak_memory
    from wording.bench import time_steps as timed

    memory = measure_peak_memory(articles)
    click.echo(timed(articles, rounds=rounds).round(2).to_string(index=False))
    click.echo(f"peak memory of a build: {memory:.2f} GB")


def read_with_warnings(path: Path):
    """The articles; what gave reason for a warning or could not be read is told on standard error."""
    from wording.corpus.reading.articles import read_articles

    found = read_articles(path)
    for warning in found.warnings:
        click.echo(f"note: {warning}", err=True)
    for source, reason in found.rejects.select("source", "reason").head(20).rows():
        click.echo(f"rejected: {source}: {reason}", err=True)
    if len(found.rejects) > 20:
        click.echo(f"rejected: {len(found.rejects) - 20:,} more", err=True)
    return found


def write_output(frame, out: Path) -> None:
    """The table as .csv or .parquet, by the ending of `out`."""
    if out.suffix not in (".csv", ".parquet"):
        raise WordingError(f"--out {out}: the ending says what to write; use .csv or .parquet.")
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        frame.to_csv(out, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    else:
        frame.to_parquet(out, index=False)
    click.echo(f"{len(frame):,} rows in {out}")


if __name__ == "__main__":
    main()
