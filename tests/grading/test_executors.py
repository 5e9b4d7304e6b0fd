"""The same marks wherever they are made, with processes that are killed in the middle: nothing lost, nothing twice."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.cli import main
from memslot_lab.grading.executors import Executor, ExecutorError, in_processes, in_turn, on_dask
from memslot_lab.grading.marker import SubmissionMarker, close_judges
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.run import grade
from memslot_lab.grading.sandbox import SandboxError, Tier, best_tier
from memslot_lab.grading.submission import Submission, Submissions
from tests.grading.markers import Numbered

ROOT = Path(__file__).parents[2]
confined = pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")


def submissions(*odd: tuple[int, str], count: int = 60, usual: str = "well") -> list[Submission]:
    """Return submissions that say their numbers, some of which do something else besides."""
    said = dict(odd)
    return [
        Submission(f"s{n:03}", "03_delete", f"s{n:03}.py", (("file", f"{n} {said.get(n, usual)}"),))
        for n in range(count)
    ]


def marks(executor: Executor, folder: Path, those: list[Submission]) -> dict[str, tuple[int | float, str]]:
    """Return score and status by student; each comes once."""
    folder.mkdir(exist_ok=True)
    found = [(one, marked.mark) for one, marked in executor(Numbered(str(folder)), iter(those))]
    assert [one.student for one, _ in found] == [mark.student for _, mark in found]
    assert Counter(one.student for one, _ in found).most_common(1)[0][1] == 1
    return {mark.student: (mark.score, mark.status) for _, mark in found}


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int | float, str]]:
    """Return what comes of all when nothing happens."""
    return marks(in_turn, tmp_path_factory.mktemp("in_turn"), submissions())


def test_processes_give_the_same_marks(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """And more than one of them works."""
    assert wanted["s041"] == (41, "graded")
    assert marks(in_processes(2), tmp_path, submissions(usual="slow")) == wanted
    assert len({path.read_text() for path in tmp_path.iterdir()}) == 2


def test_processes_killed_lose_nothing(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """Two die in the middle; what they had is marked anew."""
    assert marks(in_processes(2), tmp_path, submissions((7, "dies-once"), (33, "dies-once"))) == wanted


def test_processes_killed_by_one_submission_cost_that_one(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """Its neighbours keep their marks."""
    found = marks(in_processes(2), tmp_path, submissions((20, "dies")))

    assert found.pop("s020") == (0, "grader-error")
    assert found == {student: mark for student, mark in wanted.items() if student != "s020"}


def test_processes_end_when_nothing_can_be_marked(tmp_path: Path) -> None:
    """A sandbox that does not work is no row."""
    with pytest.raises(SandboxError, match="no room"):
        marks(in_processes(2), tmp_path, submissions((5, "fails")))


def test_processes_end_with_their_parent(tmp_path: Path) -> None:
    """Killed, it cannot tell them."""
    run = subprocess.Popen([sys.executable, "-m", "tests.grading.markers", str(tmp_path)], cwd=ROOT)
    until = time.monotonic() + 30
    while len(pids := {path.read_text() for path in tmp_path.iterdir() if path.stat().st_size}) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    run.kill()
    run.wait()
    while any(map(is_there, map(int, pids))):
        assert time.monotonic() < until
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    """Return whether a process runs."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return False


def test_marker_of_another_version_marks_nothing() -> None:
    """A worker of a cluster may have another package, and give other marks."""
    with pytest.raises(SandboxError, match=r"of memslot-lab 0\.0, and a worker has .*; install the same there"):
        SubmissionMarker(best_tier(), version="0.0")(submissions(count=1)[0])


# On a cluster of dask, two worker processes of this machine.


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Yield a cluster."""
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as local:
        yield local


def test_dask_gives_the_same_marks(tmp_path: Path, cluster: Any, wanted: dict[str, Any]) -> None:
    """Both workers work."""
    assert marks(on_dask(cluster.scheduler_address), tmp_path, submissions(usual="slow")) == wanted
    assert len({path.read_text() for path in tmp_path.iterdir()}) == 2


def test_dask_worker_killed_in_the_middle_loses_nothing(tmp_path: Path, cluster: Any, wanted: dict[str, Any]) -> None:
    """The other one, or its successor, marks what it had."""
    assert marks(on_dask(cluster.scheduler_address), tmp_path, submissions((30, "dies-once"))) == wanted


@confined
def test_dask_with_the_real_judge_gives_the_same_bytes(tmp_path: Path, cluster: Any) -> None:
    """One worker is killed between two marks; the submissions are not on its disk."""
    for n in range(6):
        for source in ("solutions", "exercises"):
            folder = tmp_path / "all" / f"{source[0]}{n}"
            folder.mkdir(parents=True)
            shutil.copy(ROOT / source / "03_delete.ipynb", folder)
    found = Submissions(tmp_path / "all")
    mark = SubmissionMarker(best_tier())
    grade(found, tmp_path / "here", mark, header={"of": "both"})
    close_judges()
    before = pids(cluster)

    def kill_one(_: Mark) -> None:
        if before == pids(cluster):
            os.kill(min(before), signal.SIGKILL)

    executor = on_dask(cluster.scheduler_address)
    grade(found, tmp_path / "there", mark, header={"of": "both"}, executor=executor, progress=kill_one)

    assert pids(cluster) != before
    assert (tmp_path / "there" / "results.json").read_bytes() == (tmp_path / "here" / "results.json").read_bytes()
    assert b'"score": 10' in (tmp_path / "here" / "results.json").read_bytes()


def pids(cluster: Any) -> set[int]:
    """Return the processes of a cluster's workers."""
    return {nanny.pid for nanny in cluster.workers.values()}


@confined
def test_dask_from_the_command_line(tmp_path: Path, cluster: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """With an address, and no file shared."""
    path = ROOT / "solutions" / "03_delete.ipynb"
    words = ["grade", str(path), "--out", str(tmp_path / "out"), "--dask", cluster.scheduler_address]

    assert main(words) == 0
    assert "1 submission of 1 student: 1 graded" in capsys.readouterr().out


def test_dask_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to start it."""
    monkeypatch.setattr("memslot_lab.grading.executors._PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere", "tcp://nowhere"):
        with pytest.raises(ExecutorError, match=f"{address} answers no dask scheduler .*`dask scheduler`"):
            on_dask(address)
