"""Any table of a study by its name: one door for the command line, the notebooks and code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from wording.analysis import shares
from wording.corpus.counts import Counts, study_counts, study_hits
from wording.errors import WordingError
from wording.phrases import nearest
from wording.study import Study
from wording.tables import check


def table(study: Study, name: str, *, concepts: Sequence[str] | None = None, **options) -> pd.DataFrame:
    """The named table of a study, for all its concepts or some; its columns are those of `wording.tables`.

    Parameters
    ----------
    name : articles, counts, hits, shares or contrasts.
    options : those of the function that makes the table, such as `against="pairs"` for contrasts.

    Raises
    ------
    WordingError
        For an unknown table or concept, with the nearest name; for `hits` if the articles are not there.
    """
    if name not in MAKERS:
        raise WordingError(f"There is no table {name!r}; {nearest(name, MAKERS)}.")
    if name == "hits":
        return study_hits(study, concepts)
    return check(MAKERS[name](study, study_counts(study, concepts), concepts, **options), name)


def compare(make: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """A table of comparisons with the study's own settings: its outlets in their order, its variants, its draws, its seed."""

    def made(study: Study, counted: Counts, concepts: Sequence[str] | None, **options) -> pd.DataFrame:
        settings = {"outlets": outlets(study, counted), "draws": study.draws, "seed": study.seed, **options}
        variants = {name: list(study.concepts[name].variants) for name in concepts or study.concepts}
        return make(counted.counts, counted.articles, variants=variants, **settings)

    return made


def outlets(study: Study, counted: Counts) -> list[str]:
    """The compared outlets in the study's order, else the one with most articles first; those without articles in the period left out."""
    sizes = counted.articles["outlet"].value_counts().reset_index().sort_values(["count", "outlet"], ascending=[False, True])
    return [name for name in study.outlets or sizes["outlet"] if name in set(sizes["outlet"])]


def lines_behind(study: Study, concept: str) -> pd.DataFrame:
    """What stands behind a concept's numbers, variants and outlets in the order of its tables: the `hits`, or `counts` per article when
    the study may not show text.
    """
    counted = study_counts(study, [concept])
    text = not study.why_no_text
    rows = study_hits(study, [concept]) if text else counted.counts.merge(counted.articles[["doc_id", "outlet", "date", "title", "url"]], on="doc_id")
    ordered = {"variant": list(study.concepts[concept].variants), "outlet": outlets(study, counted)}
    return rows.assign(**{name: pd.Categorical(rows[name], categories=values) for name, values in ordered.items()})


MAKERS: dict[str, Callable[..., pd.DataFrame]] = {
    "articles": lambda study, counted, concepts: counted.articles,
    "counts": lambda study, counted, concepts: counted.counts,
    "hits": lambda study, counted, concepts: study_hits(study, concepts),
    "shares": compare(shares.shares),
    "contrasts": compare(shares.contrasts),
}
