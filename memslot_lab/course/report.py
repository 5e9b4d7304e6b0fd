"""The outcome of a check: for a learner as text or in a notebook, for a program as plain data."""

from dataclasses import dataclass
from typing import Any

from memslot_lab.course.play import subject_before
from memslot_lab.course.results import Failure, TaskResult
from memslot_lab.course.told import call, parting, task_text
from memslot_lab.course.told_html import box, inline, task_html
from memslot_lab.course.variants import Variant, judged_in

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a check; shows itself in a notebook.

    Parameters
    ----------
    name : str
        Of the function or of the exercise.
    tasks : tuple[TaskResult, ...]
        One a function.
    problem : str
        Why nothing could be checked.
    variant : Variant, optional
        By which it was judged.
    """

    name: str
    tasks: tuple[TaskResult, ...] = ()
    problem: str = ""
    variant: Variant | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was checked and passed."""
        return bool(self.tasks) and not self.problem and all(task.passed for task in self.tasks)

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(task.max_points for task in self.tasks)

    def example(self) -> tuple[Any, ...]:
        """Return the array, if there is one, and the arguments of the smallest failing call, to try it by hand.

        Raises
        ------
        LookupError
            Nothing failed at a case.
        """
        for task in self.tasks:
            if failure := task.smallest:
                case, reference = failure.case, judged_in(task.task.function, self.variant).reference
                return case.arguments(subject_before(case, failure.call, reference), case.calls[failure.call])
        raise LookupError(f"{self.name}: no case failed, so there is no example; read what the check says")

    def text(self) -> str:
        """Return the report for a terminal."""
        parts = [str(self.variant)] if self.variant else []
        parts += [self.problem] if self.problem else []
        return "\n\n".join(parts + [task_text(task) for task in self.tasks])

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "name": self.name,
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "problem": self.problem,
            "variant": self.variant and self.variant.code,
            "tasks": [_task_json(task) for task in self.tasks],
        }

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        parts = [box(inline(self.problem), good=False)] if self.problem else []
        return "".join(parts + [task_html(task) for task in self.tasks])


def _task_json(result: TaskResult) -> dict[str, Any]:
    return {
        "function": result.task.function,
        "passed": result.passed,
        "points": result.points,
        "max_points": result.max_points,
        "problem": result.problem,
        "groups": [
            {
                "name": group.name,
                "passed": group.failure is None,
                "points": group.points if group.failure is None else 0,
                "max_points": group.points,
                "cases": group.cases,
                "failure": group.failure and _failure_json(result, group.failure),
            }
            for group in result.groups
        ],
    }


def _failure_json(result: TaskResult, failure: Failure) -> dict[str, str]:
    return {
        "call": call(result, failure),
        "got": failure.got,
        "want": failure.want,
        "sentence": failure.sentence,
        "hint": failure.hint,
        "mistake": failure.mistake.name if failure.mistake else "",
        "parting": parting(failure),
        "printed": failure.printed,
    }
