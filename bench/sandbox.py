"""What a confined child costs, and what it costs to judge one right answer in it, all on one core.

python -m bench.sandbox [RUNS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.tasks import cases_of
from memslot_lab.grading.judge import Judge
from memslot_lab.grading.sandbox import TierTrial, Worker, try_tiers

ROOT = Path(__file__).parents[1]
RUNS = 101
APP = "def answer(request):\n    return request\n"
ANSWERS = (
    "03_delete/kernel_loop.py",
    "06_update/kernel_shape.py",
    "08_region/kernel_order.py",
    "13_capstone/sorts_the_used_part.py",
)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def submission(worker: Worker, requests: int) -> None:
    """Open a child, ask it, close it."""
    with worker.open() as child:
        for i in range(requests):
            child.ask(i, seconds=10)


def rows(trial: TierTrial, runs: int) -> list[tuple[str, float]]:
    """Return the median seconds of a tier, with 1 request and with 20."""
    with tempfile.TemporaryDirectory() as tree:
        (Path(tree) / "bench_app.py").write_text(APP)
        with Worker(Path(tree), "bench_app", tier=trial.tier) as worker:
            times = {n: [seconds(lambda n=n: submission(worker, n)) for _ in range(runs)] for n in (1, 20)}
    return [(f"{trial.tier.value}: open, {n} asked, close", statistics.median(t)) for n, t in times.items()]


def bare(functions: dict[str, Callable[..., object]]) -> None:
    """Make the calls of all cases laid out by hand: no sandbox, no count of steps, no comparison."""
    for name, function in functions.items():
        for case in cases_of(name):
            stage = case.start()
            for args in case.calls:
                stage.take(function(*stage.arguments(args)))


def print_judged(runs: int) -> None:
    """Print what a right answer takes from its text to its verdict, and what the same calls take alone."""
    print(f"\n{'one submission':36}  median ms   quickest  calls alone")
    with Judge("a secret") as judge:
        for name in ANSWERS:
            path = ROOT / "tests" / "right" / name
            exercise, pieces = find_exercise(path.parent.name), (("file", path.read_text(encoding="utf-8")),)
            assert all(result.passed for result in judge.judge(exercise, pieces))
            times = [seconds(lambda e=exercise, p=pieces: judge.judge(e, p)) for _ in range(runs)]
            functions = load_answer_file(path, exercise).functions
            own = min(seconds(lambda functions=functions: bare(functions)) for _ in range(5))
            print(f"{name:36} {statistics.median(times) * 1000:10.1f} {min(times) * 1000:10.1f} {own * 1000:12.1f}")


def main(runs: int) -> None:
    """Print the tables, for the tiers that work here, and for the best of them."""
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    command = [sys.executable, "-c", "pass"]
    python = statistics.median(seconds(lambda: subprocess.run(command, check=True)) for _ in range(21))
    print(f"{'':36}  median ms  times python -c pass   ({runs} runs each, Python {sys.version.split()[0]})")
    for name, median in [("python -c pass", python), *(row for t in try_tiers() if t.works for row in rows(t, runs))]:
        print(f"{name:36} {median * 1000:10.1f} {median / python:12.2f}")
    print_judged(runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
