"""The package as users install it: a wheel, in an environment of its own, in an empty folder."""

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from wording.files import PROJECT_ROOT
from wording.panel.launch import copy_notebooks

SITE = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
UNPRIVILEGED = (
    ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if os.geteuid() == 0 and shutil.which("setpriv")
    else []
)
"""Root without its capabilities may write only where the file's mode says so, as other users."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel, which cannot be written, and the dependencies of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True, symlinks=True)
    (folder / SITE / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (folder / "share").symlink_to(Path(sys.prefix, "share"))  # JupyterLab's own pages
    install = [folder / "bin" / "pip", "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, env=environment(folder))
    set_writable(folder / SITE / "wording", False)
    yield folder
    set_writable(folder / SITE / "wording", True)


def set_writable(folder, writable):
    for place in (folder, *folder.rglob("*")):
        place.chmod(place.stat().st_mode | 0o200 if writable else place.stat().st_mode & ~0o222)


def environment(installed):
    """This process's environment without what leads to the checkout, with a cache of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "WORDING_"))}
    return kept | {"XDG_CACHE_HOME": str(installed / "cache")}


def wording(installed, folder, *arguments):
    """What the command prints, once it has ended well."""
    command = [*UNPRIVILEGED, installed / "bin" / "wording", *arguments]
    result = subprocess.run(
        command, cwd=folder, env=environment(installed), capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def list_times(installed):
    """When each file of the installed package was written."""
    return {f: f.stat().st_mtime_ns for f in (installed / SITE / "wording").rglob("*")}


def list_tracked(*folders):
    command = ["git", "ls-files", "-co", "--exclude-standard", *folders]
    result = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True)
    return set(result.stdout.splitlines())


def test_the_wheel_holds_the_library_its_data_and_the_notebooks(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = list_tracked("lib/wording", "data/words", "data/concepts", "data/demo", "notebooks")
    if not tracked:
        pytest.skip("this is no git checkout, which would say what belongs to the project")
    present = {name for name in tracked if (PROJECT_ROOT / name).is_file()}
    places = {"lib": "", "data": "wording/_shipped/data", "notebooks": "wording/_shipped/notebooks"}
    expected = {
        f"{places[room]}/{rest}".lstrip("/")
        for room, _, rest in (name.partition("/") for name in present)
    }
    assert {name for name in names if ".dist-info/" not in name} == expected


@pytest.mark.slow
def test_an_installed_package_does_everything_in_an_empty_folder(installed, tmp_path):
    before = list_times(installed)
    assert "version 0." in wording(installed, tmp_path, "--version")
    wording(installed, tmp_path, "new", "mine")
    assert "18 pages" in wording(installed, tmp_path, "check", "mine")
    for command in (
        ["find", "mine/articles.csv", "--concepts", "mine/concepts.yml", "--out", "hits.csv"],
        ["voice", "mine/articles.csv", "--out", "voice.csv"],
        ["table", "mine", "shares", "--out", "shares.csv"],
    ):
        assert "rows in" in wording(installed, tmp_path, *command)
        assert (tmp_path / command[-1]).stat().st_size > 1000
    assert "1 of 1 pages are good" in wording(
        installed, tmp_path, "report", "mine", "--only", "01_corpus"
    )
    page = (tmp_path / "reports" / "mine" / "01_corpus.html").read_text(encoding="utf8")
    assert "version 0." in page, "the provenance names the version where there is no commit"
    assert "0 of 1 pages would be run" in wording(
        installed, tmp_path, "report", "mine", "--only", "01_corpus", "--dry-run"
    )
    written = {"hits.csv", "mine", "reports", "shares.csv", "voice.csv"}
    assert {file.name for file in tmp_path.iterdir()} == written
    if UNPRIVILEGED or os.geteuid():  # else root writes everywhere, modes or not
        assert list_times(installed) == before


@pytest.mark.slow
def test_lab_serves_a_copy_of_the_notebooks_and_asks_no_other_host(installed, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, log = secrets.token_hex(8), tmp_path / "log"
    own = {f"JUPYTER{n}_DIR": str(tmp_path / n) for n in ("_CONFIG", "_DATA", "_RUNTIME")}
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command = [
        installed / "bin" / "wording",
        "lab",
        "work",
        *options,
        f"--IdentityProvider.token={token}",
    ]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment(installed) | own, stdout=output, stderr=output
        )
    try:
        page = fetch(f"http://127.0.0.1:{port}/lab/tree/start.ipynb?token={token}", process, log)
        settings = json.loads(
            page.split('id="jupyter-config-data" type="application/json">')[1].split("</script>")[0]
        )
        assert settings["news"] == {"disabled": True}
        assert settings["appSettingsDir"].startswith(str(installed))
        peers = {c.raddr.ip for c in psutil.Process(process.pid).net_connections() if c.raddr}
        assert peers <= {"127.0.0.1"}
    finally:
        process.terminate()
        assert process.wait(30) is not None
    assert (tmp_path / "work" / "data" / "demo" / "study.yml").is_file()
    assert "study" in (tmp_path / "work" / "notebooks" / "explore.ipynb").read_text(encoding="utf8")


def fetch(address, process, log):
    """The text at the address once the server answers."""
    end = monotonic() + 60
    while monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address) as answer:
            return answer.read().decode()
        sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_copy_keeps_what_the_user_changed_and_renews_the_rest(tmp_path):
    assert len(copy_notebooks(tmp_path)) == 1
    start, explore = (tmp_path / "notebooks" / name for name in ("start.ipynb", "explore.ipynb"))
    original = explore.read_bytes()
    start.write_text("mine")
    record = tmp_path / ".wording-copied.json"
    before = json.loads(record.read_text())
    explore.write_text("of an earlier version")
    digest = hashlib.sha256(explore.read_bytes()).hexdigest()
    record.write_text(json.dumps(before | {"notebooks/explore.ipynb": digest}))
    assert copy_notebooks(tmp_path)[1:] == ["Kept as you changed them: notebooks/start.ipynb."]
    assert start.read_text() == "mine"
    assert explore.read_bytes() == original
