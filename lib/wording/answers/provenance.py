"""Where a page comes from: study, parameters, hashes of the inputs, versions, commit, seed; the same inputs give the same record."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits
from wording.files import PROJECT_ROOT, hash_file, hash_value
from wording.study.records import StudyRecord

LIBRARIES = ("numpy", "pandas", "polars", "scikit-learn", "scipy")


def collect_provenance(study: StudyRecord, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a page was made from, as term and value."""
    return {
        "study": f"{study.title} ({study.name})",
        "parameters": dict(parameters) or "none",
        "period": format_period(study),
        "inputs": hash_inputs(study),
        "seed": study.seed,
        "draws": study.draws,
        "version": version("wording"),
        "commit": read_commit(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "names": "Our own prose follows Reuters style for names; terms and speakers stand as the source at hand writes them.",
    }


def format_period(study: StudyRecord) -> str:
    """The first and last day of the compared articles, as far as they have a date."""
    dates = count_study_hits(study, []).articles["date"].dropna()
    return f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else "no dates"


def hash_inputs(study: StudyRecord) -> dict[str, str]:
    """sha256 (first 16 digits) of what the study says, and of the articles or counts that it reads; many files as one hash of hashes."""
    files = (
        dict(build_corpus(study)[0].files)
        if study.has_articles
        else {f"counts/{file.name}": hash_file(file) for file in study.count_files}
    )
    if len(files) > 5:
        files = {f"{len(files)} article files": hash_value([files[name] for name in sorted(files)])}
    return {
        name: digest[:16]
        for name, digest in {
            "study.yml and concepts.yml, as read": study.fingerprint,
            **files,
        }.items()
    }


def read_commit() -> str:
    """Return the commit, and whether files were changed since; outside a checkout the version."""
    release = f"version {version('wording')}"
    if not (PROJECT_ROOT / ".git").exists():
        return release
    try:
        told = subprocess.run(
            [
                "git",
                "-C",
                str(PROJECT_ROOT),
                "describe",
                "--always",
                "--dirty=, changed since",
                "--abbrev=12",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return release
    return told.stdout.strip()
