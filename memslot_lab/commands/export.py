"""`memslot-lab export DIR --to FORM` and `memslot-lab gradescope-zip EXERCISE`: marks to where courses live."""

import argparse
import json
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memslot_lab.commands.say import note, print_json, unusable

if TYPE_CHECKING:
    from memslot_lab.grading.formats.read import Results
    from memslot_lab.grading.marks import Mark

__all__ = ["add_export_commands"]

_FORMS = ("junit", "gradescope", "classroom", "nbgrader")


def add_export_commands(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `export` and `gradescope-zip` to the command line."""
    export = add_parser(
        "export",
        help="give the marks of a run to JUnit, Gradescope, GitHub Classroom or nbgrader",
        description="Read DIR/results.json, which `grade` wrote. Writes DIR/junit.xml; "
        "DIR/gradescope/STUDENT/results.json; DIR/classroom/STUDENT.json and STUDENT.result; or into a gradebook of "
        "nbgrader, where what a person wrote stays.",
    )
    export.add_argument("directory", type=Path, metavar="DIR", help="the --out of `grade`")
    export.add_argument("--to", required=True, choices=_FORMS, help="which form")
    export.add_argument("--gradebook", metavar="PLACE", help="nbgrader's course folder, its gradebook.db, or a URL")
    export.add_argument("--assignment", metavar="NAME", help="nbgrader's name for it (default: memslots)")
    export.add_argument("--json", action="store_true", help="print one JSON object")
    export.set_defaults(run=_export)

    archive = add_parser(
        "gradescope-zip",
        help="make the autograder of one exercise for Gradescope",
        description="Make the zip that Gradescope asks for as an autograder: this memslot-lab, and the scripts that "
        "run it there. It needs nothing but Python 3.11 or newer, which it installs where that is missing.",
    )
    archive.add_argument("exercise", metavar="EXERCISE", help="its name, as 03_delete")
    archive.add_argument("--out", type=Path, required=True, metavar="FILE", help="the zip, which must not be there")
    archive.add_argument("--secret", default="", metavar="TEXT", help="draw hidden cases from this text")
    seed = "want each student's own variant; students are known by their mail addresses"
    archive.add_argument("--course-seed", default="", metavar="TEXT", help=seed)
    archive.set_defaults(run=_gradescope_zip)


def _export(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.errors import CourseError
    from memslot_lab.grading.formats.read import read_results

    is_gradebook = arguments.to == "nbgrader"
    if bool(arguments.gradebook) != is_gradebook or (arguments.assignment and not is_gradebook):
        return unusable("--gradebook goes with --to nbgrader, which needs it, as --assignment does; see --help")
    try:
        results = read_results(arguments.directory)
        written = list(_gradebook(arguments, results) if is_gradebook else _files(arguments, results))
    except CourseError as error:
        return unusable(error)
    if arguments.json:
        print_json({"to": arguments.to, "marks": len(results.marks), "written": written})
    else:
        print(_text(len(results.marks), written))
    return 0


def _text(marks: int, written: list[str]) -> str:
    shown = written if len(written) <= 4 else [written[0], f"... {len(written) - 2:,} more ...", written[-1]]
    return "\n".join([f"{marks:,} mark{'' if marks == 1 else 's'}", *(f"wrote {name}" for name in shown)])


def _files(arguments: argparse.Namespace, results: "Results") -> Iterator[str]:
    contents = _junit if arguments.to == "junit" else _gradescope if arguments.to == "gradescope" else _classroom
    for name, text in contents(results):
        path: Path = arguments.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        yield str(path)


_Files = Iterator[tuple[str, str]]


def _junit(results: "Results") -> _Files:
    from memslot_lab.grading.formats.junit import junit

    yield "junit.xml", junit(results.marks)


def _gradescope(results: "Results") -> _Files:
    from memslot_lab.grading.formats.gradescope import gradescope

    for name, marks in _by_student(results):
        yield f"gradescope/{name}/results.json", _as_text(gradescope(marks, results.about))


def _classroom(results: "Results") -> _Files:
    from memslot_lab.grading.formats.classroom import as_result, classroom

    for name, marks in _by_student(results):
        data = classroom(marks)
        yield f"classroom/{name}.json", _as_text(data)
        yield f"classroom/{name}.result", as_result(data)


def _by_student(results: "Results") -> "Iterator[tuple[str, list[Mark]]]":
    from memslot_lab.grading.formats.items import folder_names

    names = folder_names(mark.student for mark in results.marks)
    for student, marks in groupby(results.marks, key=lambda mark: mark.student):
        yield names[student], list(marks)


def _as_text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def _gradebook(arguments: argparse.Namespace, results: "Results") -> Iterator[str]:
    from memslot_lab.grading.formats.gradebook import gradebook_url, scores, without_password, write_gradebook

    url = gradebook_url(arguments.gradebook)
    write_gradebook(scores(results.marks), url, arguments.assignment or "memslots")
    for mark in results.marks:
        if not mark.exercise:
            note(f"{mark.place} is in no notebook of the gradebook: it answers no exercise ({mark.status})")
    yield without_password(url)


def _gradescope_zip(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.errors import CourseError
    from memslot_lab.grading.formats.autograder import autograder_zip

    try:
        content = autograder_zip(arguments.exercise, arguments.secret, arguments.course_seed)
    except CourseError as error:
        return unusable(error)
    try:
        with arguments.out.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return unusable(f"{arguments.out} is there already; move it away, or choose another --out")
    print(f"wrote {arguments.out} ({len(content) / 1e6:.1f} MB): upload it as the autograder of {arguments.exercise}")
    return 0
