"""Run a learner's functions on the cases of their exercise and report; never raises on a learner's mistake."""

from contextlib import suppress
from pathlib import Path

from memslot_lab.course.answers import Answer, load_answers, released_mark
from memslot_lab.course.catalog import Exercise, Task, did_you_mean, find_exercise, find_task, read_manifest
from memslot_lab.course.errors import NotebookError, NotSolvedError, UnknownExerciseError, VariantError
from memslot_lab.course.judge import judge
from memslot_lab.course.place import answer_file, course_folder
from memslot_lab.course.progress import note_check_here
from memslot_lab.course.report import Report
from memslot_lab.course.results import TaskResult
from memslot_lab.course.variants import Variant, imported_in
from memslot_lab.views.array import in_words

__all__ = ["check", "check_exercise", "locate", "solved", "variant_in"]


def check(function: object = ..., *, variant: Variant | None = None) -> Report:
    """Check one function against the engine's, by its name.

    Parameters
    ----------
    function : object
        The function itself, ``check(delete)``. Anything else gives a report that says what is wrong.
    variant : Variant or None, optional
        By which it is judged.

    Returns
    -------
    Report
        Shows itself as the last value of a cell.
    """
    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        got = "nothing" if function is ... else f"{in_words(function)}, not a function"
        return Report("check", problem=f"check() got {got}. {_how_to_pass(function)}")
    try:
        _, task = find_task(name)
    except UnknownExerciseError as error:
        return Report(name, problem=f"Nothing to check: {error}{'' if str(error).endswith('?') else '.'}")
    report = Report(name, (judge(task, function, variant),), variant=variant)
    note_check_here(report)
    return report


def _how_to_pass(value: object) -> str:
    if value is ...:
        return "Write check(delete): the function to be checked, by its name alone."
    if value is None:
        return "Write check(delete): the name alone, without brackets of its own, for that would call it."
    return "Write check(delete): the name of a function, without quotes and without brackets of its own."


def solved(exercise: str, *functions: object, variant: Variant | None = None) -> None:
    """Print one line when every function of an exercise passes; for the last cell of its notebook.

    Raises
    ------
    NotSolvedError
        Not everything passes; one line with the count and the next step.
    UnknownExerciseError
        No exercise has this name.
    """
    wanted = find_exercise(exercise)
    results = (judge(task, _called(task.function, functions), variant) for task in wanted.tasks)
    report = Report(exercise, tuple(results), variant=variant)
    note_check_here(report)
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


def check_exercise(path_or_name: str | Path, *, expected: Variant | None = None) -> Report:
    """Check the answer cells of an exercise notebook, without running the rest of it, or a Python file.

    Parameters
    ----------
    path_or_name : str or Path
        A notebook, a Python file, or the name of an exercise, for which both are looked for in exercises/ of the
        course folder and here; the one that was saved later counts.
    expected : Variant or None, optional
        The student's own; the notebook's metadata say which variant it answers, and it must be this one.

    Raises
    ------
    UnknownExerciseError
        No exercise has this name.
    NotebookError
        The notebook is missing, broken, or lacks its answer cells.
    VariantError
        The notebook answers no variant that there is, or another than the one expected.
    """
    exercise, path = locate(path_or_name)
    variant = variant_in(path)
    if expected and variant != expected:
        raise VariantError(_another_variant(path, variant, expected))
    answers = load_answers(path, imported_in(exercise, variant))
    results = (_judge_answer(task, answers[task.function], variant) for task in exercise.tasks)
    return Report(exercise.name, tuple(results), variant=variant)


def _another_variant(path: Path, variant: Variant | None, expected: Variant) -> str:
    found = f"answers variant {variant.code}" if variant else "answers no variant"
    what = f"{path} {found}, expected is {expected.code}"
    if path.suffix == ".py":
        return f"{what}; a Python file has the variant of the notebook beside it: put there the one that was handed out"
    return f"{what}; look at how the student and the course seed are spelt, then ask whose notebook was handed in"


def variant_in(path: Path) -> Variant | None:
    """Return the variant that a notebook answers, or the one beside a Python file; None for the course's own.

    Raises
    ------
    NotebookError
        The notebook is missing or broken.
    VariantError
        Its code names no variant.
    """
    if path.suffix == ".py":
        with suppress(NotebookError):
            return variant_in(path.with_suffix(".ipynb"))
        return None
    code = released_mark(path, "variant")
    return Variant(str(code)) if code is not None else None


def locate(path_or_name: str | Path) -> tuple[Exercise, Path]:
    """Return the exercise and the file that a name or a path stands for; the file need not be there.

    Raises
    ------
    UnknownExerciseError
        No exercise has this name.
    """
    path = Path(path_or_name)
    if path.suffix in (".ipynb", ".py"):
        return _exercise_of(path), path
    if str(path_or_name) and path.is_dir() and path.name not in read_manifest():
        raise UnknownExerciseError(f"{path} is a folder; go there and check all of it with `memslot-lab check`")
    exercise = find_exercise(str(path_or_name))
    return exercise, answer_file(exercise.name, course_folder()).path


def _exercise_of(path: Path) -> Exercise:
    """Return the exercise that a file's name says, whole."""
    exercises = read_manifest()
    if path.stem not in exercises:
        part = next((name for name in exercises if name in path.stem), None)
        better = f"rename it to {part}{path.suffix}" if part else did_you_mean(path.stem, list(exercises))
        raise UnknownExerciseError(f"{path}: no exercise is called {path.stem!r}; {better}")
    return exercises[path.stem]


def _judge_answer(task: Task, answer: Answer, variant: Variant | None) -> TaskResult:
    return TaskResult(task, problem=answer.problem) if answer.problem else judge(task, answer.value, variant)
