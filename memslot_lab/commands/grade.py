"""`memslot-lab grade SUBMISSIONS --out DIR`: mark what students handed in."""

import argparse
import os
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memslot_lab import __version__
from memslot_lab.commands.say import print_json, unusable

if TYPE_CHECKING:
    from memslot_lab.grading.marks import Mark
    from memslot_lab.grading.sandbox import Tier
    from memslot_lab.grading.submission import Submissions

__all__ = ["add_grade_command"]


def add_grade_command(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `grade` to the command line."""
    parser = add_parser(
        "grade",
        help="mark submissions, each confined in a process of its own",
        description="Mark what students handed in: folders, nbgrader's submitted/, downloads of Canvas or Moodle, zips "
        "of them. Writes results.csv and results.json. Status 0: every submission was dealt with; 1: the grader itself "
        "failed at some, see their rows; 2: the call or the input is unusable, or the machine cannot confine.",
    )
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder, a zip or one file")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results and the journal go")
    parser.add_argument("--exercise", metavar="NAME", help="mark this one alone")
    parser.add_argument("--course-seed", default="", metavar="TEXT", help="want each student's own variant")
    parser.add_argument("--secret", default="", metavar="TEXT", help="draw hidden cases from this text")
    parser.add_argument("--jobs", type=_jobs, default=_processors(), metavar="N", help="at once (default: %(default)s)")
    parser.add_argument("--resume", action="store_true", help="go on with the run whose journal is in DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_grade)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _jobs(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1024")
    return number


def _grade(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.errors import CourseError
    from memslot_lab.grading.sandbox import SandboxError
    from memslot_lab.grading.submission import Submissions

    try:
        submissions = Submissions(arguments.submissions, arguments.exercise)
        if not submissions:
            return unusable(
                f"{arguments.submissions} holds no submission; give the folder or zip of the students' files"
            )
        marks = _marks(arguments, submissions)
    except (CourseError, SandboxError) as error:
        return unusable(error)
    summary = _summary(marks, arguments.out)
    print_json(summary) if arguments.json else print(_text(summary))
    return 1 if "grader-error" in summary["statuses"] else 0


def _marks(arguments: argparse.Namespace, submissions: "Submissions") -> "list[Mark]":
    from memslot_lab.grading.marker import SubmissionMarker
    from memslot_lab.grading.run import Progress, grade

    tier = _boundary()
    seed, jobs = arguments.course_seed, arguments.jobs
    progress = Progress(total=len(submissions))
    try:
        with SubmissionMarker(jobs, secret=arguments.secret, course_seed=seed, tier=tier) as mark:
            header = {**_header(arguments), "tier": tier.value}
            resume = arguments.resume
            return grade(submissions, arguments.out, mark, header=header, jobs=jobs, resume=resume, progress=progress)
    finally:
        progress.end()


def _boundary() -> "Tier":
    """Return how submissions are confined here.

    Raises
    ------
    SandboxError
        They cannot be.
    """
    from memslot_lab.grading.sandbox import SandboxError, best_tier

    tier = best_tier()
    if not tier.is_boundary:
        raise SandboxError("this machine cannot confine what strangers wrote; `memslot-lab doctor` says why")
    return tier


def _header(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what all marks of a run follow from, besides the submissions themselves."""
    from memslot_lab.course.workspace import course_files

    manifest = (course_files() / "exercises" / "info.toml").read_bytes()
    return {
        "version": __version__,
        "exercises": _digest(manifest),
        "course_seed": _digest(arguments.course_seed.encode()),
        "secret": _digest(arguments.secret.encode()),
        "submissions": os.fsencode(arguments.submissions.resolve()).decode("utf-8", "backslashreplace"),
    }


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16] if content else ""


def _summary(marks: "list[Mark]", out: Path) -> dict[str, Any]:
    statuses = Counter(mark.status for mark in marks)
    return {
        "submissions": len(marks),
        "students": len({mark.student for mark in marks}),
        "statuses": dict(sorted(statuses.items())),
        "results": [str(out / name) for name in ("results.csv", "results.json")],
    }


def _text(summary: dict[str, Any]) -> str:
    counts = ", ".join(f"{count:,} {status}" for status, count in summary["statuses"].items())
    head = f"{summary['submissions']:,} submissions of {summary['students']:,} students: {counts}"
    return "\n".join([head, *(f"wrote {path}" for path in summary["results"])])
