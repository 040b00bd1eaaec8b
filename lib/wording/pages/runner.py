"""Runs the notebooks that studies name, each in a process of its own, and keeps the last good page of each.

Papermill's own word on how a run ended is not taken: a page counts as made when its notebook ran to the end and passed the content gate.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from wording.corpus.key import build_key, file_hash
from wording.errors import WordingError
from wording.pages.markup import slug
from wording.pages.parameters import Notebook, declared, faults, read_notebook
from wording.prose import nearest
from wording.study import DATA, NOTEBOOKS, ROOT, Study

REPORTS = ROOT / "reports"
CELL_SECONDS = 600
RUN_SECONDS = 1800


@dataclass(frozen=True)
class Page:
    """One notebook with its parameters, and what became of it; the file paths are relative to the reports folder."""

    study: str
    study_title: str
    question: str
    page: str
    title: str
    subtitle: str
    notebook: str
    parameters: dict[str, Any]
    position: int = 0
    key: str = ""
    status: str = "invalid"
    reason: str = ""
    findings: list[str] = field(default_factory=list)
    html: str | None = None
    ipynb: str | None = None
    seconds: float = 0.0


def report(
    studies: Sequence[Study],
    *,
    only: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    reports: Path = REPORTS,
    tell: Callable[[int, int, Page], None] = lambda n, total, page: None,
) -> list[Page]:
    """The pages of the studies, made or found up to date; reports/index.html lists them with those of other studies.

    Parameters
    ----------
    only : notebooks or pages whose name begins so.
    tell : called as each page ends, with its number and the number of all.

    Raises
    ------
    WordingError
        Before any kernel starts, with a line per fault, if a notebook or a parameter is wrong.
    """
    names = [study.name for study in studies]
    if clash := {name for name in names if names.count(name) > 1}:
        raise WordingError(f"Two of the studies are called the same ({', '.join(sorted(clash))}): their pages would mix; rename a folder.")
    everything = [(study, page) for study in studies for page in plan(study)]
    wanted = [(study, page) for study, page in everything if not only or page.page.startswith(only)]
    if not wanted:
        raise WordingError(f"No page begins with {only!r}; {nearest(str(only), [page.page for _, page in everything])}.")
    settled_pages = [(study, settled(page, reports, force=force)) for study, page in wanted]
    if waiting := [study for study, page in settled_pages if page.status != "up-to-date"]:
        build_what_is_needed(waiting)
    done = run_all(settled_pages, reports, jobs=jobs, tell=tell)
    drop_stale([page for _, page in everything], reports)
    write_index(reports)
    return done


def build_what_is_needed(studies: Iterable[Study]) -> None:
    """The corpus of each study once, before its notebooks would all set about it."""
    from wording.corpus.build import build  # takes seconds to import, and a run with nothing to do needs none of it

    for study in {study.name: study for study in studies if study.has_articles}.values():
        corpus, _ = build(study)
        corpus.find_speakers()


def plan(study: Study) -> list[Page]:
    """The pages of a study, each with the key that says what it depends on.

    Raises
    ------
    WordingError
        With a line per fault.
    """
    wrong = [
        f"{study.folder / 'study.yml'}: {notebook}: {fault}"
        for notebook, shared, own in study.runs()
        for fault in run_faults(study, notebook, {**shared, **own})
    ]
    if wrong:
        raise InvalidStudy("\n".join(dict.fromkeys(wrong)))
    depends = study_key(study)
    pages = [planned(study, position, *run, depends) for position, run in enumerate(study.runs())]
    names = [page.page for page in pages]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidStudy(
            f"{study.folder / 'study.yml'}: two reports would both be called {twice[0]!r}: leave one out, or tell them apart in `each`."
        )
    return pages


def run_faults(study: Study, notebook: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with a run that a study asks for."""
    file = NOTEBOOKS / f"{notebook}.ipynb"
    if not file.is_file():
        return [f"there is no such notebook; {nearest(notebook, [f.stem for f in NOTEBOOKS.glob('[0-9]*.ipynb')])}."]
    return faults(parameters, declared(read_notebook(file)), choices={"concept": list(study.concepts)})


def planned(study: Study, position: int, notebook: str, shared: dict[str, Any], own: dict[str, Any], depends: str) -> Page:
    """A run as a page, not yet made."""
    parameters = {**shared, **own}
    file = NOTEBOOKS / f"{notebook}.ipynb"
    names = [study.concepts[value].title if name == "concept" else f"{name.replace('_', ' ')} {value}" for name, value in own.items()]
    key = hashlib.sha256(json.dumps([depends, file_hash(file), parameters], sort_keys=True).encode()).hexdigest()[:16]
    return Page(
        study=study.name, study_title=study.title, question=study.question, page="-".join([notebook, *(slug(str(value)) for value in own.values())]),
        title=heading(read_notebook(file)), subtitle="; ".join(names), notebook=notebook, parameters=parameters, position=position, key=key,
    )  # fmt: skip


class InvalidStudy(WordingError):
    """A study names a notebook or a parameter wrongly: nothing was run."""


def study_key(study: Study) -> str:
    """What all pages of a study depend on: what it says, its articles or counts, the library with its template, the lock."""
    files = [ROOT / "requirements.lock", *sorted((study.folder / "counts").glob("*.csv"))]
    files += [
        f for folder in (Path(__file__).parents[1], DATA / "words") for f in sorted(folder.rglob("*")) if f.is_file() and f.suffix != ".pyc"
    ]
    built = build_key(study) if study.has_articles else "counts only"
    return hashlib.sha256("\n".join([study.fingerprint, built, *(file_hash(f) for f in files if f.is_file())]).encode()).hexdigest()


def heading(notebook: Notebook) -> str:
    """The notebook's title: its first heading."""
    lines = (line for cell in notebook["cells"] if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines())
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")


def settled(page: Page, reports: Path, *, force: bool) -> Page:
    """The page as it stands: up to date when the same was made before and is still there."""
    before = recorded(reports, page)
    if before is None:
        return page
    last_good = {"html": before.html, "ipynb": before.ipynb} if before.html and (reports / before.html).is_file() else {}
    if not force and last_good and before.key == page.key and before.status in ("ok", "up-to-date"):
        return replace(page, **last_good, status="up-to-date", findings=before.findings, seconds=before.seconds)
    return replace(page, **last_good)


def recorded(reports: Path, page: Page) -> Page | None:
    """What was last recorded of the page."""
    file = state_file(reports, page)
    try:
        return Page(**json.loads(file.read_text(encoding="utf8")))
    except (OSError, ValueError, TypeError):
        return None  # never made, or recorded by another version: it is made again


def state_file(reports: Path, page: Page) -> Path:
    """Where the page's state is recorded."""
    return reports / page.study / ".state" / f"{page.page}.json"


def write_atomically(file: Path, text: str) -> None:
    """The file with the text, complete or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.{time.monotonic_ns()}.partial")
    partial.write_text(text, encoding="utf8")
    partial.replace(file)


def run_all(planned: list[tuple[Study, Page]], reports: Path, *, jobs: int | None, tell: Callable[[int, int, Page], None]) -> list[Page]:
    """Every page run that is not up to date, so many at a time."""
    done: list[Page] = []
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["wording.pages.worker"])

    def one(item: tuple[Study, Page]) -> Page:
        page = item[1] if item[1].status == "up-to-date" else run(*item, reports, context)
        write_atomically(state_file(reports, page), json.dumps(asdict(page), ensure_ascii=False, indent=1, default=str))
        done.append(page)
        tell(len(done), len(planned), page)
        return page

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        return list(pool.map(one, planned))


def run(study: Study, page: Page, reports: Path, context) -> Page:
    """The page after a run in a process of its own, which is ended when it takes too long."""
    from wording.pages.worker import work

    started = time.monotonic()
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(send, str(study.folder), asdict(page), str(reports)))
    process.start()
    send.close()  # so that the end of the process ends the pipe
    try:
        answer = receive.recv() if receive.poll(RUN_SECONDS) else {"status": "timed-out", "reason": f"It ran for over {RUN_SECONDS} s."}
    except EOFError:
        answer = {"status": "died", "reason": "The process ended without an answer."}
    process.kill()
    process.join()
    return replace(page, seconds=round(time.monotonic() - started, 1), **answer)


def drop_stale(planned: Iterable[Page], reports: Path) -> None:
    """Removes the pages that the studies no longer name."""
    kept = {state_file(reports, page) for page in planned}
    for folder in {file.parent for file in kept}:
        for file in set(folder.glob("*.json")) - kept:
            for old in (*folder.glob(f"{file.stem}.*"), *folder.parent.glob(f"{file.stem}.*")):
                old.unlink()


def write_index(reports: Path) -> None:
    """reports/index.html over all pages recorded there."""
    from wording.pages.index import index_page

    records = [json.loads(file.read_text(encoding="utf8")) for file in sorted(reports.glob("*/.state/*.json"))]
    records.sort(key=lambda record: (record["study"], record["position"]))
    write_atomically(reports / "index.html", index_page(records))
