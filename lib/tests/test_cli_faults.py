"""Whatever is asked of a command: it ends in a sentence, and nothing that was there is lost."""

import contextlib
import os
import resource
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from wording import cli, files
from wording.cli import main
from wording.study import read

STUDY = "title: T\nquestion: Q?\narticles: {path: a.csv}\n"
CONCEPTS = "concepts: {c: {title: C, variants: {x: [coup], y: [protest]}}}\n"
OUTLETS = ["Правда", "Le Café", "\x1b]0;x\x07\u202eA"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of three outlets with odd names."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "study.yml").write_text(STUDY)
    (folder / "concepts.yml").write_text(CONCEPTS)
    rows = [
        f"{name},2031-01-0{k % 9 + 1},h,The coup of the rebels was a coup number {k}."
        for k, name in enumerate(OUTLETS * 10)
    ]
    (folder / "a.csv").write_text("\n".join(["outlet,date,title,text", *rows]), encoding="utf8")
    assert CliRunner().invoke(main, ["build", str(folder)]).exit_code == 0
    return folder


def call(*arguments, charset="utf-8"):
    """(exit code, all that is printed) of a command, which may not end in an exception."""
    result = CliRunner(charset=charset).invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@contextlib.contextmanager
def limited_files():
    """No file may be larger than a few bytes, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextlib.contextmanager
def replace_file_on_full_disk(file, replace=files.replace_file):
    with limited_files(), replace(file) as partial:
        yield partial


def list_files(folder):
    return sorted(file for file in folder.rglob("*") if ".build" not in file.parts)


WRITING = {  # what is asked, and whether --out is a folder
    "find": (["find", "{study}/a.csv", "--concepts", "{study}/concepts.yml"], False),
    "kwic": (["kwic", "{study}", "coup"], False),
    "voice": (["voice", "{study}/a.csv"], False),
    "agency": (["agency", "{study}/a.csv", "--concepts", "{study}/concepts.yml"], False),
    "families": (["families", "{study}/a.csv"], False),
    "counts": (["counts", "{study}"], True),
    "table": (["table", "{study}", "hits"], False),
    "rivals": (["rivals", "{study}", "coup"], False),
    "simulate": (["simulate", "--articles", "60"], True),
    "events": (["events", "{study}"], False),
    "simulate --events": (["simulate", "--events", "60"], True),
    "simulate --languages": (["simulate", "--languages"], True),
    "simulate --difference": (["simulate", "--difference", "0.5"], False),
    "report": (["report", "{study}", "--only", "01"], True),
}


def test_every_command_that_writes_is_tried():
    writing = {name for name, c in main.commands.items() for p in c.params if p.name == "out"}
    assert writing == {asked[0] for asked, _ in WRITING.values()}


@pytest.mark.parametrize("name", WRITING)
def test_where_nothing_can_be_written_is_said_at_once(study, tmp_path, name, monkeypatch):
    asked, is_folder = WRITING[name]
    asked = [part.format(study=study) for part in asked]
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder.csv").mkdir()
    before = list_files(tmp_path)
    ending = "" if is_folder else ".csv"
    refused = [tmp_path / "file" / f"new{ending}", tmp_path / f"{'n' * 300}{ending}"]
    refused += [tmp_path / "file"] if is_folder else [tmp_path / "folder.csv"]
    for place in refused[:1] if name == "report" else refused:
        code, said = call(*asked, "--out", place)
        assert code == 1
        assert said.count("\n") == 1
        assert str(place) in said
    monkeypatch.setattr("os.access", lambda _, mode, **__: not mode & os.W_OK)
    code, said = call(*asked, "--out", tmp_path / f"new{ending}")
    assert (code, "you may not write there" in said) == (1, True)
    assert list_files(tmp_path) == before
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.parametrize("name", [name for name in WRITING if name != "report"])
def test_a_full_disk_leaves_what_was_there(study, tmp_path, name, monkeypatch):
    asked, is_folder = WRITING[name]
    asked = [part.format(study=study) for part in asked]
    out = tmp_path / ("out" if is_folder else "out.csv")
    old = out
    if is_folder:
        out.mkdir()
        old = out / "terms.csv.gz"
    old.write_text("old")
    before = list_files(tmp_path)
    if is_folder:
        with limited_files():
            code, said = call(*asked, "--out", out)
    else:  # worker processes have files, too
        monkeypatch.setattr(files, "replace_file", replace_file_on_full_disk)
        code, said = call(*asked, "--out", out)
    assert code == 1
    assert f"{out} cannot be written: it would be larger than a file may be here" in said
    assert list_files(tmp_path) == before
    assert old.read_text() == "old"


def test_a_full_disk_is_called_full(tmp_path, monkeypatch, study):
    def write(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pandas.DataFrame.to_csv", write)
    code, said = call("table", study, "hits", "--out", tmp_path / "t.csv")
    assert (code, said) == (
        1,
        f"{tmp_path / 't.csv'} cannot be written: the disk is full; make room, or name another "
        "place.\n",
    )


def test_a_table_goes_through_a_link_and_not_into_a_device(study, tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    (tmp_path / "full.csv").symlink_to("/dev/full")
    assert call("table", study, "hits", "--out", tmp_path / "link.csv")[0] == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("doc_id")
    code, said = call("table", study, "hits", "--out", tmp_path / "full.csv")
    assert (code, "is a device or a pipe" in said) == (1, True)


NUMBERS = [
    pytest.param(name, option, id=f"{name} --{option.name}")
    for name, command in main.commands.items()
    for option in command.params
    if isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType))
]


@pytest.mark.parametrize(("name", "option"), NUMBERS)
def test_every_number_has_a_range(name, option):
    assert isinstance(option.type, (click.IntRange, click.FloatRange))
    assert option.type.min is not None
    wrong = ["x", "", "-1", "-99999999999999999999", "1e999"]
    wrong += ["0"] if option.type.min >= 1 else []
    for value in wrong + (["9" * 30] if option.type.max is not None else []):
        with pytest.raises(click.BadParameter):
            option.type.convert(value, option, None)


@pytest.mark.parametrize(
    "asked",
    [["--difference", "nan"], ["--difference", "0.2", "--hits", "nan"]]
    + [["--difference", "0.2", name, "nan"] for name in ("--share", "--alike")],
)
def test_what_is_no_number_is_refused(asked):
    code, said = call("simulate", *asked)
    assert code == 1
    assert "nan" in said


@pytest.mark.parametrize("charset", ["cp1252", "latin-1", "cp437", "utf-8"])
def test_any_terminal_can_show_any_outlet(study, charset):
    code, said = call("check", study, charset=charset)
    assert code == 0
    assert ("Правда" if charset == "utf-8" else "\\u041f\\u0440") in said
    assert "Le Café" in said
    assert "\\x1b]0;x\\x07" in said
    assert "\\u202eA" in said
    assert "\x1b" not in said
    for pattern in ("Правда; coup", "=Правда"):
        said = call("kwic", study, pattern, charset=charset)[1]
        assert ("Правда" if charset == "utf-8" else "\\u041f\\u0440") in said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_process_in_a_terminal_that_is_not_utf8(study, encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "wording.cli", "check", str(study)],
        env=environment,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    shown = "Правда".encode() if encoding == "ascii" else b"\\u041f"  # click takes ASCII for UTF-8
    assert shown in done.stdout


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "Stopped.\n"),
        (MemoryError(), 1, "The memory of this computer is not enough for that.\n"),
        (
            PermissionError(13, "Permission denied", "there"),
            1,
            "there cannot be used: you may not write there; name another place.\n",
        ),
    ],
)
def test_what_stops_a_command_is_a_line(study, monkeypatch, fault, code, sentence):
    def stop(_):
        raise fault

    monkeypatch.setattr(read, "read_study", stop)
    assert call("check", study) == (code, sentence)


def test_who_has_read_enough_sees_no_traceback(study):
    process = subprocess.Popen(
        [sys.executable, "-m", "wording.cli", "kwic", str(study), "coup"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    assert process.wait() == 1


def test_nothing_is_printed_but_by_say():
    with open(cli.__file__, encoding="utf8") as source:
        assert source.read().count("click.echo(") == 1
