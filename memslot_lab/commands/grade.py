"""`memslot-lab grade SUBMISSIONS --out DIR`: mark what students handed in."""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memslot_lab import __version__
from memslot_lab.commands.say import note, print_json, unusable

if TYPE_CHECKING:
    from memslot_lab.grading.executors import Executor
    from memslot_lab.grading.marks import Mark
    from memslot_lab.grading.sandbox import Limits, Tier
    from memslot_lab.grading.submission import Submissions

__all__ = ["add_grade_command"]

_SHOWN = 10  # of those that were not judged


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
    parser.add_argument("--out", type=_folder, required=True, metavar="DIR", help="where results and the journal go")
    parser.add_argument("--exercise", metavar="NAME", help="mark this one alone")
    parser.add_argument("--course-seed", type=_said, metavar="TEXT", help="want each student's own variant")
    parser.add_argument("--secret", type=_said, metavar="TEXT", help="draw hidden cases from this text")
    parser.add_argument("--jobs", type=_jobs, default=_processors(), metavar="N", help="at once (default: %(default)s)")
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="what one submission may use, such as ask_seconds=2; --limits lists them; may be given again",
    )
    parser.add_argument("--limits", action=_Limits, help="list what one submission may use, and end")
    parser.add_argument(
        "--nbval",
        action="store_true",
        help="run each in the teacher's notebook by `pytest --nbval`, too, and say where that disagrees with the mark",
    )
    parser.add_argument(
        "--feedback",
        action="store_true",
        help="write a page for each submission, feedback/STUDENT/EXERCISE.html, and class.html for the teacher",
    )
    parser.add_argument("--show-hidden", action="store_true", help="show hidden cases on the students' pages, too")
    parser.add_argument("--dask", metavar="ADDRESS", help="mark on a dask cluster, not in --jobs processes here")
    parser.add_argument("--unsafe", action="store_true", help="mark even where nothing is confined: no boundary at all")
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


def _said(text: str) -> str:
    if not text:  # such as a variable of the shell that is not set
        raise argparse.ArgumentTypeError("it is empty; give a text, or leave the option out")
    return text


def _folder(text: str) -> Path:
    return Path(_said(text))


class _Limits(argparse.Action):
    """Lists the limits."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from memslot_lab.grading.judge import USUAL

        print(*(f"{name}={value}" for name, value in asdict(USUAL).items()), sep="\n")
        parser.exit()


def _grade(arguments: argparse.Namespace) -> int:
    arguments.secret, arguments.course_seed = arguments.secret or "", arguments.course_seed or ""
    from memslot_lab.course.errors import CourseError
    from memslot_lab.grading.sandbox import SandboxError
    from memslot_lab.grading.submission import Submissions

    try:
        limits = _limits(arguments.limit)
        submissions = Submissions(arguments.submissions, arguments.exercise)
        if not submissions:
            return unusable(
                f"{arguments.submissions} holds no submission; give the folder or zip of the students' files"
            )
        if words := _unusable_folder(arguments.out, arguments.submissions):
            return unusable(words)
        tier = _tier(arguments.unsafe)
        if arguments.nbval:
            _require_nbval()
        if arguments.show_hidden and not arguments.feedback:
            return unusable("--show-hidden is about the students' pages; add --feedback, or leave it out")
        marks = _marks(arguments, submissions, tier, limits)
    except (CourseError, SandboxError, _LimitError) as error:
        return unusable(error)
    except KeyboardInterrupt:
        note(f"stopped; {arguments.out} has the marks so far, and the same command with --resume goes on")
        return 130  # as a shell reports Ctrl-C
    summary = _summary(marks, arguments.out, tier, feedback=arguments.feedback)
    print_json(summary) if arguments.json else print(_text(summary, marks, tier, _cases(arguments)))
    return 1 if "grader-error" in summary["statuses"] else 0


def _unusable_folder(out: Path, submissions: Path) -> str:
    """Return why results cannot go into a folder, an empty string if they can."""
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        return f"--out {out} lies among the submissions, and would be taken for one; choose a folder elsewhere"
    if (out / "results.csv").exists() and not (out / "journal.jsonl").exists():
        return f"{out} has a results.csv without the journal of its run; move it away, or choose another --out"
    return ""


def _cases(arguments: argparse.Namespace) -> str:
    """Say by which cases submissions were judged."""
    hidden = "and hidden ones, drawn from the secret" if arguments.secret else "none hidden, for there was no --secret"
    whose = "each student's own variant" if arguments.course_seed else "the variant that a notebook names, if it does"
    return f"cases: {whose}; {hidden}"


def _marks(arguments: argparse.Namespace, submissions: "Submissions", tier: "Tier", limits: "Limits") -> "list[Mark]":
    from memslot_lab.grading.marker import SubmissionMarker, close_judges
    from memslot_lab.grading.pages.keeper import PageKeeper
    from memslot_lab.grading.run import grade

    how = {"with_nbval": arguments.nbval, "with_page": arguments.feedback, "show_hidden": arguments.show_hidden}
    mark = SubmissionMarker(tier, arguments.secret, arguments.course_seed, limits, **how)
    pages = PageKeeper(arguments.out, tier) if arguments.feedback else None
    header = {**_header(arguments), "tier": tier.value, "limits": asdict(limits)}
    header |= {"nbval": True} if arguments.nbval else {}
    header |= {"feedback": {"show_hidden": arguments.show_hidden}} if pages else {}
    try:
        with _progress(len(submissions)) as progress:
            marks = grade(
                pages.watching(submissions) if pages else submissions,
                arguments.out,
                mark,
                header=header,
                executor=_executor(arguments, len(submissions)),
                resume=arguments.resume,
                keep_page=pages.keep if pages else None,
                progress=progress,
            )
        if pages:
            pages.finish(marks)
        return marks
    finally:
        close_judges()


def _executor(arguments: argparse.Namespace, submissions: int) -> "Executor":
    from memslot_lab.grading.executors import in_processes, in_turn, on_dask

    if arguments.dask:
        return on_dask(arguments.dask)
    jobs = min(arguments.jobs, submissions)
    return in_processes(jobs) if jobs > 1 else in_turn


@contextmanager
def _progress(total: int) -> "Generator[Callable[[Mark], None] | None]":
    """Draw a bar on standard error if that is a terminal and tqdm is installed."""
    if not find_spec("tqdm"):
        yield None
        return
    from tqdm import tqdm

    failed = 0
    bar: Any = tqdm(total=total, unit=" submissions", disable=None)
    with bar:

        def tell(mark: "Mark") -> None:
            nonlocal failed
            failed += mark.status != "graded"
            bar.set_postfix({"not judged": failed}, refresh=False)
            bar.update()

        yield tell


class _LimitError(ValueError):
    """A --limit that says no limit."""


def _limits(words: list[str]) -> "Limits":
    """Return the usual limits with those that are given.

    Raises
    ------
    _LimitError
        A name, a number or a limit that there is not.
    """
    from memslot_lab.grading.judge import USUAL

    limits = USUAL
    kinds: dict[str, Any] = {field.name: type(field.default) for field in fields(USUAL)}
    for word in words:
        name, _, number = word.partition("=")
        if name not in kinds:
            raise _LimitError(f"--limit {word}: there is no limit {name!r}; --limits lists them")
        try:
            limits = replace(limits, **{name: kinds[name](number)})
        except ValueError as error:
            raise _LimitError(f"--limit {word}: {error}; write it as {name}={getattr(USUAL, name)}") from None
    return limits


def _tier(unsafe: bool) -> "Tier":
    """Return how submissions are confined here.

    Raises
    ------
    SandboxError
        They cannot be, and that is not wanted.
    """
    from memslot_lab.grading.sandbox import SandboxError, best_tier

    tier = best_tier()
    if not tier.is_boundary and not unsafe:
        words = "this machine cannot confine what strangers wrote; `memslot-lab doctor` says why. If all of it comes "
        raise SandboxError(f"{words}from people whom you trust with this machine, and with the marks, add --unsafe")
    return tier


def _require_nbval() -> None:
    from memslot_lab.grading.nbval import require_nbval

    require_nbval()


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


def _summary(marks: "list[Mark]", out: Path, tier: "Tier", *, feedback: bool) -> dict[str, Any]:
    names = ("results.csv", "results.json", *(("class.html", "feedback") if feedback else ()))
    statuses = Counter(mark.status for mark in marks)
    return {
        "submissions": len(marks),
        "students": len({mark.student for mark in marks}),
        "statuses": dict(sorted(statuses.items())),
        "tier": tier.value,
        "results": [str(out / name) for name in names],
        **_nbval_summary(marks),
    }


def _nbval_summary(marks: "list[Mark]") -> dict[str, Any]:
    told = [mark for mark in marks if mark.nbval]
    if not told:
        return {}
    outcomes = Counter(mark.nbval["outcome"] for mark in told)
    disagrees = [f"{mark.student} {mark.exercise}" for mark in told if mark.nbval["disagrees"]]
    return {"nbval": dict(sorted(outcomes.items())), "nbval_disagrees": disagrees}


def _text(summary: dict[str, Any], marks: "list[Mark]", tier: "Tier", cases: str) -> str:
    counts = ", ".join(f"{count:,} {status}" for status, count in summary["statuses"].items())
    lines = [f"{_count(summary['submissions'], 'submission')} of {_count(summary['students'], 'student')}: {counts}"]
    odd = [f"{mark.place or mark.student}: {mark.status}: {mark.sentence}" for mark in marks if mark.status != "graded"]
    several = [f"{mark.student}: {mark.sentence}" for mark in marks if mark.status == "graded" and mark.sentence]
    for told in (odd, several):
        lines += [f"  {words}" for words in told[:_SHOWN]]
        lines += [f"  and {len(told) - _SHOWN:,} more, see results.json"] if len(told) > _SHOWN else []
    lines += [cases, f"confined by {tier.words}" if tier.is_boundary else f"not confined: {tier.words}"]
    if "nbval" in summary:
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in summary["nbval"].items())
        number = _count(len(summary["nbval_disagrees"]), "mark")
        lines.append(f"nbval: {counts}; it disagrees with {number}")
        lines += [f"  look at {name}" for name in summary["nbval_disagrees"]]
    if "grader-error" in summary["statuses"]:
        lines += ["the grader itself failed: journal.jsonl has the tracebacks, and --resume tries those again"]
    return "\n".join([*lines, *(f"wrote {path}" for path in summary["results"])])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
