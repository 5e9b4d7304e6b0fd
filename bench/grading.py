"""What a mark costs: memslot-lab grade beside nbgrader, otter-grader and plain Pythons, on the same 20 submissions.

python -m bench.grading [--envs DIR] [--full] [--runs N] [--alone]

All tools get the same notebooks with the exercise's own check, and must give the same points. The peers are installed
from PyPI, each into an environment of its own, when DIR has none yet. A rate is what a submission costs on top of
what one call of the tool costs: from two classes of different size.
"""

import argparse
import csv
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory, gettempdir
from threading import Event, Thread
from time import perf_counter
from typing import Any, NamedTuple

from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.tasks import cases_of, judged_of

ROOT = Path(__file__).parents[1]
EXERCISE = "03_delete"
ASSIGNMENT = "memslots"
NAME = f"{ASSIGNMENT}/{EXERCISE}.ipynb"
SECRET = "bench"
(TASK,) = read_manifest()[EXERCISE].tasks
MANY = 10  # times the 20, for the rate

# What the peers' cheapest user writes: no isolation, no feedback, 25 arrays.
UNPROTECTED = """
import sys
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
exec(open(sys.argv[1]).read())
right = 0
for n in range(1, 26):
    slots = Memslots(32)
    for i in range(n):
        update_memslots(slots, MemorySlot(i, i * 16, 16), Change.CREATE)
    try:
        delete(slots, MemorySlot(n // 2, 0, 0))
        left = [i for i in reversed(range(n)) if i != n // 2]
        right += [slot.id for slot in slots.memslots[: slots.used_slots]] == left
    except Exception:
        pass
print(right)
"""


class Answer(NamedTuple):
    """A known answer: its text, and what it is worth."""

    path: Path
    text: str
    points: int


class Run(NamedTuple):
    """What a command cost.

    Parameters
    ----------
    wall, cpu : float
        Seconds by the clock, and of CPU with all that it started.
    own : float
        Seconds of CPU of its first process alone.
    peak : int
        Bytes, the most that its first process held.
    """

    wall: float
    cpu: float
    own: float
    peak: int


class Row(NamedTuple):
    """A line of the table: seconds of starting up once, then a submission by the clock and of CPU."""

    name: str
    start: float
    each: float
    cpu: float

    @property
    def whole(self) -> float:
        """Seconds of the 20."""
        return self.start + 20 * self.each


# The class.


def known_answers() -> list[Answer]:
    """Return every right answer, and as many wrong ones, from all of them, as make 20."""
    right = sorted((ROOT / "tests" / "right" / EXERCISE).glob("*.py"))
    wrong = sorted((ROOT / "tests" / "wrong" / EXERCISE).glob("*.py"))
    missing = 20 - len(right)
    return [*map(_answer, right), *map(_answer, wrong[:: len(wrong) // missing][:missing])]


def _answer(path: Path) -> Answer:
    fails = load_answer_file(path, read_manifest()[EXERCISE]).fails
    points = sum(group.points for group in TASK.groups if group.name not in fails)
    return Answer(path, path.read_text(encoding="utf-8"), points)


def notebook(text: str) -> dict[str, Any]:
    """Return the exercise with an answer, and without what is not needed for its points."""
    document = json.loads((ROOT / "exercises" / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    named = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in code}
    answer, points = named[TASK.function], named[f"points_{TASK.function}"]
    return document | {"cells": [code[0], answer | {"source": text}, points]}


def hand_in(folder: Path, texts: list[str]) -> None:
    """Write a notebook a student, as nbgrader collects them; no two are the same."""
    for number, text in enumerate(texts):
        path = folder / "submitted" / student(number) / NAME
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook(f"{text}\n# {student(number)}\n")), encoding="utf-8")


def student(number: int) -> str:
    """Return a name."""
    return f"s{number:06}"


# Running a tool.


def run(command: list[str | Path], folder: Path, environment: dict[str, str] | None = None) -> Run:
    """Run a command to its end; raise RuntimeError with its words where it fails."""
    with (folder / "log").open("w+") as log:
        start = perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        peak, over = [0], Event()
        looking = Thread(target=look_at_peak, args=(process.pid, peak, over))
        looking.start()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        wall, own = perf_counter() - start, own_seconds(process.pid)
        over.set()
        looking.join()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{log.read()[-3000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, own, peak[0])


def look_at_peak(pid: int, peak: list[int], over: Event) -> None:
    """Keep the most memory that a process has held, until it is over; nothing where there is no /proc."""
    while not over.wait(0.05):
        with suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            if found := re.search(r"VmHWM:\s*(\d+) kB", status):
                peak[0] = int(found[1]) * 1024


def own_seconds(pid: int) -> float:
    """Return the CPU time of one process, without that of those it started; 0 where there is no /proc."""
    path = Path(f"/proc/{pid}/stat")
    words = path.read_text().rpartition(")")[2].split() if path.exists() else ["0"] * 13
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def environment_of(envs: Path, package: str) -> Path:
    """Return a virtual environment with the newest release of a package and a kernel, made when it is not there."""
    home = envs / package
    if not (home / "ready").exists():
        print(f"installing {package} into {home}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "python", "-m", "pip", "install", "-qq", package, "ipykernel"], check=True)
        (home / "ready").touch()
    return home


def variables(home: Path, folder: Path) -> dict[str, str]:
    """Return an environment in which a peer finds its own programs, the laboratory, and no settings of the user's."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name
    return os.environ | {name: str(folder / name.lower()) for name in names} | {"PATH": path, "PYTHONPATH": str(ROOT)}


def version_of(home: Path, package: str) -> str:
    """Return a package's name and release."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    said = subprocess.run([home / "bin" / "python", "-c", code], capture_output=True, text=True, check=True)
    return f"{package} {said.stdout.strip()}"


# memslot-lab.


def graded(texts: list[str], jobs: int, points: list[int] | None = None, *more: str) -> tuple[Run, dict[str, int]]:
    """Grade a class; return what it cost, and the bytes of what it left, by the name of the file or its folder."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder, texts)
        command = [sys.executable, "-m", "memslot_lab.cli", "grade", "submitted", "--out", "out", "--secret", SECRET]
        cost = run([*command, "--jobs", str(jobs), *more], folder, os.environ | {"PYTHONPATH": str(ROOT)})
        with (folder / "out" / "results.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        require_same("memslot-lab", [int(row["score"]) for row in rows], points)
        assert {row["status"] for row in rows} == {"graded"}
        return cost, {path.name: size_of(path) for path in sorted((folder / "out").iterdir())}


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all below a folder."""
    return sum(each.stat().st_size for each in (path, *path.rglob("*")) if each.is_file())


def require_same(tool: str, found: list[int], points: list[int] | None) -> None:
    """Refuse to compare tools that do not say the same of the same submissions."""
    if points is not None and found != points:
        raise RuntimeError(f"{tool} gives {found}, the answers are worth {points}")


def ours(answers: list[Answer], jobs: int, runs: int) -> Row:
    """Return the row of `memslot-lab grade`."""
    texts, points = [answer.text for answer in answers], [answer.points for answer in answers]
    few = [graded(texts, jobs, points)[0] for _ in range(runs)]
    many = [graded(texts * MANY, jobs, points * MANY)[0] for _ in range(runs)]
    return rated(f"memslot-lab grade, --jobs {jobs}", (len(texts), few), (len(texts) * MANY, many))


def rated(name: str, few: tuple[int, list[Run]], many: tuple[int, list[Run]]) -> Row:
    """Return a row from how many submissions were in two classes, and the runs of each."""
    (n, small), (m, large) = few, many
    wall = (median(one.wall for one in large) - median(one.wall for one in small)) / (m - n)
    cpu = (median(one.cpu for one in large) - median(one.cpu for one in small)) / (m - n)
    return Row(name, median(one.wall for one in small) - n * wall, wall, cpu)


# The peers.


def with_nbgrader(home: Path, answers: list[Answer], runs: int) -> Row:
    """Return the row of `nbgrader autograde`, all students in one call."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        course, environment = folder / "course", variables(home, folder)
        hand_in(course, [answer.text for answer in answers])
        source = course / "source" / NAME
        source.parent.mkdir(parents=True)
        source.write_text(json.dumps(notebook("### BEGIN SOLUTION\n" + answers[0].text + "### END SOLUTION\n")))
        run(["nbgrader", "generate_assignment", ASSIGNMENT], course, environment)

        def autograde(*which: str) -> Run:
            again = Path(shutil.copytree(course, folder / "again"))
            cost = run(["nbgrader", "autograde", ASSIGNMENT, *which], again, environment)
            if not which:
                require_same("nbgrader", scores_of_nbgrader(again, environment), [a.points for a in answers])
            shutil.rmtree(again)
            return cost

        one = [autograde(f"--student={student(0)}") for _ in range(runs)]
        return rated("nbgrader autograde (aim: 200)", (1, one), (len(answers), [autograde() for _ in range(runs)]))


def scores_of_nbgrader(course: Path, environment: dict[str, str]) -> list[int]:
    """Return the points in the gradebook, in the order of students."""
    run(["nbgrader", "export", "--to", "scores.csv"], course, environment)
    with (course / "scores.csv").open(newline="") as file:
        return [int(float(row["score"])) for row in sorted(csv.DictReader(file), key=lambda row: row["student_id"])]


def with_otter(home: Path, answers: list[Answer]) -> Row:
    """Return the row of `otter run`, which takes one submission a call."""
    with TemporaryDirectory() as place:
        folder, environment = Path(place), variables(home, Path(place))
        hand_in(folder, [answer.text for answer in answers])
        (folder / "tests").mkdir()
        (folder / "tests" / f"{TASK.function}.py").write_text(tests_of_otter())
        run(["otter", "generate", "-t", "tests", "-o", "autograder.zip"], folder, environment)
        costs: list[Run] = []
        scores: list[int] = []
        for number in range(len(answers)):
            (folder / "out" / str(number)).mkdir(parents=True)
            command = ["otter", "run", "-a", "autograder.zip", "-o", f"out/{number}", "--no-logo"]
            costs.append(run([*command, folder / "submitted" / student(number) / NAME], folder, environment))
            result = json.loads((folder / "out" / str(number) / "results.json").read_text())
            scores.append(round(sum(test.get("score", 0) for test in result["tests"])))
        require_same("otter", scores, [answer.points for answer in answers])
        return each("otter run (aim: 1,000)", costs)


def tests_of_otter() -> str:
    """Return the exercise's check as a test file of otter: a test case a group, all from one run."""
    lines = ["OK_FORMAT = False", "from otter.test_files import test_case", f'name = "{TASK.function}"']
    lines += ["points = None", "known = {}"]
    for number, group in enumerate(TASK.groups):
        lines += [
            f'@test_case(name="{group.name}", points={group.points})',
            f"def group{number}({TASK.function}):",
            "    from memslot_lab.course import check",
            f'    (task,) = known.get("tasks") or known.setdefault("tasks", check({TASK.function}).tasks)',
            f'    assert [each.failure for each in task.groups if each.name == "{group.name}"] == [None]',
        ]
    return "\n".join(lines) + "\n"


# What nobody can be faster than.


def each(name: str, runs: list[Run]) -> Row:
    """Return the row of something that starts anew for each submission."""
    return Row(name, 0, median(one.wall for one in runs), median(one.cpu for one in runs))


def plain(answers: list[Answer], runs: int) -> Iterator[Row]:
    """Yield the rows of a Python a submission: one that does nothing, and one that judges without any protection."""
    with TemporaryDirectory() as place:
        folder, environment = Path(place), os.environ | {"PYTHONPATH": str(ROOT)}
        nothing: list[str | Path] = [sys.executable, "-c", "pass"]
        yield each("python -c pass", [run(nothing, folder) for _ in range(len(answers) * runs)])
        judge: list[str | Path] = [sys.executable, "-c", UNPROTECTED]
        unprotected = [run([*judge, a.path], folder, environment) for _ in range(runs) for a in answers]
        yield each("python, loads and judges (aim: 1)", unprotected)


def own_code(answers: list[Answer], runs: int) -> Row:
    """Return the row of the answers themselves: their calls on the cases, in this process, and nothing else timed."""
    more = judged_of(TASK.function).more
    assert more
    cases = [*cases_of(TASK.function), *(more(Random(seed)) for seed in range(25))]
    functions = [load_answer_file(a.path, read_manifest()[EXERCISE]).functions[TASK.function] for a in answers]
    with redirect_stdout(io.StringIO()):  # an answer may print
        times = [sum(seconds_in(function, case) for case in cases) for _ in range(runs) for function in functions]
    return Row(f"their own code on {len(cases)} cases", 0, sum(times) / len(times), sum(times) / len(times))


def seconds_in(function: Callable[..., object], case: Case) -> float:
    """Return the time that a function takes for the calls of a case, up to one that raises."""
    stage, total = case.start(), 0.0
    for args in case.calls:
        arguments = stage.arguments(args)
        start = perf_counter()
        try:
            function(*arguments)
        except Exception:
            return total + perf_counter() - start
        total += perf_counter() - start
    return total


# The tables.


def show(rows: list[Row]) -> None:
    """Print the table, and how many times our marks each of them takes."""
    best = min((row for row in rows if row.name.startswith("memslot-lab")), key=lambda row: row.each)
    print(
        f"{'':36} {'start-up':>9} {'a submission':>13} {'of CPU':>9} {'the 20':>9} {'x ours':>8} {'x ours, the 20':>15}"
    )
    for row in rows:
        print(
            f"{row.name:36} {row.start:7.2f} s {row.each * 1000:10.1f} ms {row.cpu * 1000:6.1f} ms {row.whole:7.2f} s "
            f"{row.each / best.each:8.2f} {row.whole / best.whole:15.2f}"
        )


def curve(answers: list[Answer], sizes: list[int]) -> dict[int, tuple[Run, dict[str, int]]]:
    """Print what classes of several sizes cost, with one worker and two; return that of two, by size."""
    print(f"{'submissions':>11} {'jobs':>4} {'whole':>8} {'a second':>9} {'CPU each':>9} {'peak':>7}  bytes each")
    texts = [answer.text for answer in answers]
    found: dict[int, tuple[Run, dict[str, int]]] = {}
    for n in sizes:
        for jobs in (1, 2):
            cost, files = graded((texts * (n // len(texts) + 1))[:n], jobs)
            found[n] = cost, files
            sizes_each = ", ".join(f"{name} {size / n:,.0f}" for name, size in files.items())
            print(
                f"{n:11,} {jobs:4} {cost.wall:6.1f} s {n / cost.wall:9.1f} {cost.cpu / n * 1000:6.1f} ms "
                f"{cost.peak / 1e6:4.0f} MB  {sizes_each}",
                flush=True,
            )
    return found


def million(answers: list[Answer], found: dict[int, tuple[Run, dict[str, int]]]) -> None:
    """Print what a million submissions would cost, from what one more costs in a large class; and pages for them."""
    few, many = sorted(found)[-2:]
    (small, _), (large, files) = found[few], found[many]
    cpu, own, peak = ((getattr(large, name) - getattr(small, name)) / (many - few) for name in ("cpu", "own", "peak"))
    texts = [answer.text for answer in answers] * 5
    paged, pages = graded(texts, 2, None, "--feedback")
    told = (paged.cpu - graded(texts, 2)[0].cpu) / len(texts)
    rows = {
        "CPU": f"{cpu * 1e6 / 3600:,.1f} hours",
        "on 200 cores": f"{cpu * 1e6 / 200 / 60:,.1f} minutes",
        "CPU of the first process": f"{own * 1e6 / 60:,.0f} minutes; it keeps {cpu / own:,.0f} cores busy",
        "memory of the first process": f"{peak * 1e6 / 1e9:,.1f} GB",
        **{name: f"{size / many * 1e6 / 1e9:,.2f} GB" for name, size in files.items()},
        "CPU of pages": f"{told * 1e6 / 3600:,.1f} hours",
        **{name: f"{size / len(texts) * 1e6 / 1e9:,.1f} GB" for name, size in pages.items() if name not in files},
    }
    print(f"a million submissions, reckoned from classes of {few:,} and {many:,}; pages from one of {len(texts)}")
    for name, words in rows.items():
        print(f"{name:28} {words}")


def peers(envs: Path, answers: list[Answer], runs: int) -> Iterator[tuple[str, Row]]:
    """Yield each peer's release and row; say why one cannot be had."""
    for package, measure in (
        ("nbgrader", lambda home: with_nbgrader(home, answers, runs)),
        ("otter-grader", lambda home: with_otter(home, answers)),
    ):
        try:
            home = environment_of(envs, package)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{package} cannot be installed: {error}", file=sys.stderr)
            continue
        yield version_of(home, package), measure(home)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare graders on the same 20 submissions.")
    usual = Path(gettempdir()) / "memslot-lab-bench"
    parser.add_argument("--envs", type=Path, default=usual, help="the peers' environments (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="medians of so many (default: %(default)s)")
    parser.add_argument("--full", action="store_true", help="10,000 submissions too")
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    arguments = parser.parse_args()
    answers, runs = known_answers(), arguments.runs
    right = sum(answer.points == sum(group.points for group in TASK.groups) for answer in answers)
    others = [] if arguments.alone else list(peers(arguments.envs.resolve(), answers, runs))
    versions = ", ".join(["Python " + platform.python_version(), *(version for version, _ in others)])
    print(f"{len(answers)} submissions of {EXERCISE}, {right} of them right; medians of {runs}; {versions}")
    rows = [own_code(answers, runs), *(ours(answers, jobs, runs) for jobs in (1, 2)), *plain(answers, runs)]
    show([*rows, *(row for _, row in others)])
    print()
    found = curve(answers, [10, 100, 1000, *([10_000] if arguments.full else [])])
    print()
    million(answers, found)


if __name__ == "__main__":
    main()
