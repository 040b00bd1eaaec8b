"""The `wording` command: each subcommand is one call of the library; errors are sentences, never tracebacks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wording.errors import WordingError

FOLDER = click.Path(path_type=Path, file_okay=True)
FILE = click.Path(path_type=Path)


class Commands(click.Group):
    """A group whose errors are one sentence on standard error and exit status 1."""

    def invoke(self, context):
        """Runs the subcommand."""
        try:
            return super().invoke(context)
        except WordingError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wording")
def main():
    """How do different sources word the same event?"""


@main.command()
@click.argument("study", type=FOLDER)
def check(study):
    """Inventory of what was read, rejected and why; exit 1 if the study cannot run."""
    from wording import inventory

    for line in inventory.lines(study):
        click.echo(line)


@main.command()
@click.argument("study", type=FOLDER)
def build(study):
    """The encoded corpus and its marks; a second call does nothing and says so."""
    from wording.corpus.build import build as built
    from wording.study import read_study

    corpus, made = built(read_study(study))
    state = "built" if made else "already up to date"
    click.echo(f"{state}: {len(corpus.table):,} articles, {sum(len(s.tokens) for s in corpus.shards):,} tokens, {len(corpus.rejects):,} rejected")


@main.command()
@click.argument("articles", type=FILE)
@click.option("--concepts", type=FILE, required=True, help="A concepts.yml.")
@click.option("--out", type=FILE, required=True, help="A .csv or .parquet file.")
def find(articles, concepts, out):
    """One row per hit of the concepts in the articles."""
    from wording.corpus import build, counts
    from wording.corpus.articles import read_articles
    from wording.study import read_concepts

    wanted, lists = read_concepts(concepts)
    corpus = build.encode(read_articles(articles))
    write(counts.hits(corpus, wanted, lists), out)


def write(frame, out: Path) -> None:
    """The table as .csv or .parquet, by the ending of `out`."""
    if out.suffix not in (".csv", ".parquet"):
        raise WordingError(f"--out {out}: the ending says what to write; use .csv or .parquet.")
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        frame.to_csv(out, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    else:
        frame.to_parquet(out, index=False)
    click.echo(f"{len(frame):,} rows in {out}")
