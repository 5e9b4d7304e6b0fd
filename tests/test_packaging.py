"""The built wheel: two small dependencies, the course inside, and an import that loads nothing else."""

import json
import subprocess
import sys
import venv
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from memslot_lab import __version__
from memslot_lab.course.workspace import unpack
from memslot_lab.grading.formats.autograder import autograder_zip

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; return what it printed, or fail with it."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="session")
def python(wheel: Path) -> Path:
    """Install the wheel alone into an empty environment; return its interpreter."""
    home = wheel.parent / "venv"
    venv.create(home, with_pip=False)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    return python


def test_wheel_metadata_asks_for_two_packages(wheel: Path) -> None:
    """Without an extra, ipywidgets and anywidget are all that is installed."""
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))

    needs = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert sorted(need.split(">")[0] for need in needs) == ["anywidget", "ipywidgets"]
    assert set(metadata.get_all("Provides-Extra", [])) == {"lab", "grade", "dask", "dev"}
    assert (metadata["Version"], metadata["License-Expression"]) == (__version__, "GPL-2.0-only")


def test_wheel_carries_the_course_and_hides_the_solutions(wheel: Path, tmp_path: Path) -> None:
    """What a checkout lays out is in it, and the solutions in a hidden folder: no leftover of an editor."""
    with ZipFile(wheel) as archive:
        everything = {name for name in archive.namelist() if name.startswith("memslot_lab/_course/")}

    hidden = {name for name in everything if name.startswith("memslot_lab/_course/.solutions/")}
    packed = everything - hidden
    assert {Path(name).name for name in hidden} == {path.name for path in (ROOT / "solutions").glob("*.ipynb")}
    delivered = {path.relative_to(tmp_path / "mine").as_posix() for path in unpack(tmp_path / "mine").written}
    assert {name.removeprefix("memslot_lab/_course/") for name in packed} == delivered
    assert "memslot_lab/_course/notebooks/00_start_here.ipynb" in packed
    assert "memslot_lab/_course/exercises/info.toml" in packed


def test_import_in_an_empty_environment_loads_the_standard_library_only(python: Path, tmp_path: Path) -> None:
    """The package and its engine work with nothing else installed."""
    code = "import sys; before = set(sys.modules); import memslot_lab; memslot_lab.engine.Memslots(); "
    code += "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    loaded = set(run(python, "-c", code, cwd=tmp_path).split())

    assert loaded - sys.stdlib_module_names == {"memslot_lab"}


def test_import_of_the_package_loads_no_room_but_the_engine(python: Path, tmp_path: Path) -> None:
    """What is not asked for is not loaded."""
    code = (
        "import sys, memslot_lab; memslot_lab.engine; print(*(n for n in sys.modules if n.startswith('memslot_lab.')))"
    )
    loaded = run(python, "-c", code, cwd=tmp_path).split()

    assert {name.split(".")[1] for name in loaded} == {"engine"}


def test_command_in_an_empty_environment_prints_its_help(python: Path, tmp_path: Path) -> None:
    """`memslot-lab --help` needs no extra."""
    assert "replay" in run(python.with_name("memslot-lab"), "--help", cwd=tmp_path)


def test_unpack_from_the_installed_wheel_keeps_what_is_there(python: Path, tmp_path: Path) -> None:
    """Outside the repository the wheel lays the course out, and keeps a file that differs."""
    (tmp_path / "mine/exercises").mkdir(parents=True)
    (tmp_path / "mine/exercises/03_delete.ipynb").write_text("mine")
    code = "from pathlib import Path; from memslot_lab.course.workspace import unpack; "
    code += "print(*(new.name for _, new in unpack(Path('mine')).kept))"

    assert run(python, "-c", code, cwd=tmp_path).split() == ["03_delete.new.ipynb"]
    assert (tmp_path / "mine/exercises/03_delete.ipynb").read_text() == "mine"
    start = "notebooks/00_start_here.ipynb"
    assert (tmp_path / "mine" / start).read_bytes() == (ROOT / start).read_bytes()
    assert run(python, "-c", code, cwd=tmp_path).split() == []


def test_solution_from_the_installed_wheel_is_shown_after_a_pass(python: Path, tmp_path: Path) -> None:
    """It is never laid out, and shown once the answer passes."""
    run(
        python,
        "-c",
        "from pathlib import Path; from memslot_lab.course.workspace import unpack; unpack(Path())",
        cwd=tmp_path,
    )
    assert not list(tmp_path.rglob("*solutions*"))
    answer = (ROOT / "tests/right/03_delete/kernel_loop.py").read_text()
    (tmp_path / "exercises/03_delete.py").write_text(answer)
    command = python.with_name("memslot-lab")

    assert "one possibility" in run(command, "solution", "03_delete", cwd=tmp_path)
    assert "exercises/kept/03_delete." in run(command, "reset", "03_delete", "--yes", cwd=tmp_path)
    assert json.loads((tmp_path / "exercises/03_delete.ipynb").read_text())["metadata"]["memslot_lab"]["released"]


def test_gradescope_zip_from_the_installed_wheel_is_that_of_the_checkout(python: Path, tmp_path: Path) -> None:
    """The same files, to the byte: no solution, and nothing of the environment."""
    run(python.with_name("memslot-lab"), "gradescope-zip", "03_delete", "--out", "autograder.zip", cwd=tmp_path)

    with ZipFile(tmp_path / "autograder.zip") as theirs, ZipFile(BytesIO(autograder_zip("03_delete"))) as ours:
        assert theirs.namelist() == ours.namelist()
        assert {name for name in ours.namelist() if theirs.read(name) != ours.read(name)} == set()
