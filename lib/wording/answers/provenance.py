"""Where a page comes from: study, parameters, hashes of the inputs, versions, commit and seed.

The same inputs give the same record.
"""

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
"""Libraries whose versions are recorded."""
MAX_LISTED_FILES = 5
"""Above this number of files, one hash stands for all of them."""
DIGEST_LENGTH = 16
NAMES_NOTE = (
    "Our own prose follows Reuters style for names; "
    "terms and speakers are spelled as in the source."
)
DESCRIBE_COMMIT = ["describe", "--always", "--dirty=, changed since", "--abbrev=12"]


def collect_provenance(study: StudyRecord, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page was made from, as {term: value}."""
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
        "names": NAMES_NOTE,
    }


def format_period(study: StudyRecord) -> str:
    """Return the first and last day of the compared articles, as far as they have a date."""
    dates = count_study_hits(study, []).articles["date"].dropna()
    return f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else "no dates"


def hash_inputs(study: StudyRecord) -> dict[str, str]:
    """Return the beginning of the sha256 of each input: what the study says, and what it reads.

    Many files have one hash of their hashes.
    """
    if study.has_articles:
        files = dict(build_corpus(study).files)
    else:
        files = {f"counts/{file.name}": hash_file(file) for file in study.count_files}
    if len(files) > MAX_LISTED_FILES:
        files = {f"{len(files)} article files": hash_value([files[name] for name in sorted(files)])}
    inputs = {"study.yml and concepts.yml, as read": study.fingerprint, **files}
    return {name: digest[:DIGEST_LENGTH] for name, digest in inputs.items()}


def read_commit() -> str:
    """Return the commit, and whether files were changed since; outside a checkout the version."""
    release = f"version {version('wording')}"
    if not (PROJECT_ROOT / ".git").exists():
        return release
    command = ["git", "-C", str(PROJECT_ROOT), *DESCRIBE_COMMIT]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return release
    return result.stdout.strip()
