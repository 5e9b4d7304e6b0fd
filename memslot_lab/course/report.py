"""The outcome of a check: for a learner as text or in a notebook, for a program as plain data."""

from dataclasses import dataclass
from typing import Any

from memslot_lab.course.catalog import Exercise, find_task
from memslot_lab.course.play import stage_before
from memslot_lab.course.results import Failure, TaskResult
from memslot_lab.course.told import call, parting, task_text
from memslot_lab.course.told_html import box, inline, task_html
from memslot_lab.course.variants import Variant, is_mirrored, judged_in

__all__ = ["Report"]

_TURNED = (
    "What is explained above is the kernel's order; in your variant lower stands for higher, and higher for lower."
)


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
                return stage_before(case, failure.call, reference).arguments(case.calls[failure.call])
        raise LookupError(f"{self.name}: no case failed, so there is no example; read what the check says")

    def text(self) -> str:
        """Return the report for a terminal."""
        parts = [self._variant_words()] if self.variant else []
        parts += [self.problem] if self.problem else []
        return "\n\n".join([*parts, *map(task_text, self.tasks), *self._turned_words()])

    def _variant_words(self) -> str:
        if not (self.variant and self.tasks):
            return str(self.variant)
        return self.variant.words_in(self._exercise())

    def _turned_words(self) -> list[str]:
        """Return what is to be known of the explanations, which are written for the kernel's order."""
        explained = any(task.passed for task in self.tasks)
        return [_TURNED] if explained and is_mirrored(self._exercise(), self.variant) else []

    def _exercise(self) -> Exercise:
        return find_task(self.tasks[0].task.function)[0]

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
        turned = [f"<p>{words}</p>" for words in self._turned_words()]
        return "".join([*parts, *map(task_html, self.tasks), *turned])


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
