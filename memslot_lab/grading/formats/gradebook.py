"""Marks into a gradebook of nbgrader, by nbgrader's own `Gradebook`.

A notebook is an exercise, and the cells are those of its notebook: the points of a function are the automatic score
of the cell that counts them. Only what nbgrader's own autograde writes is written: automatic scores and comments, and
whether a person has to look. What a person wrote (scores, extra credit, comments) stays, and so do times and
penalties of late submissions.
"""

import json
import os
import re
import sys
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple, cast

from memslot_lab.course.catalog import Exercise, find_exercise
from memslot_lab.course.workspace import course_files
from memslot_lab.grading.formats.items import items
from memslot_lab.grading.formats.read import ExportError
from memslot_lab.grading.marks import Mark

__all__ = ["Score", "gradebook_url", "scores", "without_password", "write_gradebook"]

_WIDTH = 96  # of a comment


@dataclass(frozen=True, slots=True)
class Score:
    """What a student got for one function.

    Parameters
    ----------
    student, exercise, function : str
        Whose, and for what.
    points : int or float or None
        None where a person has to look.
    comment : str
        What the student may know of it.
    """

    student: str
    exercise: str
    function: str
    points: int | float | None
    comment: str


class _Cell(NamedTuple):
    """A cell of an exercise's notebook that nbgrader knows."""

    name: str
    kind: str
    source: str
    mark: dict[str, Any]


def scores(marks: Iterable[Mark]) -> list[Score]:
    """Return what goes into the gradebook; a mark without an exercise is left out."""
    return [score for mark in marks if mark.exercise for score in _of_mark(mark)]


def _of_mark(mark: Mark) -> Iterator[Score]:
    found = items(mark)
    tasks = {task["function"]: task["points"] for task in mark.tasks}
    for task in find_exercise(mark.exercise).tasks:
        function = task.function
        points = None if mark.status == "grader-error" else tasks.get(function, 0)
        told = [_told(item.group, item.shown) for item in found if item.function in ("", function) and item.shown]
        yield Score(mark.student, mark.exercise, function, points, "\n\n".join(told))


def _told(group: str, words: str) -> str:
    """Return words as a block of code in Markdown: nbgrader's feedback takes a comment for Markdown with HTML in it."""
    text = f"{group}: {words}" if group else words
    lines = (line for part in text.splitlines() for line in wrap(part, _WIDTH))
    return "\n".join(f"    {line}" for line in lines)


def gradebook_url(place: str) -> str:
    """Return the address of a gradebook's database.

    Parameters
    ----------
    place : str
        An address already, a file, or the folder of a course.

    Raises
    ------
    ExportError
        Its folder is not there.
    """
    if "://" in place:
        return place
    path = Path(place)
    file = path / "gradebook.db" if path.is_dir() else path
    missing = path if file is path and not path.exists() and path.suffix != ".db" else file.parent
    if not missing.is_dir():
        words = f"{missing} is not there; give --gradebook nbgrader's course folder, its gradebook.db or a URL"
        raise ExportError(words)
    return f"sqlite:///{file}"


def without_password(url: str) -> str:
    """Return an address of a database as it may be shown."""
    return re.sub(r"://[^/]*@", "://...@", url)


def write_gradebook(found: Sequence[Score], url: str, assignment: str) -> None:
    """Write scores; to write the same again changes nothing.

    An assignment or a notebook that the gradebook has not is made, with the cells that nbgrader would make of it.

    Parameters
    ----------
    found : Sequence[Score]
        From `scores()`.
    url : str
        Of the database.
    assignment : str
        Its name in nbgrader.

    Raises
    ------
    ExportError
        nbgrader is not installed, the gradebook cannot be used, or it has other cells or points than the exercises.
    """
    try:
        api: Any = import_module("nbgrader.api")
        errors: Any = import_module("sqlalchemy.exc")
    except ImportError:
        words = "nbgrader is not installed beside memslot-lab; run `pip install nbgrader` in this environment"
        raise ExportError(f"{words}, or install memslot-lab in nbgrader's") from None
    try:
        with warnings.catch_warnings(), _programs_found(), api.Gradebook(url) as gradebook:
            warnings.simplefilter("ignore", errors.SAWarning)  # nbgrader's own way to add a submission gives some
            _Writer(api, gradebook, assignment).write(found)
    except (errors.SQLAlchemyError, api.MissingEntry, api.InvalidEntry) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        words = "see that nothing else is writing, and that `nbgrader db upgrade` has been run"
        raise ExportError(f"the gradebook {without_password(url)} cannot be used ({reason}); {words}") from None


@contextmanager
def _programs_found() -> Generator[None]:
    """Let programs of this environment be found by name: nbgrader calls alembic so where it makes a gradebook."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


class _Writer:
    """Writes into one assignment of an open gradebook.

    Parameters
    ----------
    api, gradebook : Any
        The module nbgrader.api, and a `Gradebook` of it.
    assignment : str
        Its name.
    """

    def __init__(self, api: Any, gradebook: Any, assignment: str) -> None:
        self._api, self._book, self._assignment = api, gradebook, assignment

    def write(self, found: Sequence[Score]) -> None:
        """Write all, after a look at whether it fits."""
        exercises = [find_exercise(name) for name in dict.fromkeys(score.exercise for score in found)]
        for exercise in exercises:
            if notebook := self._found("find_notebook", exercise.name, self._assignment):
                self._require_cells(notebook, exercise)
        if not self._found("find_assignment", self._assignment):
            self._book.add_assignment(self._assignment)
        for exercise in exercises:
            if not self._found("find_notebook", exercise.name, self._assignment):
                self._make_notebook(exercise.name)
        by_student: dict[str, list[Score]] = {}
        for score in found:
            by_student.setdefault(score.student, []).append(score)
        for student, own in by_student.items():
            self._write_student(student, own, exercises)

    def _found(self, find: str, *names: str) -> Any:
        """Return what one of the gradebook's methods finds, None if it finds nothing."""
        try:
            return getattr(self._book, find)(*names)
        except self._api.MissingEntry:
            return None

    # Cells.

    def _require_cells(self, notebook: Any, exercise: Exercise) -> None:
        has = {cell.name: cell.max_score for cell in notebook.grade_cells}
        for name, points in _points(exercise).items():
            if has.get(name) != points:
                gives = f"{has[name]:g} points for" if name in has else "no"
                words = f"assignment {self._assignment} has {gives} cell {name} in {exercise.name}"
                words += f", and {points} are due"
                raise ExportError(f"{words}; generate it from the solutions of this memslot-lab")

    def _make_notebook(self, exercise: str) -> None:
        where = exercise, self._assignment
        data = _notebook(exercise)
        self._book.add_notebook(*where, kernelspec=json.dumps(data["metadata"].get("kernelspec", {})))
        for cell in _cells(data):
            if cell.mark["grade"]:
                points = float(cell.mark["points"])
                self._book.add_grade_cell(cell.name, *where, max_score=points, cell_type=cell.kind)
            if cell.mark["solution"]:
                self._book.add_solution_cell(cell.name, *where)
            locked = cell.mark["locked"] or cell.mark["grade"]
            self._book.add_source_cell(
                cell.name, *where, cell_type=cell.kind, locked=locked, source=cell.source, checksum=_checksum(cell)
            )

    # Scores.

    def _write_student(self, student: str, found: Sequence[Score], exercises: Iterable[Exercise]) -> None:
        self._book.update_or_create_student(student)
        submission = self._book.update_or_create_submission(self._assignment, student)
        for exercise in exercises:
            notebook = self._found("find_submission_notebook", exercise.name, self._assignment, student)
            _begin_at_zero(notebook or self._add_notebook(submission, exercise.name), exercise)
        for score in found:
            self._write_score(score)
        self._book.db.commit()

    def _add_notebook(self, submission: Any, exercise: str) -> Any:
        """Add to a submission a notebook that its assignment had not when it was made; as add_submission does."""
        notebook = self._book.find_notebook(exercise, self._assignment)
        made = self._api.SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in notebook.grade_cells:
            self._api.Grade(cell_id=cell.id, notebook=made)
        for cell in notebook.solution_cells:
            self._api.Comment(cell_id=cell.id, notebook=made)
        self._book.db.add(made)
        self._book.db.commit()
        return made

    def _write_score(self, score: Score) -> None:
        where = score.exercise, self._assignment, score.student
        grade = self._book.find_grade(f"points_{score.function}", *where)
        if grade.manual_score is None or grade.auto_score != score.points:
            grade.needs_manual_grade = grade.manual_score is not None or score.points is None
        grade.auto_score = score.points
        if comment := self._found("find_comment", score.function, *where):
            comment.auto_comment = score.comment or None


def _points(exercise: Exercise) -> dict[str, int]:
    """Return the points to be had by the cell that counts them."""
    return {f"points_{task.function}": sum(group.points for group in task.groups) for task in exercise.tasks}


def _begin_at_zero(notebook: Any, exercise: Exercise) -> None:
    """Give no points where there are none yet, as nbgrader does for a notebook that is not handed in.

    A cell of the teacher's own that waits for a person goes on waiting.
    """
    for grade in notebook.grades:
        if grade.name in _points(exercise) and grade.auto_score is None and grade.manual_score is None:
            grade.auto_score, grade.needs_manual_grade = 0, False


def _notebook(exercise: str) -> dict[str, Any]:
    path = course_files() / "exercises" / f"{exercise}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def _cells(notebook: dict[str, Any]) -> Iterator[_Cell]:
    for cell in notebook["cells"]:
        if mark := cast("dict[str, Any]", cell["metadata"].get("nbgrader")):
            yield _Cell(mark["grade_id"], cell["cell_type"], "".join(cell["source"]), mark)


def _checksum(cell: _Cell) -> str:
    """Return nbgrader's checksum of a cell."""
    plain = {"cell_type": cell.kind, "source": cell.source, "metadata": {"nbgrader": cell.mark}}
    nbformat, utils = cast("Any", import_module("nbformat")), cast("Any", import_module("nbgrader.utils"))
    return utils.compute_checksum(nbformat.from_dict(plain))
