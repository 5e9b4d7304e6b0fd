"""grade(): every submission becomes one row, whatever the judge does. The judge is made up here."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.grading.executors import Marker
from memslot_lab.grading.marks import Mark, Marked
from memslot_lab.grading.run import grade
from memslot_lab.grading.submission import Submission

HEADER: dict[str, Any] = {"version": "1", "submissions": "/a/place"}


def submission(student: str, **more: Any) -> Submission:
    """Return a submission."""
    return Submission(student, "03_delete", f"{student}/03_delete.py", (("file", student),), **more)


CLASS = [submission(f"s{n:02}") for n in range(30)]


def full(one: Submission) -> Marked:
    """Give full points."""
    return Marked(Mark(one.student, one.exercise, one.place, 10, 10))


def graded(out: Path, mark: Any = full, **more: Any) -> list[Mark]:
    """Grade the class."""
    return grade(more.pop("submissions", CLASS), out, mark, header=HEADER, **more)


def test_grade_results_are_in_order_and_without_a_place(tmp_path: Path) -> None:
    """Marks come in any order; where the files lay is the teacher's own affair."""

    def backwards(mark: Marker, submissions: Iterable[Submission]) -> Iterator[tuple[Submission, Marked]]:
        yield from ((one, mark(one)) for one in [*submissions][::-1])

    marks = graded(tmp_path, executor=backwards)

    assert [mark.student for mark in marks] == [one.student for one in CLASS]
    assert b"/a/place" not in (tmp_path / "results.json").read_bytes()


def test_grade_judge_that_raises_is_a_row(tmp_path: Path) -> None:
    """The type of the exception is for the teacher; all others are marked."""

    def broken(one: Submission) -> Marked:
        if one.student == "s03":
            raise ZeroDivisionError("secret")
        return full(one)

    marks = graded(tmp_path, broken)
    (wrong,) = [mark for mark in marks if mark.status != "graded"]

    assert (wrong.student, wrong.status, wrong.score, wrong.max_score) == ("s03", "grader-error", 0, 10)
    assert "ZeroDivisionError" in wrong.sentence
    assert "secret" not in wrong.sentence
    assert 'raise ZeroDivisionError("secret")' in wrong.trace
    assert "raise Zero" not in (tmp_path / "results.json").read_text()
    assert len(marks) == 30


@pytest.mark.parametrize("odd", [float("nan"), object(), {1, 2}])
def test_grade_mark_that_is_no_plain_data_is_a_row(tmp_path: Path, odd: object) -> None:
    """It could not be written down."""
    made = Mark("ada", "03_delete", "x", 1, 1, tasks=({"odd": odd},))
    marks = graded(tmp_path, lambda one: Marked(made))

    assert {mark.status for mark in marks} == {"grader-error"}


def test_grade_remark_on_files_is_kept(tmp_path: Path) -> None:
    """Which of two files counts stands before what the judge says, once."""
    one = submission("ada", sentence="the later counts")

    def says(words: str) -> str:
        made = Mark(one.student, one.exercise, one.place, 1, 1, sentence=words)
        return graded(tmp_path / str(len(words)), lambda _: Marked(made), submissions=[one])[0].sentence

    assert says("well done") == "the later counts well done"
    assert says("") == "the later counts"
    assert says("the later counts, well") == "the later counts, well"


def test_grade_resumed_does_nothing_twice(tmp_path: Path) -> None:
    """What the journal has is not judged again, and who is new is."""
    first = graded(tmp_path, submissions=CLASS[:20])
    judged: list[str] = []

    def counting(one: Submission) -> Marked:
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

    def counting(one: Submission) -> Marked:
        judged.append(one.student)
        return full(one)

    assert len(graded(tmp_path, counting, submissions=[again, CLASS[1]], resume=True)) == 2
    assert judged == ["s00"]


def test_grade_resumed_marks_what_the_grader_failed_at(tmp_path: Path) -> None:
    """What was its own fault is mended by a second try, and stands once."""

    def broken(one: Submission) -> Marked:
        if one.student == "s01":
            raise OSError("for a moment")
        return full(one)

    assert [mark.status for mark in graded(tmp_path, broken, submissions=CLASS[:3])].count("grader-error") == 1
    for _ in range(2):
        assert [mark.score for mark in graded(tmp_path, submissions=CLASS[:3], resume=True)] == [10, 10, 10]


def test_grade_page_is_kept_before_its_mark(tmp_path: Path) -> None:
    """A run that ends between the two makes both anew."""

    def paged(one: Submission) -> Marked:
        return Marked(full(one).mark, f"<p>{one.student}" if one.student != "s01" else "")

    def keep(mark: Mark, page: str) -> None:
        if mark.student == "s02":
            raise OSError("disk full")
        kept.append(page)

    kept: list[str] = []
    with pytest.raises(OSError, match="disk full"):
        graded(tmp_path, paged, submissions=CLASS[:4], keep_page=keep)
    assert kept == ["<p>s00"]

    graded(tmp_path, paged, submissions=CLASS[:4], keep_page=lambda _, page: kept.append(page), resume=True)
    assert kept == ["<p>s00", "<p>s02", "<p>s03"]
