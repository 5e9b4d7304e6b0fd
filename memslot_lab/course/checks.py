"""Run a learner's functions on the cases of their exercise and report; never raises on a learner's mistake."""

import inspect
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from pathlib import Path
from typing import cast

from memslot_lab.course.answers import Answer, load_answers
from memslot_lab.course.cases import Case, cases_of, reference_of, twin
from memslot_lab.course.catalog import Exercise, Task, find_exercise, find_task
from memslot_lab.course.errors import NotSolvedError, UnknownExerciseError
from memslot_lab.course.feedback import Seen, difference, returned, stopped
from memslot_lab.course.report import Failure, GroupResult, Report, TaskResult
from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.array import in_words, read_state
from memslot_lab.watch.budget import run_with_budget

__all__ = ["check", "check_exercise", "solved"]


def check(function: object) -> Report:
    """Check one function against the engine's, by its name.

    Parameters
    ----------
    function : object
        The function itself, ``check(delete)``. Anything else gives a report that says what is wrong.

    Returns
    -------
    Report
        Shows itself as the last value of a cell.
    """
    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        return Report("check", problem=f"check() got {in_words(function)}, not a function. {_how_to_pass(function)}")
    try:
        _, task = find_task(name)
    except UnknownExerciseError as error:
        return Report(name, problem=f"Nothing to check: {error}{'' if str(error).endswith('?') else '.'}")
    return Report(name, (_judge(task, function),))


def _how_to_pass(value: object) -> str:
    if value is None:
        return "Write check(delete): the name alone, without brackets of its own, for that would call it."
    return "Write check(delete): the name of a function, without quotes and without brackets of its own."


def solved(exercise: str, *functions: object) -> None:
    """Print one line when every function of an exercise passes; for the last cell of its notebook.

    Raises
    ------
    NotSolvedError
        Not everything passes; one line with the count and the next step.
    UnknownExerciseError
        No exercise has this name.
    """
    wanted = find_exercise(exercise)
    report = Report(exercise, tuple(_judge(task, _called(task.function, functions)) for task in wanted.tasks))
    if not report.passed:
        raise NotSolvedError(_not_solved(report))
    groups = sum(len(task.groups) for task in report.tasks)
    print(f"{exercise}: solved; {groups} of {groups} case groups, {report.points} of {report.max_points} points")  # noqa: T201


def _called(name: str, functions: tuple[object, ...]) -> object:
    return next((function for function in functions if getattr(function, "__name__", None) == name), None)


def _not_solved(report: Report) -> str:
    passed = sum(task.groups_passed for task in report.tasks)
    total = sum(len(task.task.groups) for task in report.tasks)
    task = next(task for task in report.tasks if not task.passed)
    following = task.smallest.case.group if task.smallest else task.task.groups[0].name
    name = task.task.function
    return f"{report.name}: {passed} of {total} case groups passed; next: {following}; run check({name}) above"


def check_exercise(path_or_name: str | Path) -> Report:
    """Check the answer cells of an exercise notebook, without running the rest of it.

    Parameters
    ----------
    path_or_name : str or Path
        A notebook, or the name of an exercise, whose notebook is looked for in exercises/ and here.

    Raises
    ------
    UnknownExerciseError
        No exercise has this name.
    NotebookError
        The notebook is missing, broken, or lacks its answer cells.
    """
    exercise, path = _locate(path_or_name)
    answers = load_answers(path, exercise)
    return Report(exercise.name, tuple(_judge_answer(task, answers[task.function]) for task in exercise.tasks))


def _locate(path_or_name: str | Path) -> tuple[Exercise, Path]:
    path = Path(path_or_name)
    if path.suffix == ".ipynb":
        return find_exercise(path.stem), path
    exercise = find_exercise(str(path_or_name))
    places = [Path("exercises", f"{exercise.name}.ipynb"), Path(f"{exercise.name}.ipynb")]
    return exercise, next((place for place in places if place.exists()), places[0])


def _judge_answer(task: Task, answer: Answer) -> TaskResult:
    return TaskResult(task, problem=answer.problem) if answer.problem else _judge(task, answer.value)


# One function.

_STUB = NotImplementedError.__name__


def _judge(task: Task, function: object) -> TaskResult:
    problem = _unusable(task, function)
    if problem:
        return TaskResult(task, problem=problem)
    call = cast("Callable[..., object]", function)
    cases = cases_of(task.function)
    failures: dict[str, Failure] = {}
    for case in cases:
        if case.group in failures:
            continue  # the easiest first: the rest of the group would tell nothing new
        failure = _run_case(task, call, case)
        if failure:
            failures[case.group] = failure
    if len(failures) == len(task.groups) and all(failure.got == _STUB for failure in failures.values()):
        return TaskResult(
            task, problem=f"{task.function}() is not written yet: put your code in place of `raise {_STUB}(...)`."
        )
    counts = Counter(case.group for case in cases)
    groups = (GroupResult(g.name, g.points, counts[g.name], failures.get(g.name)) for g in task.groups)
    return TaskResult(task, tuple(groups))


def _unusable(task: Task, function: object) -> str:
    """Say why no case can be run, an empty string when they can."""
    name = task.function
    if not callable(function):
        return f"{name} is {in_words(function)}, not a function: run the cell that defines it."
    if str(getattr(function, "__module__", "")).startswith("memslot_lab.engine"):
        return f"This {name}() is the engine's own: run your answer cell, so that yours takes its place."
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return f"{name}() contains `yield`: calling it runs nothing of it. Take the yield out."
    if inspect.iscoroutinefunction(function):
        return f"{name}() is an `async def`: calling it runs nothing of it. Write `def`."
    return _wrong_signature(name, function)


def _wrong_signature(name: str, function: Callable[..., object]) -> str:
    case = cases_of(name)[0]
    try:
        signature = inspect.signature(function)
        signature.bind(case.start(), *case.calls[0])
    except TypeError:
        wanted = inspect.signature(reference_of(name)).parameters
        return f"It is called as {name}({', '.join(wanted)}), but yours is {name}{_parameters(function)}."
    except ValueError:  # a builtin tells no signature
        return ""
    return ""


def _parameters(function: Callable[..., object]) -> str:
    try:
        return f"({', '.join(inspect.signature(function).parameters)})"
    except (TypeError, ValueError):
        return ""


# One case.


def _run_case(task: Task, function: Callable[..., object], case: Case) -> Failure | None:
    slots, right = case.start(), case.start()
    reference = reference_of(task.function)
    hints = {group.name: group.hint for group in task.groups}
    for number, args in enumerate(case.calls):
        before, printed = read_state(right), _Printed()
        own = tuple(map(twin, args))
        with redirect_stdout(printed), redirect_stderr(printed):
            run = run_with_budget(lambda own=own: function(slots, *own), _budget(case))
        reference(right, *args)
        got, want = read_state(slots), read_state(right)
        slot = next(arg for arg in args if isinstance(arg, MemorySlot))
        found = stopped(task.function, run) or difference(Seen(slot, before, got, want), case.looked_at)
        if found:
            # `return slots` is no mistake about what is looked at.
            sentence = found.sentence + ("" if run.value is slots else returned(run.value))
            words = (found.got, found.want, sentence, found.hint or hints[case.group])
            return Failure(case, number, *words, (before, got, want), printed.text())
    return None


def _budget(case: Case) -> int:
    """Return the steps that a call may take.

    A right answer may walk the whole id table for each slot, and look at every pair of slots; a step is an
    instruction where Python tells them, some 15 of them a round.
    """
    slots = len(case.used) + 2
    return 2000 + 25 * slots * (slots + case.capacity)


class _Printed(TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = 2000  # characters

    def write(self, text: str, /) -> int:
        if self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)
        return len(text)

    def text(self) -> str:
        return "".join(self._parts) + ("\n..." if self._room < 0 else "")
