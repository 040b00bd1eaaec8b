"""What a command imports: nothing heavy that it does not use, for that is most of a short one."""

import subprocess
import sys

import pytest

STATISTICS = ("scipy.stats", "scipy.cluster", "sklearn", "ruptures", "nltk")
READING = ("trafilatura", "lxml", "openpyxl", "warcio", "babel", "py3langid")
PAGES = ("matplotlib", "nbformat", "papermill", "jupyter_client", "IPython", "jinja2")
HEAVY = (*STATISTICS, *READING, *PAGES, "numba", "scipy.sparse", "joblib", "psutil", "asyncio")
READERS = ("wording.corpus.reading.articles", "wording.corpus.reading.formats.registry")
LIBRARIES = ("numpy", "pandas", "polars", "pyarrow", "pydantic", "ruamel.yaml", *HEAVY)

RUN = """
import sys
from wording.cli import main
try:
    main()
finally:
    print("imported:", *sys.modules, file=sys.stderr)
"""


def list_imported(*arguments):
    """The modules that a command has imported at its end, and its exit status 0."""
    command = [sys.executable, "-c", RUN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("imported: ")[2].split())


def test_help_imports_no_library_but_click():
    assert not set(LIBRARIES) & list_imported("--help")
    assert not set(LIBRARIES) & list_imported("table", "--help")


@pytest.mark.parametrize(
    "arguments", [["kwic", "*", "people"], ["check", "*"], ["build", "*"]], ids=lambda a: a[0]
)
def test_commands_on_a_built_study_import_nothing_heavy(arguments, small):
    arguments = [small if argument == "*" else argument for argument in arguments]
    assert "pandas" in list_imported(*arguments), "the first call may build the study"
    assert not {*HEAVY, *READERS} & list_imported(*arguments)


def test_a_command_ends_without_a_last_look_through_its_objects():
    code = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count()))" + RUN
    done = subprocess.run([sys.executable, "-c", code, "-h"], capture_output=True, text=True)
    assert int(done.stdout.split()[-1]) > 1_000


def test_the_vocabulary_imports_its_libraries_when_it_is_used():
    code = "import sys, wording; dir(wording); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(LIBRARIES) & set(done.stdout.split())


def test_opening_a_study_for_questions_imports_no_library_of_a_single_question():
    code = "import sys, wording; wording.open; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*STATISTICS, *READING, "numba", "joblib"} & set(done.stdout.split())


def test_what_every_page_waits_for_imports_no_library_of_a_single_question():
    code = "import sys, wording.pages.batch.warm; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ipykernel.ipkernel" in done.stdout
    assert not {"scipy.stats", "sklearn", "ruptures", "nltk"} & set(done.stdout.split())
