"""grade(): every submission becomes one row, whatever the judge does. The judge is made up here."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.grading.marks import Mark
from memslot_lab.grading.run import Progress, grade
from memslot_lab.grading.submission import Submission

HEADER: dict[str, Any] = {"version": "1", "submissions": "/a/place"}


def submission(student: str, **more: Any) -> Submission:
    """Return a submission."""
    return Submission(student, "03_delete", f"{student}/03_delete.py", (("file", student),), **more)


CLASS = [submission(f"s{n:02}") for n in range(30)]


def full(one: Submission) -> Mark:
    """Give full points."""
    return Mark(one.student, one.exercise, one.place, 10, 10)


def graded(out: Path, mark: Any = full, **more: Any) -> list[Mark]:
    """Grade the class."""
    return grade(more.pop("submissions", CLASS), out, mark, header=HEADER, **more)


def test_grade_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    """Marks come in any order, results do not."""

    def slow(one: Submission) -> Mark:
        time.sleep(hash(one.student) % 7 / 2000)
        return full(one)

    for jobs in (1, 2, 8):
        assert [mark.student for mark in graded(tmp_path / str(jobs), slow, jobs=jobs)] == [s.student for s in CLASS]
    found = {(tmp_path / str(jobs) / "results.json").read_bytes() for jobs in (1, 2, 8)}

    assert len(found) == 1
    assert b"/a/place" not in found.pop()


def test_grade_judge_that_raises_is_a_row(tmp_path: Path) -> None:
    """The type of the exception is for the teacher; all others are marked."""

    def broken(one: Submission) -> Mark:
        if one.student == "s03":
            raise ZeroDivisionError("secret")
        return full(one)

    marks = graded(tmp_path, broken)
    (wrong,) = [mark for mark in marks if mark.status != "graded"]

    assert (wrong.student, wrong.status, wrong.score, wrong.max_score) == ("s03", "grader-error", 0, 10)
    assert "ZeroDivisionError" in wrong.sentence
    assert "secret" not in wrong.sentence
    assert len(marks) == 30


@pytest.mark.parametrize("odd", [float("nan"), object(), {1, 2}])
def test_grade_mark_that_is_no_plain_data_is_a_row(tmp_path: Path, odd: object) -> None:
    """It could not be written down."""
    marks = graded(tmp_path, lambda one: Mark(one.student, one.exercise, one.place, 1, 1, tasks=({"odd": odd},)))

    assert {mark.status for mark in marks} == {"grader-error"}


def test_grade_what_cannot_be_judged_is_not_given_to_the_judge(tmp_path: Path) -> None:
    """Its row says why, with no points of all."""
    bad = submission("eve", status="bad-notebook", sentence="save it again")
    (mark,) = graded(tmp_path, lambda one: pytest.fail("judged"), submissions=[bad])

    assert (mark.status, mark.sentence, mark.score, mark.max_score) == ("bad-notebook", "save it again", 0, 10)


def test_grade_remark_on_files_is_kept(tmp_path: Path) -> None:
    """Which of two files counts stands before what the judge says, once."""
    one = submission("ada", sentence="the later counts")

    def says(words: str) -> str:
        made = Mark(one.student, one.exercise, one.place, 1, 1, sentence=words)
        return graded(tmp_path / str(len(words)), lambda _: made, submissions=[one])[0].sentence

    assert says("well done") == "the later counts well done"
    assert says("") == "the later counts"
    assert says("the later counts, well") == "the later counts, well"


def test_grade_resumed_does_nothing_twice(tmp_path: Path) -> None:
    """What the journal has is not judged again, and who is new is."""
    first = graded(tmp_path, submissions=CLASS[:20])
    judged: list[str] = []

    def counting(one: Submission) -> Mark:
        judged.append(one.student)
        return full(one)

    told: list[Mark] = []
    marks = graded(tmp_path, counting, resume=True, progress=told.append)

    assert judged == [one.student for one in CLASS[20:]]
    assert marks[:20] == first
    assert sorted(mark.student for mark in told) == [one.student for one in CLASS]


def test_grade_changed_submission_is_judged_again(tmp_path: Path) -> None:
    """And its old mark is not in the results."""
    graded(tmp_path, submissions=CLASS[:2])
    again = Submission("s00", "03_delete", "s00/03_delete.py", (("file", "better"),))
    judged: list[str] = []

    def counting(one: Submission) -> Mark:
        judged.append(one.student)
        return full(one)

    assert len(graded(tmp_path, counting, submissions=[again, CLASS[1]], resume=True)) == 2
    assert judged == ["s00"]


def test_grade_reads_few_submissions_ahead(tmp_path: Path) -> None:
    """Ten thousand do not lie in memory."""
    read, judged, most = 0, 0, 0
    lock = threading.Lock()

    def coming() -> Iterator[Submission]:
        nonlocal read, most
        for n in range(200):
            read += 1
            most = max(most, read - judged)
            yield submission(f"s{n:03}")

    def counting(one: Submission) -> Mark:
        nonlocal judged
        time.sleep(0.001)
        with lock:
            judged += 1
        return full(one)

    graded(tmp_path, counting, submissions=coming(), jobs=2)

    assert most <= 10


def test_grade_works_at_once(tmp_path: Path) -> None:
    """Four workers meet."""
    barrier = threading.Barrier(4, timeout=10)

    def meeting(one: Submission) -> Mark:
        barrier.wait()
        return full(one)

    assert {mark.status for mark in graded(tmp_path, meeting, submissions=CLASS[:4], jobs=4)} == {"graded"}


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_on_a_terminal_is_one_line() -> None:
    """Done, rate, time left, failures."""
    stream = Terminal()
    progress = Progress(total=2, stream=stream)
    progress(full(CLASS[0]))
    progress(Mark("x", "03_delete", "x", 0, 10, "bad-zip"))
    progress.end()
    last = stream.getvalue().split("\r")[-1]

    assert last.startswith("\x1b[K2 of 2 graded, ")
    assert last.endswith(" a second, 0 s left, 1 not judged\n")


def test_progress_elsewhere_is_silent() -> None:
    """A log is not filled with it."""
    stream = io.StringIO()
    progress = Progress(total=1, stream=stream)
    progress(full(CLASS[0]))
    progress.end()

    assert stream.getvalue() == ""
