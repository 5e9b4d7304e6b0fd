"""Answers kept as files, right and wrong ones: they prove that the judge is fair and sharp."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from memslot_lab.course.catalog import Exercise
from memslot_lab.course.checks import check

__all__ = ["AnswerFile", "load_answer_file", "trouble_of_right", "trouble_of_wrong"]


class AnswerFile(NamedTuple):
    """The course's functions that a file defines, and what it says of itself.

    Parameters
    ----------
    functions : dict[str, Callable[..., object]]
        By name; those that the file only imports are left out.
    fails : list[str]
        The groups that a wrong answer fails, its `FAILS`.
    named : str
        The misconception that it is, its `NAMED`.
    """

    functions: dict[str, Callable[..., object]]
    fails: list[str]
    named: str


def load_answer_file(path: Path, exercise: Exercise) -> AnswerFile:
    """Run a file of answers to an exercise; return what it defines."""
    names: dict[str, Any] = runpy.run_path(str(path))
    wanted = [task.function for task in exercise.tasks]
    own = {name: names[name] for name in wanted if getattr(names.get(name), "__module__", "") == "<run_path>"}
    return AnswerFile(own, names.get("FAILS", []), names.get("NAMED", ""))


def trouble_of_right(path: Path, exercise: Exercise) -> str:
    """Return why a right answer does not pass, an empty string if it does."""
    functions = load_answer_file(path, exercise).functions
    if not functions:
        return f"{path}: defines no function of {exercise.name}; name it as the exercise does"
    failed = [name for name, function in functions.items() if not check(function).passed]
    return f"{path}: {', '.join(failed)} does not pass; mend the cases, or it is no right answer" if failed else ""


def trouble_of_wrong(path: Path, exercise: Exercise) -> str:
    """Return why a wrong answer does not fail as its file says, an empty string if it does."""
    answer = load_answer_file(path, exercise)
    if len(answer.functions) != 1:
        return f"{path}: defines {len(answer.functions)} functions of {exercise.name}; a wrong answer has one"
    (function,) = answer.functions.values()
    (task,) = check(function).tasks
    failed = [group.name for group in task.groups if group.failure]
    if not failed or failed != answer.fails:
        return f"{path}: fails {failed or task.problem or 'nothing'}, and says {answer.fails}; mend FAILS, or the cases"
    found = task.smallest.mistake.name if task.smallest and task.smallest.mistake else "no known mistake"
    if found != answer.named:
        return f"{path}: behaves like {found}, and says {answer.named!r}; mend NAMED, or the misconception's source"
    return ""
