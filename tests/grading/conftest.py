"""nbgrader in an environment of its own, for those tests that ask it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def nbgrader_python(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Return a function that runs a Python which has nbgrader, installed once into pytest's cache, and this package."""
    fcntl = pytest.importorskip("fcntl", reason="nbgrader is tried where files can be locked, on Linux and macOS")
    requirements = HERE / "nbgrader.txt"
    key = sha256(f"{sys.prefix} {sys.version} {requirements.read_text()}".encode()).hexdigest()[:8]
    home = pytestconfig.cache.mkdir("nbgrader") / key
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be at it
        if not (home / "ready").exists():
            lay_over_this_environment(home, requirements)
    jupyter = tmp_path_factory.mktemp("jupyter")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = os.environ | {name: str(jupyter / name.lower()) for name in names}
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name

    def run(*words: str | Path, cwd: Path) -> str:
        command = [home / "bin/python", *words]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def lay_over_this_environment(home: Path, requirements: Path) -> None:
    """Make an environment that sees this one and has nbgrader on top; fail or skip where it cannot be had."""
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    (site,) = home.glob("lib/python*/site-packages")
    (site / "below.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"nbgrader cannot be installed: {done.stderr.strip()}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    (home / "ready").touch()
