"""An installed nbgrader takes the exercises: it cuts what we cut, and gives the points that our own check gives."""

import json
import re
import runpy
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from memslot_lab.course import check_exercise
from memslot_lab.course.catalog import Task, read_manifest
from memslot_lab.course.handout import hand_out
from memslot_lab.course.stubs import BEGIN, END
from memslot_lab.course.variants import variant_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXERCISES = read_manifest()

pytestmark = pytest.mark.slow

Cell = dict[str, Any]


class Graded(NamedTuple):
    """A course after nbgrader was at it: its folder, and {student: {exercise: {cell: points}}}."""

    folder: Path
    points: dict[str, dict[str, dict[str, float]]]


@pytest.fixture(scope="module")
def graded(nbgrader_python: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A course whose one assignment has our solutions as its source, graded once for all tests here."""
    folder = tmp_path_factory.mktemp("course")
    source = folder / "source" / "memslots"
    source.mkdir(parents=True)
    for name in EXERCISES:
        shutil.copy(ROOT / "solutions" / f"{name}.ipynb", source)
    for name, exercise in HANDED_IN:
        submit(folder, name, exercise, ANSWERS[name[:-1]](exercise))
    submit_variants(folder)
    return Graded(folder, json.loads(nbgrader_python(HERE / "nbgrader_course.py", cwd=folder)))


def read(path: Path) -> dict[str, Any]:
    """Return a notebook as plain data."""
    return json.loads(path.read_text(encoding="utf-8"))


def mark_of(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, without what it adds itself when it releases."""
    mark = cell["metadata"].get("nbgrader", {})
    return {key: value for key, value in mark.items() if key not in ("checksum", "cell_type")}


def grade_id(cell: Cell) -> str:
    """Return the name of an answer cell, an empty string for any other."""
    mark = mark_of(cell)
    return mark["grade_id"] if mark.get("solution") else ""


# What is released.


def essence(cell: Cell) -> Cell:
    """Return what a learner gets of a cell: not nbgrader's locks, and its words in our stubs."""
    source = "".join(cell["source"])
    source = re.sub(r'^( *)raise NotImplementedError\("Task .*"\)$', nbgraders_stub, source, flags=re.MULTILINE)
    return {**cell, "source": source, "metadata": mark_of(cell)}


def nbgraders_stub(found: re.Match[str]) -> str:
    """Return the two lines that nbgrader puts in the place of our one."""
    return f"{found[1]}# YOUR CODE HERE\n{found[1]}raise NotImplementedError()"


def check_release(graded: Graded) -> None:
    """Our markers are nbgrader's: it takes out the same lines, and leaves all other cells as they are in our stubs."""
    for name in EXERCISES:
        theirs = read(graded.folder / "release" / "memslots" / f"{name}.ipynb")["cells"]
        ours = read(ROOT / "exercises" / f"{name}.ipynb")["cells"]
        assert list(map(essence, theirs)) == list(map(essence, ours))
        assert [bool(mark_of(cell)) for cell in ours] == ["checksum" in str(cell["metadata"]) for cell in theirs]


# What is graded.


def check_points(graded: Graded) -> None:
    """For a right and a half-right submission of every exercise, and a wrong one of some, cell by cell."""
    for name, exercise in HANDED_IN:
        theirs = graded.points[name][exercise]
        assert (name, exercise, theirs) == (name, exercise, our_points(graded.folder, name, exercise))
        points, most = sum(theirs.values()), EXERCISES[exercise].points
        right, half = (sum(graded.points[name.replace(name[:-1], kind)][exercise].values()) for kind in KINDS[:2])
        assert half < right == most
        assert (points < half) == (name[:-1] == "wrong")


def check_points_of_variants(graded: Graded) -> None:
    """One assignment, from the solution, for every student's variant: a turned one too, and each by its own order."""
    for order in ("highest", "lowest"):
        for answer in ("right", "wrong"):
            name = f"{order}_{answer}"
            theirs = graded.points[name][VARIED]
            assert (name, theirs) == (name, our_points(graded.folder, name, VARIED))
            assert (sum(theirs.values()) == EXERCISES[VARIED].points) == (answer == "right")


def submit_variants(course: Path) -> None:
    """Hand in one exercise in either order of the array, each with the answer for its own and for the other."""
    by_order = {variant_of("autumn", student).mirrored: student for student in ("ada", "bob", "eve", "joe")}
    handed_out = course / "handed"
    folders = ROOT / "solutions", ROOT / "exercises"
    hand_out(*folders, course_seed="autumn", students=list(by_order.values()), out=handed_out)
    kernels = solutions(VARIED)
    turned = {task: text.replace("base_gfn <=", "base_gfn >=") for task, text in kernels.items()}
    for order, right, wrong in (("highest", kernels, turned), ("lowest", turned, kernels)):
        stub = handed_out / by_order[order == "lowest"] / f"{VARIED}.ipynb"
        submit(course, f"{order}_right", VARIED, right, stub)
        submit(course, f"{order}_wrong", VARIED, wrong, stub)


def student(kind: str, number: int) -> str:
    """Return who hands in an exercise: two of a kind, so that two processors have as much to do."""
    return f"{kind}{number % 2}"


def submit(course: Path, name: str, exercise: str, answers: dict[str, str], stub: Path | None = None) -> None:
    """Hand in an exercise as it was released, or this notebook, with these texts in its answer cells."""
    notebook = read(stub or ROOT / "exercises" / f"{exercise}.ipynb")
    for cell in notebook["cells"]:
        cell["source"] = answers.get(grade_id(cell), cell["source"])
    path = submission(course, name, exercise)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def submission(course: Path, name: str, exercise: str) -> Path:
    """Return where nbgrader looks for what was handed in."""
    return course / "submitted" / name / "memslots" / f"{exercise}.ipynb"


def our_points(course: Path, name: str, exercise: str) -> dict[str, float]:
    """Return what our own check gives, by the name of the cell with the points."""
    report = check_exercise(submission(course, name, exercise))
    return {f"points_{task.task.function}": task.points for task in report.tasks}


def solutions(exercise: str) -> dict[str, str]:
    """Return the right answers by function."""
    cells = read(ROOT / "solutions" / f"{exercise}.ipynb")["cells"]
    texts = {grade_id(cell): "".join(cell["source"]) for cell in cells if grade_id(cell)}
    assert all(BEGIN in text and END in text for text in texts.values())
    return texts


def wrong_answers(exercise: str, *, nearest_to: float) -> dict[str, str]:
    """Return for each function the wrong answer that earns about this part of the points; none keeps the stub."""
    return {
        task.function: min(found, key=lambda answer, task=task: abs(answer[0] - nearest_to * all_points(task)))[1]
        for task in EXERCISES[exercise].tasks
        if (found := list(graded_answers(exercise, task)))
    }


def all_points(task: Task) -> int:
    """Return the points to be had for a function."""
    return sum(group.points for group in task.groups)


def graded_answers(exercise: str, task: Task) -> Iterator[tuple[int, str]]:
    """Yield the points and the text of each known wrong answer to a task."""
    for path in sorted((ROOT / "tests" / "wrong" / exercise).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if f"\ndef {task.function}(" in text:
            fails = runpy.run_path(str(path))["FAILS"]
            yield sum(group.points for group in task.groups if group.name not in fails), text


ANSWERS: dict[str, Callable[[str], dict[str, str]]] = {
    "right": solutions,
    "half": partial(wrong_answers, nearest_to=0.5),
    "wrong": partial(wrong_answers, nearest_to=0),
}
KINDS = list(ANSWERS)
VARIED = "05_move_backward"
# What is handed in, and by whom; that nothing is right costs seconds a notebook, so some exercises are enough.
HANDED_IN = [
    (student(kind, i), name) for i, name in enumerate(EXERCISES) for kind in KINDS if kind != "wrong" or i % 3 == 0
]


def test_nbgrader_cuts_what_we_cut_and_grades_as_our_check(graded: Graded) -> None:
    """One test, so that one process grades the course once: what is released, the points, and those of variants."""
    check_release(graded)
    check_points(graded)
    check_points_of_variants(graded)
