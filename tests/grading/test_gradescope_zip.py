"""The autograder for Gradescope: its scripts are run for real, by a Python that has no package of ours."""

import ctypes
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from memslot_lab.cli import main
from memslot_lab.course.handout import hand_out
from memslot_lab.grading.formats.autograder import autograder_zip
from memslot_lab.grading.formats.gradescope import uploader
from memslot_lab.grading.sandbox import Tier, best_tier, seccomp
from memslot_lab.grading.sandbox.syscalls import numbers
from memslot_lab.grading.sandbox.tiers import try_tier

ROOT = Path(__file__).parents[2]
NAME = "03_delete"

linux = pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's containers are Linux")


def metadata(**user: object) -> str:
    """Return what Gradescope says of a submission, with one user."""
    return json.dumps({"id": 1, "created_at": "2026-10-01T12:00:00.000000-07:00", "users": [{"id": 7, **user}]})


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (metadata(email="ada@example.com", name="Ada"), "ada@example.com"),
        (metadata(email="", name="Ada"), "Ada"),
        (metadata(), "student"),
        ('{"users": []}', "student"),
        ("[]", "student"),
        ("{", "student"),
    ],
)
def test_uploader_is_the_address_before_the_name(tmp_path: Path, text: str, student: str) -> None:
    """And nobody in particular where the file does not say."""
    (tmp_path / "submission_metadata.json").write_text(text)

    assert uploader(tmp_path / "submission_metadata.json") == student
    assert uploader(tmp_path / "gone.json") == "student"


def test_zip_is_the_package_without_solutions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts that may be run, the same bytes each time, and no other notebook than the one that marks the place."""
    out = tmp_path / "autograder.zip"
    assert main(["gradescope-zip", NAME, "--out", str(out), "--secret", "it's"]) == 0
    assert f"wrote {out}" in capsys.readouterr().out
    with ZipFile(out) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        settings = archive.read("settings.sh").decode()

    assert (modes["setup.sh"], modes["run_autograder"], modes["settings.sh"]) == (0o755, 0o755, 0o600)
    assert [name for name in modes if name.endswith(".ipynb")] == ["memslot_lab/_course/notebooks/00_start_here.ipynb"]
    assert not [name for name in modes if "solutions" in name or "__pycache__" in name]
    assert out.read_bytes() == autograder_zip(NAME, "it's")
    words = subprocess.run(["sh", "-c", f'{settings}printf "%s" "$secret"'], capture_output=True, text=True, check=True)
    assert words.stdout == "it's"


@pytest.mark.parametrize(
    ("words", "error"),
    [(["03_delet", "--out", "new.zip"], "03_delete"), ([NAME, "--out", "old.zip"], "is there already")],
)
def test_zip_that_cannot_be_made_is_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    error: str,
) -> None:
    """No file is overwritten, and none is left."""
    monkeypatch.chdir(tmp_path)
    Path("old.zip").write_text("mine")

    assert main(["gradescope-zip", *words]) == 2
    assert error in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old.zip": "mine"}


# On a machine like Gradescope's.


@pytest.fixture
def machine(tmp_path: Path, require_program: Callable[..., str]) -> Path:
    """Return the folder that stands for /autograder, laid out as Gradescope does before it runs setup.sh."""
    require_program("bash")
    for name in ("source", "submission", "results"):
        (tmp_path / "autograder" / name).mkdir(parents=True)
    (tmp_path / "autograder" / "submission_metadata.json").write_text(metadata(email="ada@example.com", name="Ada"))
    return tmp_path / "autograder"


def set_up(machine: Path, **settings: str) -> None:
    """Unpack the zip as Gradescope does, and run its setup.sh."""
    archive = machine.parent / "autograder.zip"
    archive.write_bytes(autograder_zip(NAME, **settings))
    with ZipFile(archive) as file:
        file.extractall(machine / "source")
    shutil.copy(machine / "source" / "run_autograder", machine)
    run(machine, machine / "source" / "setup.sh")


def run(machine: Path, script: Path, *, refused: tuple[str, ...] = (), status: int = 0) -> str:
    """Run a script with nothing of this environment, where the kernel refuses these calls; return what it printed."""
    environment = {"PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin", "AUTOGRADER_ROOT": str(machine)}
    command = ["bash", str(script)]
    done = subprocess.run(
        command,
        cwd="/",
        env=environment,
        preexec_fn=(lambda: refuse(refused)) if refused else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def refuse(calls: tuple[str, ...]) -> None:
    """Let this process and all that it starts be refused system calls, as a container's profile does."""
    program = seccomp._step(seccomp._LOAD, seccomp._NUMBER)
    known = numbers("unshare 272 97; landlock_create_ruleset 444 444;")
    for number in (known[name] for name in calls):
        program += seccomp._step(seccomp._EQUAL, number, no=1) + seccomp._step(seccomp._RETURN, seccomp._REFUSE)
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which only root may
    seccomp.install(program + seccomp._step(seccomp._RETURN, seccomp._ALLOW))


def results(machine: Path) -> dict[str, Any]:
    """Return the results that were written."""
    return json.loads((machine / "results" / "results.json").read_bytes())


def hand_in(machine: Path, *sources: Path) -> None:
    """Upload files under their own names."""
    for source in sources:
        shutil.copy(source, machine / "submission")


@linux
@pytest.mark.parametrize(
    ("refused", "tier"),
    [
        ((), best_tier()),
        (("unshare",), Tier.LANDLOCK),
        (("unshare", "landlock_create_ruleset"), Tier.PROCESS),
    ],
    ids=["as it is", "no namespaces", "no boundary"],
)
def test_run_autograder_marks_whatever_the_container_allows(
    machine: Path, refused: tuple[str, ...], tier: Tier
) -> None:
    """The strongest tier that works is taken and named; without a boundary the submission is marked all the same."""
    if not try_tier(tier).works:
        pytest.skip(f"the tier {tier.value} does not work here")
    set_up(machine)
    hand_in(machine, ROOT / f"tests/wrong/{NAME}/absent_is_none.py")
    said = run(machine, machine / "run_autograder", refused=refused)
    data = results(machine)

    assert f"submissions run in the tier: {tier.value}" in said
    assert data["extra_data"]["memslot_lab"]["tier"] == tier.value
    assert (data["score"], len(data["tests"])) == (8, 8)
    failed = [(test["name"], test["max_score"]) for test in data["tests"] if test["status"] == "failed"]
    assert failed == [(f"{NAME}: delete, index table", 2)]


@linux
@pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")
def test_run_autograder_wants_the_variant_of_the_address(machine: Path, tmp_path: Path) -> None:
    """The student of the metadata has a variant; the course's own notebook, unchanged, is another's."""
    folders = ROOT / "solutions", ROOT / "exercises"
    hand_out(*folders, course_seed="autumn", students=["ada@example.com"], out=tmp_path / "handed")
    set_up(machine, course_seed="autumn", secret="hidden")
    hand_in(machine, tmp_path / "handed" / "ada@example.com" / f"{NAME}.ipynb")
    run(machine, machine / "run_autograder")
    own = results(machine)
    hand_in(machine, ROOT / f"solutions/{NAME}.ipynb")
    run(machine, machine / "run_autograder")
    others = results(machine)

    assert own["tests"][0]["output"].startswith("delete() is not written yet")
    assert "ada@example.com was given" in others["tests"][0]["output"]
    assert (others["score"], others["tests"][0]["max_score"]) == (0, 10)


@linux
@pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")
def test_run_autograder_of_odd_uploads_is_a_result(machine: Path) -> None:
    """A link to the secret, then nothing at all; then files in folders, and the answer still counts."""
    set_up(machine)
    link = machine / "submission" / f"{NAME}.py"
    link.symlink_to(machine / "source" / "settings.sh")
    run(machine, machine / "run_autograder")
    linked = results(machine)
    link.unlink()
    run(machine, machine / "run_autograder")
    nothing = results(machine)
    inside = machine / "submission" / "submitted" / "memslots"
    inside.mkdir(parents=True)
    shutil.copy(ROOT / f"solutions/{NAME}.ipynb", inside / f"{NAME} (1).ipynb")
    run(machine, machine / "run_autograder")

    assert "link" in linked["tests"][0]["output"]
    assert (linked["score"], linked["tests"][0]["max_score"]) == (0, 10)
    assert (nothing["score"], len(nothing["tests"])) == (0, 1)
    assert results(machine)["score"] == 10


@linux
def test_run_autograder_that_fails_writes_no_result(machine: Path) -> None:
    """Gradescope then tells the teacher; a nought would be the student's loss. A result of others' making goes."""
    set_up(machine)
    (machine / "results" / "results.json").write_text('{"score": 10}')
    hand_in(machine, ROOT / f"solutions/{NAME}.ipynb")
    (machine / "source/memslot_lab/_course/exercises/info.toml").write_text("=")
    run(machine, machine / "run_autograder", status=1)

    assert list((machine / "results").iterdir()) == []
