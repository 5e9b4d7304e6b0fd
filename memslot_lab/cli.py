"""The command line: parse, call one function, print.

Exit status: 0 done, 1 the answer is no, 2 the call or the input is unusable.
"""

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from memslot_lab import __version__
from memslot_lab.commands.course import add_course_commands, stopped_at
from memslot_lab.commands.doctor import add_doctor_command
from memslot_lab.commands.export import add_export_commands
from memslot_lab.commands.grade import add_grade_command
from memslot_lab.commands.quiz import add_quiz_command
from memslot_lab.commands.say import unusable

if TYPE_CHECKING:
    from memslot_lab.captures.result import Replay

__all__ = ["main"]

_NEXT = {errno.ENOSPC: "free some space or choose another place", errno.EACCES: "choose a place that you may use"}
_ELSE = "check its name, or choose another place"

_DRAWN = 2000  # requests of a VM: more do not fit a picture


def main(argv: Sequence[str] | None = None) -> int:
    """Run `memslot-lab` with the given words; return the exit status."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # a file name may be no text
    arguments = _parser().parse_args(argv)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader, such as head, has gone
        sys.stderr.close()
        return 0
    except OSError as error:
        return unusable(f"{error.filename or 'output'}: {error.strerror}; {_NEXT.get(error.errno or 0, _ELSE)}")
    except KeyboardInterrupt:
        return 130  # as a shell reports Ctrl-C


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="memslot-lab", description="A laboratory for KVM's sorted memslot array.")
    parser.add_argument("--version", action="version", version=f"memslot-lab {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open JupyterLab on the course")
    lab.add_argument("directory", type=Path, nargs="?", default=Path("memslot_lab_course"), metavar="DIR")
    lab.add_argument(
        "--port", type=int, choices=range(1, 65536), metavar="PORT", help="port of the server (default: a free one)"
    )
    lab.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    lab.set_defaults(run=_lab)

    add_course_commands(commands.add_parser)
    add_quiz_command(commands.add_parser)

    replay = commands.add_parser("replay", help="replay a real log of a virtual machine's memory regions")
    replay.add_argument("capture", type=Path, metavar="CAPTURE", help="a log of qemu -trace or of strace, or .gz of it")
    replay.add_argument("--json", action="store_true", help="print one JSON object")
    replay.add_argument("--plot", type=Path, metavar="FILE.png", help="draw guest memory over time into a file")
    replay.add_argument(
        "--step", action="store_true", help="walk through it in the terminal, line by line; ? lists keys"
    )
    replay.set_defaults(run=_replay)

    live = commands.add_parser(
        "live",
        help="put the scenarios to the model and to this machine's kernel",
        description="Put 105 scenarios of region requests to the model and to this machine's kernel, side by side. "
        "No guest runs. Status 0: they agree; 1: they differ; 2: /dev/kvm cannot be opened, and the recorded answers "
        "are shown in the kernel's place.",
    )
    live.add_argument("--json", action="store_true", help="print one JSON object")
    live.set_defaults(run=_live)

    add_doctor_command(commands.add_parser)
    add_grade_command(commands.add_parser)
    add_export_commands(commands.add_parser)

    release = commands.add_parser("release", help="cut the exercises' stubs from the solutions")
    release.add_argument("--solutions", type=Path, default=Path("solutions"), metavar="DIR", help="default: solutions")
    release.add_argument(
        "--exercises", type=Path, default=Path("exercises"), metavar="DIR", help="holds info.toml (default: exercises)"
    )
    release.add_argument("--course-seed", metavar="TEXT", help="with --students: cut each student's own variant")
    release.add_argument("--students", type=Path, metavar="FILE", help="one student a line")
    release.add_argument("--out", type=Path, metavar="DIR", help="where the students' folders go")
    release.set_defaults(run=_release)

    dev = commands.add_parser("dev", help="for the makers of the course, in a checkout")
    dev_commands = dev.add_subparsers(required=True, metavar="COMMAND")
    dev_check = dev_commands.add_parser("check", help="check that the course is in step with itself")
    dev_check.set_defaults(run=_dev_check)
    return parser


def _lab(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.workspace import WorkspaceError, open_lab, unpack

    try:
        unpacked = unpack(arguments.directory)
        if unpacked.written:
            print(f"{len(unpacked.written)} files of the course are new in {unpacked.directory}")
        for kept, beside in unpacked.kept:
            print(f"{kept} differs from the course's: left as it is, the course's is beside it: {beside.name}")
        if words := stopped_at(arguments.directory):
            print(words)
        return open_lab(arguments.directory, port=arguments.port, browser=not arguments.no_browser)
    except WorkspaceError as error:
        return unusable(error)


def _replay(arguments: argparse.Namespace) -> int:
    from memslot_lab.captures.log import CaptureError
    from memslot_lab.captures.replay import replay
    from memslot_lab.views.memory_plot import PlotError, save_memory_plot
    from memslot_lab.views.replay import replay_text

    if arguments.step:
        return _step(arguments)
    try:
        result = replay(arguments.capture, history=_DRAWN if arguments.plot else 0, progress=True)
    except CaptureError as error:
        return unusable(error)
    _tell_bad_lines(result)
    print(json.dumps(result.to_json(), indent=2) if arguments.json else replay_text(result))
    if arguments.plot:
        try:
            save_memory_plot(result, arguments.plot, most=_DRAWN)
        except PlotError as error:
            return unusable(error)
    return 1 if result.disagreements else 0


def _step(arguments: argparse.Namespace) -> int:
    from memslot_lab.captures.log import CaptureError
    from memslot_lab.views.terminal import TerminalError, step_through

    if arguments.json or arguments.plot:
        return unusable("--step is for a person at a terminal, --json and --plot are not; leave one of them out")
    try:
        result = step_through(arguments.capture)
    except (CaptureError, TerminalError) as error:
        return unusable(error)
    _tell_bad_lines(result)
    return 1 if result.disagreements else 0


def _live(arguments: argparse.Namespace) -> int:
    from memslot_lab.captures.live import LiveKernelError
    from memslot_lab.captures.verdicts import ask_this_kernel, recorded_answers
    from memslot_lab.views.verdicts import verdicts_text

    status = 0
    try:
        answers = ask_this_kernel()
    except LiveKernelError as error:
        answers, status = recorded_answers(str(error)), unusable(error)
    print(json.dumps(answers.to_json(), indent=2) if arguments.json else verdicts_text(answers))
    return status or int(bool(answers.differences))


def _tell_bad_lines(result: "Replay") -> None:
    for bad in result.bad_lines:
        print(f"memslot-lab: {result.path}: line {bad.line} passed over: {bad.why}", file=sys.stderr)


def _release(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.errors import CourseError
    from memslot_lab.course.stubs import release

    variants = (arguments.course_seed, arguments.students, arguments.out)
    if any(variants) and not all(variants):
        return unusable("variants need all three of --course-seed, --students and --out; give them together")
    try:
        if arguments.students:
            return _hand_out(arguments)
        written = release(arguments.solutions, arguments.exercises)
    except CourseError as error:
        return unusable(error)
    for path in written:
        print(f"wrote {path}")
    if not written:
        print(f"{arguments.exercises}: every stub is what its solution gives")
    return 0


def _hand_out(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.handout import hand_out, read_students
    from memslot_lab.course.variants import variant_of

    students = read_students(arguments.students)
    folders = arguments.solutions, arguments.exercises
    written = hand_out(*folders, course_seed=arguments.course_seed, students=students, out=arguments.out)
    for student in students:
        print(f"{arguments.out / student}: {variant_of(arguments.course_seed, student)}")
    print(f"{len(written)} notebooks written")
    return 0


def _dev_check(arguments: argparse.Namespace) -> int:
    from memslot_lab.course.dev_check import dev_check
    from memslot_lab.course.errors import CourseError
    from memslot_lab.course.workspace import WorkspaceError, course_files

    found: list[str] = []
    try:
        for finding in dev_check(course_files()):
            found.append(finding)
            print(finding, flush=True)
    except (CourseError, WorkspaceError) as error:
        return unusable(error)
    print(f"{len(found)} to mend" if found else "the course is in step with itself")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
