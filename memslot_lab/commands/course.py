"""The commands of the way through the course: parse, call one function, print."""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from memslot_lab.commands.review import review
from memslot_lab.commands.say import (
    agreed,
    at_home,
    find_folder,
    is_dialogue,
    is_plain,
    lit,
    note,
    print_json,
    require_folder,
    short,
    unusable,
    width,
    wrapped,
)

if TYPE_CHECKING:
    from memslot_lab.course.catalog import Exercise
    from memslot_lab.course.journey import Journey
    from memslot_lab.course.progress import Progress
    from memslot_lab.course.report import Report
    from memslot_lab.course.variants import Variant

__all__ = ["add_course_commands", "stopped_at"]

_Run = Callable[[argparse.Namespace], int]
_AddParser = Callable[..., argparse.ArgumentParser]


def add_course_commands(add_parser: _AddParser) -> None:
    """Add `list`, `check`, `watch`, `hint`, `reset`, `solution` and `review` to the command line."""

    def add(name: str, run: _Run, words: str) -> argparse.ArgumentParser:
        parser = add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
        parser.set_defaults(run=partial(_guarded, run))
        return parser

    add("list", _list, "show how far you are, and what comes next")

    check = add("check", _check, "check an exercise, or all of them")
    what = "its name, as 03_delete, or its file; all when left out"
    check.add_argument("exercise", nargs="?", metavar="EXERCISE", help=what)
    check.add_argument("--course-seed", metavar="TEXT", help="with --student: the notebook must answer that variant")
    check.add_argument("--student", metavar="NAME", help="whose notebook it is")

    watch = add("watch", _watch, "check an exercise each time that it is saved, until Ctrl-C")
    watch.add_argument("exercise", nargs="?", metavar="EXERCISE", help="its name; all when left out")

    hint = add("hint", _hint, "give the next hint on a task")
    hint.add_argument("exercise", metavar="EXERCISE", help="its name, as 03_delete")
    hint.add_argument("task", nargs="?", metavar="TASK", help="its function or number (default: the first not solved)")
    hint.add_argument("--level", type=int, metavar="N", help="this hint instead of the next one")

    reset = add("reset", _reset, "begin an exercise anew; your answer is kept under a dated name")
    reset.add_argument("exercise", metavar="EXERCISE", help="its name, as 03_delete")
    reset.add_argument("--yes", action="store_true", help="do not ask")

    solution = add("solution", _solution, "show one way to write what you have solved")
    solution.add_argument("exercise", metavar="EXERCISE", help="its name, as 03_delete")

    add("review", review, "repeat what you have learnt, after longer and longer pauses")


def _guarded(run: _Run, arguments: argparse.Namespace) -> int:
    from memslot_lab.course.errors import CourseError
    from memslot_lab.course.workspace import WorkspaceError

    try:
        return run(arguments)
    except (CourseError, WorkspaceError) as error:
        return unusable(error)


# list


def _list(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.journey import read_journey

    journey = read_journey(find_folder())
    if arguments.json:
        print_json(journey.to_json())
        return 0
    note(journey.progress.note)
    if journey.folder is None:
        note("no course folder here; run `memslot-lab lab` to lay one out, or go to the one that you have")
    print(f"The course in {at_home(journey.folder)}\n" if journey.folder else "The course\n")
    print(lit(journey.text(plain=is_plain())))
    return 0


def stopped_at(folder: Path) -> str:
    """Return a sentence on where a learner stopped in a course folder, an empty string at the very beginning."""
    from memslot_lab.course.errors import CourseError
    from memslot_lab.course.journey import read_journey

    try:
        journey = read_journey(folder)
    except CourseError:  # the laboratory opens all the same, and a check will say it
        return ""
    touched = any(stage.state != "not begun" for stage in journey.stages)
    return f"{journey.next_words} ({journey.total_words})" if touched else ""


# check and watch


def _check(arguments: argparse.Namespace) -> int:
    if arguments.exercise is None:
        return _check_all(arguments)
    if expected := _expected(arguments):
        report = _checked(arguments.exercise, expected).report
        print_json(report.to_json()) if arguments.json else print(wrapped(report.text()))
        return 0 if report.passed else 1
    exercise, report, _ = _checked(arguments.exercise)
    if arguments.json:
        print_json(report.to_json())
    else:
        _print_report(exercise, report)
    return 0 if report.passed else 1


def _expected(arguments: argparse.Namespace) -> "Variant | None":
    """Return the variant that a student was given, None when no student is named."""
    from memslot_lab.course.errors import VariantError
    from memslot_lab.course.variants import variant_of

    if arguments.student is None and arguments.course_seed is None:
        return None
    if not (arguments.student and arguments.course_seed):
        raise VariantError("a student's variant follows from --course-seed and --student; give both")
    return variant_of(arguments.course_seed, arguments.student)


class _Checked(NamedTuple):
    """One exercise after its check."""

    exercise: "Exercise"
    report: "Report"
    progress: "Progress"


def _checked(name: str, expected: "Variant | None" = None) -> _Checked:
    """Check one exercise, say which file counts, and keep what was found; of a named student nothing is kept."""
    from memslot_lab.course.checks import check_exercise, locate
    from memslot_lab.course.place import answer_file
    from memslot_lab.course.progress import note_check, read_progress
    from memslot_lab.course.stubs import is_untouched

    exercise, path = locate(name)
    folder = find_folder()
    choice = answer_file(exercise.name, folder)
    if choice.path == path:
        note(choice.remark)
    report = check_exercise(path, expected=expected)
    ours = (
        folder and not expected and path.resolve().parent in (folder, folder / "exercises") and not is_untouched(path)
    )
    progress = note_check(folder, report) if folder and ours else read_progress(folder)
    note(progress.note)
    return _Checked(exercise, report, progress)


def _print_report(exercise: "Exercise", report: "Report") -> None:
    from memslot_lab.course.journey import read_journey

    print(wrapped(report.text()))
    if report.passed and find_folder():
        print(f"\n{exercise.name} is solved. To see one possibility: memslot-lab solution {exercise.name}")
        print(read_journey(find_folder()).next_words)


def _check_all(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.journey import read_journey

    folder = find_folder()
    reports = list(_check_each(read_journey(folder), _expected(arguments), quiet=arguments.json))
    passed = all(report.passed for report in reports)
    if arguments.json:
        points = {name: sum(getattr(report, name) for report in reports) for name in ("points", "max_points")}
        print_json({"passed": passed, **points, "exercises": [report.to_json() for report in reports]})
    else:
        journey = read_journey(folder)
        points = sum(report.points for report in reports)
        print(f"\n{points} of {journey.max_points} points. {journey.next_words}")
    return 0 if passed else 1


def _check_each(journey: "Journey", expected: "Variant | None", *, quiet: bool) -> "Iterator[Report]":
    """Check every exercise, and print a line on each as soon as it is known."""
    from memslot_lab.course.errors import NotebookError, VariantError
    from memslot_lab.course.journey import bar
    from memslot_lab.course.report import Report

    longest = max(len(stage.exercise.name) for stage in journey.stages)
    for stage in journey.stages:
        name = stage.exercise.name
        try:
            report = _handed_in(name, expected) if expected else _checked(name).report
        except (NotebookError, VariantError) as error:
            report = Report(name, problem=str(error))
        most = stage.exercise.points
        if not quiet:
            filled = bar(report.points, most, plain=is_plain())
            words = "solved" if report.passed else _next_group(report)
            print(f"{name:<{longest}}  {filled}  {report.points:>2} of {most:>2}  {words}", flush=True)
        yield report


def _handed_in(name: str, expected: "Variant") -> "Report":
    """Check what lies in the working directory, whatever course it is in: a student's folder."""
    from memslot_lab.course.place import answer_file
    from memslot_lab.course.report import Report

    path = answer_file(name).path
    if path.is_file():
        return _checked(str(path), expected).report
    return Report(name, problem=f"{path.stem} was not handed in")


def _next_group(report: "Report") -> str:
    """Say in a few words what to look at first."""
    if report.problem:
        named = re.search(r"variant \S+, expected|no variant|not handed in", report.problem)
        return report.problem if named else f"cannot be read: memslot-lab check {report.name}"
    task = next(task for task in report.tasks if not task.passed)
    if not task.groups:
        words = "not written yet" if "not written" in task.problem else "does not run yet"
        return f"{task.task.function}: {words}"
    group = next(group.name for group in task.groups if group.failure)
    return f"next: {task.task.function}, {group}"


def _watch(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.catalog import find_exercise, read_manifest
    from memslot_lab.course.watching import saved_exercises

    names = [find_exercise(arguments.exercise).name] if arguments.exercise else list(read_manifest())
    saved = saved_exercises(names, find_folder())
    if not arguments.json:
        print(f"Watching {names[0] if len(names) == 1 else f'{len(names)} exercises'}", end=" ")
        print(f"in {short(find_folder() or Path.cwd())}. Save to check; Ctrl-C ends it.", flush=True)
    try:
        for name in saved:
            _check_saved(name, as_json=arguments.json)
    except KeyboardInterrupt:
        print(file=sys.stderr)  # the terminal's ^C stands on the line
    return 0


def _check_saved(name: str, *, as_json: bool) -> None:
    from memslot_lab.course.errors import CourseError

    try:
        if not as_json:
            rule = "-" if is_plain() else "─"
            head = f"{rule * 2} {name}  {time.strftime('%H:%M:%S')} "
            print(f"\n{head.ljust(width(), rule)}\n")
        exercise, report, _ = _checked(name)
        if as_json:
            print(json.dumps(report.to_json()), flush=True)
        else:
            _print_report(exercise, report)
            sys.stdout.flush()
    except CourseError as error:
        note(str(error))


# hint, solution and reset


def _hint(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.catalog import find_exercise
    from memslot_lab.course.hints import choose_task, next_hint
    from memslot_lab.course.progress import read_progress

    exercise, folder = find_exercise(arguments.exercise), find_folder()
    task = choose_task(exercise, arguments.task, read_progress(folder))
    if arguments.level is not None and not 1 <= arguments.level <= len(task.hints):
        words = f"{task.function} has the hints 1 to {len(task.hints)}; name one of them"
        return unusable(f"--level {arguments.level}: {words}")
    hint = next_hint(folder, task, arguments.level)
    note(hint.note)
    if arguments.json:
        levels = {"level": hint.level, "levels": len(task.hints), "hint": task.hints[hint.level - 1]}
        print_json({"exercise": exercise.name, "task": task.function, **levels, "note": hint.note})
        return 0
    print(f"{exercise.name}, task {task.number}: {task.function}\n\n{wrapped(hint.text)}\n")
    print("That is all there is to tell." if hint.last else "More: the same command again.")
    return 0


def _solution(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.catalog import find_exercise
    from memslot_lab.course.progress import read_progress
    from memslot_lab.course.solution import show_solution

    exercise, progress = find_exercise(arguments.exercise), read_progress(require_folder())
    if not progress.passed(exercise):  # it may pass by now
        progress = _checked(exercise.name).progress
    solution = show_solution(exercise, progress)
    if arguments.json:
        print_json(solution.to_json())
    elif solution.shown:
        print(wrapped(solution.text()))
    else:
        words = f"{exercise.name} has {progress.points(exercise)} of {exercise.points} points"
        note(f"{words}; its solution is shown after a pass: `memslot-lab hint {exercise.name}` helps on")
    return 1 if solution.withheld else 0


def _reset(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.catalog import find_exercise
    from memslot_lab.course.restart import files_to_keep, reset

    exercise, folder = find_exercise(arguments.exercise), require_folder()
    files = [short(path) for path in files_to_keep(folder, exercise)]
    if not arguments.yes:
        if arguments.json or not is_dialogue():
            return unusable(f"reset {exercise.name} asks first, and nobody is at a terminal to answer; add --yes")
        if files:
            print(f"{' and '.join(files)} will be kept under a dated name, and the exercise put back as it came.")
        if not agreed(f"Begin {exercise.name} anew?"):
            print("Left as it is.")
            return 1
    done = reset(folder, exercise)
    note(done.note)
    if arguments.json:
        print_json({"fresh": str(done.fresh), "kept": [str(path) for path in done.kept], "note": done.note})
        return 0
    for path in done.kept:
        print(f"kept   {short(path)}")
    print(f"fresh  {short(done.fresh)}")
    return 0
