"""What became of a function: of each group of its cases, and of the one that is shown first."""

from dataclasses import dataclass, replace
from functools import cache
from html import escape
from inspect import isfunction

from memslot_lab import engine
from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import Task
from memslot_lab.course.misconceptions import Misconception
from memslot_lab.views.array import Picture
from memslot_lab.watch import Difference, Tape
from memslot_lab.watch.page import page
from memslot_lab.watch.source import Code, code_of

__all__ = ["Failure", "GroupResult", "Runs", "TaskResult"]


@cache
def _engine_code() -> frozenset[Code]:
    """Return the engine's functions as a tape holds them."""
    return frozenset(code_of(function.__code__) for function in vars(engine).values() if isfunction(function))


@dataclass(frozen=True, slots=True)
class Runs:
    """The learner's run and the right one on the same array, and where they part."""

    own: Tape
    right: Tape
    parting: Difference

    @property
    def at(self) -> str:
        """The learner's line at which the two part, in words; empty where no line of it does.

        Subtle: a line of a helper would be one of another file, so its caller's counts.
        """
        if self.parting.first is None:
            return ""
        last = self.parting.pairs[self.parting.first][0]
        lines = (self.own[i] for i in range(last, 0, -1))
        frame = next((frame for frame in lines if frame.code not in _engine_code()), None)
        return f"line {frame.line}: `{frame.source}`" if frame and frame.source else ""

    @property
    def html(self) -> str:
        """Both, to step through side by side: a page in a frame, which needs no kernel."""
        own, right = self.own.to_json(), self.right.to_json()
        comparison = self.parting.to_json()
        text = page(own, other=right, comparison=comparison, title=self.own.title, step=self.parting.first or 0)
        style = "width: 100%; height: 620px; border: 0"
        frame = f'<iframe title="both runs, step by step" style="{style}" srcdoc="{escape(text)}"></iframe>'
        return f"<details><summary>Step through both runs: yours, and the kernel's below it</summary>{frame}</details>"


@dataclass(frozen=True, slots=True)
class Failure:
    """The call at which a case failed.

    Parameters
    ----------
    case : Case
        Its array and calls.
    call : int
        Which of its calls, from 0.
    got, want : str
        In a few words each.
    sentence, hint : str
        What was seen, and a question that leads on.
    states : tuple[object, object, object]
        What the subject held before the call, after it, and should hold.
    printed : str
        What the function printed in that call.
    mistake : Misconception, optional
        The known mistake that does the same in every case.
    runs : Runs, optional
        Both runs of the call.
    hidden : bool
        Whether the case was drawn from a course's secret: its values are for the teacher alone.
    """

    case: Case
    call: int
    got: str
    want: str
    sentence: str
    hint: str
    states: tuple[object, object, object]
    printed: str = ""
    mistake: Misconception | None = None
    runs: Runs | None = None
    hidden: bool = False

    @property
    def absent(self) -> bool:
        """Whether the call asked for what is not there."""
        return self.case.guards(self.call, self.states[0])

    @property
    def diff(self) -> Picture:
        """The three states side by side."""
        return self.case.picture(*self.states)

    def explained(self, mistake: Misconception | None, runs: Runs | None) -> "Failure":
        """Return the same with the mistake's name, its question, and both runs."""
        return replace(self, mistake=mistake, runs=runs, hint=mistake.asks if mistake else self.hint)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What became of one group of cases; no failure means that all of them passed."""

    name: str
    points: int
    cases: int
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of one function.

    Parameters
    ----------
    task : Task
        From the manifest.
    groups : tuple[GroupResult, ...]
        In the manifest's order; empty when no case could be run.
    problem : str
        Why no case could be run.
    stops : tuple[tuple[str, str], ...]
        How it was ended from outside, if it was: of what kind, and in words; each once.
    """

    task: Task
    groups: tuple[GroupResult, ...] = ()
    problem: str = ""
    stops: tuple[tuple[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return bool(self.groups) and not any(group.failure for group in self.groups)

    @property
    def groups_passed(self) -> int:
        """Number of groups whose cases all passed."""
        return sum(group.failure is None for group in self.groups)

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(group.points for group in self.groups if group.failure is None)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(group.points for group in self.task.groups)

    @property
    def smallest(self) -> Failure | None:
        """The failure to look at first.

        An id that is there comes before one that is not: the guard matters less than what it guards. Then the
        smallest case counts, then the order of the groups.
        """
        failures = [group.failure for group in self.groups if group.failure]
        return min(failures, key=lambda failure: (failure.absent, failure.case.size), default=None)

    def with_shown(self, failure: Failure) -> "TaskResult":
        """Return the same with this failure in the place of its group's."""
        name = failure.case.group
        return replace(self, groups=tuple(replace(g, failure=failure) if g.name == name else g for g in self.groups))
