"""What a long run leaks: thousands of submissions through one call of memslot-lab grade, every tenth hostile.

python -m bench.soak [SUBMISSIONS] [--jobs N]

Honest answers and every attack of tests/hostile take turns. At each tenth of the run the processes, open files,
temporary files and memory of the grader are counted, and after its end what is left of it. Status 1: something leaks,
an honest answer got other points than it is worth, or an attack got full points.
"""

import argparse
import csv
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import memslot_lab
from bench.grading import EXERCISE, ROOT, SECRET, Answer, known_answers
from tests.hostile.attacks import ATTACKS

HOSTILE = 10  # every so many
STEPS = 10
LOOKS = 40  # the least of several looks: a child that is just being judged is no leak
PAGE = os.sysconf("SC_PAGE_SIZE")
OUTSIDE = Path("/tmp"), Path("/dev/shm")
APP = ROOT / "tests" / "hostile" / "app" / "attacked.py"


class Sample(NamedTuple):
    """What a grader holds at one moment: counts, and bytes of its first process and of all others."""

    processes: int
    descriptors: int
    files: int
    first: int
    others: int


# The class.


def submission(number: int, honest: list[Answer], outside: Path) -> tuple[str, int]:
    """Return the text of a submission, and the points that it is worth; -1: anything but all."""
    if number % HOSTILE:
        answer = honest[number % len(honest)]
        return f"{answer.text}\n# {number}\n", answer.points
    attack = ATTACKS[number // HOSTILE % len(ATTACKS)]
    code = filled(attack.code, outside)
    at_import = "answer(CODE)" if number // HOSTILE // len(ATTACKS) % 2 else ""
    rest = f"CODE = {code!r}\n{at_import}\n\n\ndef delete(slots, slot):\n    return answer(CODE)\n"
    return f"{APP.read_text()}\n\n{rest}# {number}\n", -1


def filled(code: str, outside: Path) -> str:
    """Return an attack with the places and processes of this machine in it."""
    places = {
        "@OUTSIDE@": outside,
        "@PACKAGE@": Path(memslot_lab.__file__).parent,
        "@SITE@": sysconfig.get_path("purelib"),
        "@PYTHON@": sys.executable,
        "@JUDGE@": os.getpid(),
    }
    for name, place in places.items():
        code = code.replace(name, str(place))
    return code


def hand_in(folder: Path, count: int, outside: Path) -> dict[str, int]:
    """Write the class; return what each student's answer is worth."""
    worth: dict[str, int] = {}
    honest = known_answers()
    for number in range(count):
        student = f"s{number:06}"
        text, worth[student] = submission(number, honest, outside)
        (folder / student).mkdir(parents=True)
        (folder / student / f"{EXERCISE}.py").write_text(text)
    return worth


# Looking at the grader.


def family(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    try:
        children = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # gone meanwhile
        return
    for child in (int(word) for words in children for word in words):
        yield from family(child)


def open_files(pid: int) -> int:
    """Return how many descriptors a process has open."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def resident(pid: int) -> int:
    """Return the bytes of a process in memory."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def begun_at(pid: int) -> str:
    """Return when a process began, an empty string if there is none: a number is used again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def still_there(seen: dict[int, str]) -> list[int]:
    """Return the processes that do not end in a while."""
    until = time.monotonic() + 10
    left = [pid for pid, begun in seen.items() if begun]
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = [pid for pid in left if begun_at(pid) == seen[pid]]
    return left


def look(pid: int, temporary: Path) -> Sample:
    """Count once."""
    pids = list(family(pid))
    files = sum(1 for _ in temporary.rglob("*")) + len(markers())
    memory = [resident(each) for each in pids]
    return Sample(len(pids), sum(map(open_files, pids)), files, memory[0], sum(memory[1:]))


def sample(pid: int, temporary: Path) -> Sample:
    """Count several times, and return the least of each."""
    looks: list[Sample] = []
    for _ in range(LOOKS):
        looks.append(look(pid, temporary))
        time.sleep(0.1)
    return Sample(*map(min, zip(*looks, strict=True)))


def markers() -> list[Path]:
    """Return what attacks would leave outside."""
    return [path for folder in OUTSIDE for path in folder.glob("hostile-marker*")]


def lines_in(path: Path) -> int:
    """Return how many lines a file has, 0 if it is not there."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


# The run.


def watch(process: "subprocess.Popen[bytes]", folder: Path, count: int) -> tuple[list[Sample], dict[int, str]]:
    """Print and return a sample at each tenth; return all processes that were seen, too, and when they began."""
    samples: list[Sample] = []
    seen: dict[int, str] = {}
    begun, step = time.monotonic(), count // STEPS
    print(
        f"{'done':>7} {'seconds':>8} {'processes':>10} {'open files':>11} {'temporary':>10} {'first':>9} {'others':>9}"
    )
    while process.poll() is None:
        done = max(lines_in(folder / "out" / "journal.jsonl") - 1, 0)  # the header
        seen |= {pid: begun_at(pid) for pid in family(process.pid)}
        if done >= step * (len(samples) + 1) and done < count:
            one = sample(process.pid, folder / "temporary")
            samples.append(one)
            print(
                f"{done:7,} {time.monotonic() - begun:8.0f} {one.processes:10} {one.descriptors:11} {one.files:10} "
                f"{one.first / 1e6:6.1f} MB {one.others / 1e6:6.1f} MB",
                flush=True,
            )
        time.sleep(0.25)
    return samples, seen


def grown(samples: list[Sample], count: int) -> list[str]:
    """Return what is more in all of the later half than in any of the earlier; the first process holds the marks."""
    middle = len(samples) // 2
    if not middle:
        return ["too few samples: take more submissions"]
    before, after = (
        Sample(*map(max, zip(*samples[:middle], strict=True))),
        Sample(*map(min, zip(*samples[middle:], strict=True))),
    )
    rules = {
        "processes": after.processes <= before.processes,
        "open files": after.descriptors <= before.descriptors,
        "temporary files": after.files <= before.files,
        "memory of the first process": after.first - before.first <= 50_000 * count,
        "memory of the others": after.others - before.others <= 2_000_000,
    }
    return [f"{name} grew" for name, holds in rules.items() if not holds]


def wrong_marks(table: Path, worth: dict[str, int], best: int) -> list[str]:
    """Return the rows of results.csv that are not what they must be."""
    with table.open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    missing = [f"{student} has no row" for student in worth if student not in rows]
    wrong = [
        f"{student}: {row['score']} ({row['status']}), worth {worth[student]}"
        for student, row in rows.items()
        if (int(row["score"]) == best if worth[student] < 0 else int(row["score"]) != worth[student])
    ]
    return [*missing, *wrong]


def soak(folder: Path, count: int, jobs: int) -> Iterator[str]:
    """Grade a class in an empty folder; yield what is wrong."""
    temporary, outside = folder / "temporary", folder / "outside"
    temporary.mkdir()
    outside.mkdir()
    answers = outside / "answers.txt"
    answers.write_text("known to the judge")
    worth = hand_in(folder / "in", count, outside)
    command = [sys.executable, "-m", "memslot_lab.cli", "grade", "in", "--out", "out", "--secret", SECRET]
    command += ["--jobs", str(jobs), "--limit", "ask_seconds=1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        samples, seen = watch(process, folder, count)
        log.seek(0)
        print(log.read(), end="")
    yield from grown(samples, count)
    yield from (f"process {pid} is left" for pid in still_there(seen))
    yield from (f"{path} is left" for path in [*temporary.iterdir(), *markers()])
    if answers.read_text() != "known to the judge" or len(list(outside.iterdir())) > 1:
        yield "the folder outside was changed"
    if process.returncode:
        yield f"grade ended with {process.returncode}"
    else:
        yield from wrong_marks(folder / "out" / "results.csv", worth, max(worth.values()))


def main() -> int:
    """Run it; return 1 if something leaks or a mark is wrong."""
    parser = argparse.ArgumentParser(description="Grade very many submissions, and count what the grader holds.")
    parser.add_argument("submissions", type=int, nargs="?", default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="at once (default: %(default)s)")
    arguments = parser.parse_args()
    with TemporaryDirectory() as place:
        troubles = list(soak(Path(place), arguments.submissions, arguments.jobs))
    print("\n".join(troubles or ["no leak, and no mark is wrong"]))
    return bool(troubles)


if __name__ == "__main__":
    sys.exit(main())
