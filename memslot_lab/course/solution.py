"""What a solution looks like, after a pass: one possibility, and what is worth knowing about it."""

from dataclasses import dataclass
from html import escape
from typing import Any

from memslot_lab.course.answers import answer_source, read_cells
from memslot_lab.course.catalog import Exercise, Task
from memslot_lab.course.progress import Progress
from memslot_lab.course.stubs import BEGIN, END
from memslot_lab.course.workspace import solution_files

__all__ = ["Shown", "Solution", "show_solution"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One function that was written already, as it can be written.

    Parameters
    ----------
    task : Task
        From the manifest.
    source : str
        A whole function, with its helpers.
    """

    task: Task
    source: str

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"Task {self.task.number}, {self.task.function}: one possibility"


@dataclass(frozen=True, slots=True)
class Solution:
    """What may be shown of an exercise.

    Parameters
    ----------
    exercise : Exercise
        From the manifest.
    shown : tuple[Shown, ...]
        The tasks that passed.
    withheld : tuple[Task, ...]
        Those that did not yet.
    """

    exercise: Exercise
    shown: tuple[Shown, ...]
    withheld: tuple[Task, ...]

    def text(self) -> str:
        """Return it for a terminal, or as the text of a notebook's cell."""
        parts = [f"{shown.title}\n\n{_indented(shown.source)}\n\n{shown.task.explain}" for shown in self.shown]
        return "\n\n".join(filter(None, [*parts, self._rest()]))

    def html(self) -> str:
        """Return it for a notebook."""
        parts = [
            f"<p><b>{escape(shown.title)}</b></p><pre>{escape(shown.source)}</pre>"
            f'<p style="max-width: 60em">{escape(shown.task.explain)}</p>'
            for shown in self.shown
        ]
        return "".join([*parts, f"<p>{escape(self._rest())}</p>"])

    def _rest(self) -> str:
        names = ", ".join(task.function for task in self.withheld)
        return f"Still yours to write: {names}. A solution is shown after a pass." if names else ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        shown = [
            {"function": shown.task.function, "source": shown.source, "explain": shown.task.explain}
            for shown in self.shown
        ]
        return {
            "name": self.exercise.name,
            "shown": shown,
            "withheld": [task.function for task in self.withheld],
        }


def show_solution(exercise: Exercise, progress: Progress) -> Solution:
    """Return the solutions of those tasks of an exercise that passed a check at some time.

    Raises
    ------
    CourseError
        The solutions are not installed.
    """
    passed = [task for task in exercise.tasks if progress.of(task).passed]
    path = solution_files() / f"{exercise.name}.ipynb"
    cells = read_cells(path) if passed else []
    shown = tuple(Shown(task, _without_marks(answer_source(path, cells, task.function))) for task in passed)
    return Solution(exercise, shown, tuple(task for task in exercise.tasks if task not in passed))


def _without_marks(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END)).strip()


def _indented(source: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in source.splitlines())
