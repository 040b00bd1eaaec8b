import shutil
from pathlib import Path

import pytest

from wording.files import PROJECT_ROOT
from wording.simulation.simulate import simulate_study


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Path:
    """A copy of the demo study, so that nothing is built in the project's own folder."""
    folder = tmp_path_factory.mktemp("studies") / "demo"
    return shutil.copytree(
        PROJECT_ROOT / "data" / "demo", folder, ignore=shutil.ignore_patterns(".build")
    )


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A small simulated study in which nothing is coded yet."""
    folder = simulate_study(tmp_path_factory.mktemp("studies") / "small", articles=60)
    (folder / "marks.csv").unlink()
    return folder
