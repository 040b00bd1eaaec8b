"""What `make setup` compiles beforehand is what a build uses."""

import os
import subprocess
import sys

import pytest

from wording.simulation.simulate import simulate_study


@pytest.mark.slow  # it compiles all kernels
def test_a_build_after_the_compilation_compiles_nothing(tmp_path):
    kernels, environment = tmp_path / "kernels", dict(os.environ)
    environment["NUMBA_CACHE_DIR"] = str(kernels)
    study = simulate_study(tmp_path / "study", articles=60, seed=5)
    compile_first = [sys.executable, "-m", "wording.precompile"]
    build = [sys.executable, "-m", "wording.cli", "build", str(study)]
    subprocess.run(compile_first, env=environment, check=True)
    compiled = {file.name for file in kernels.rglob("*.nbc")}
    assert len(compiled) > 20
    subprocess.run(build, env=environment, check=True)
    assert {file.name for file in kernels.rglob("*.nbc")} == compiled
