"""The teacher's notebook of an exercise, with a student's answers in the place of the stubs; nothing else is theirs."""

import json
from typing import Any, NamedTuple

from memslot_lab.course.answers import nbgrader_mark, read_cells
from memslot_lab.course.catalog import Exercise
from memslot_lab.course.handout import in_variant
from memslot_lab.course.stubs import cut_stub
from memslot_lab.course.variants import Variant
from memslot_lab.course.workspace import solution_files

__all__ = ["TeachersCopy", "teachers_copy"]

_AS_A_FILE = "submission"  # what a Python file finds in `__name__`, as with the judge


class TeachersCopy(NamedTuple):
    """A notebook to be run.

    Parameters
    ----------
    text : str
        The whole notebook, in format 4.
    cells : tuple[str, ...]
        What to call each of its code cells: by its `grade_id`, or its number among them.
    """

    text: str
    cells: tuple[str, ...]


def teachers_copy(
    exercise: Exercise, pieces: tuple[tuple[str, str], ...], variant: Variant | None = None
) -> TeachersCopy:
    """Put the answers of a submission into the teacher's notebook.

    The locked cells carry the outputs that they have where all is right; the other cells none, so that whatever comes
    of them is fine as long as it is no error.

    Parameters
    ----------
    exercise : Exercise
        Whose notebook is cut anew from its solution: nobody has worked in that.
    pieces : tuple[tuple[str, str], ...]
        As in `Submission`. A Python file goes into the first answer cell whole.
    variant : Variant or None, optional
        Whose notebook.

    Raises
    ------
    NotebookError
        The solution is missing or marked wrongly.
    """
    solution = solution_files() / f"{exercise.name}.ipynb"
    stub = cut_stub(solution, exercise)
    document: dict[str, Any] = json.loads(in_variant(stub, exercise, variant) if variant else stub)
    outputs = {_grade_id(cell): cell["outputs"] for cell in read_cells(solution) if nbgrader_mark(cell).get("locked")}
    document["cells"] = [*_filled(document["cells"], exercise, dict(pieces), outputs)]
    code = (cell for cell in document["cells"] if cell["cell_type"] == "code")
    names = tuple(_grade_id(cell) or f"code cell {number}" for number, cell in enumerate(code, start=1))
    return TeachersCopy(json.dumps(document), names)


def _filled(
    cells: list[dict[str, Any]], exercise: Exercise, answers: dict[str, str], outputs: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    filled: list[dict[str, Any]] = []
    functions = [task.function for task in exercise.tasks]
    whole = answers.get("file")
    for cell in cells:
        name = _grade_id(cell)
        if name in functions:
            if whole is not None and name == functions[0]:
                filled.append({**cell, "id": "as-a-file", "metadata": {}, "source": f"__name__ = {_AS_A_FILE!r}"})
            source = answers.get(name, "") if whole is None else whole if name == functions[0] else ""
            filled.append({**cell, "source": source})
        elif name in outputs:
            filled.append({**cell, "execution_count": 1, "outputs": outputs[name]})
        else:
            filled.append(cell)
    return filled


def _grade_id(cell: dict[str, Any]) -> str:
    return str(nbgrader_mark(cell).get("grade_id", ""))
