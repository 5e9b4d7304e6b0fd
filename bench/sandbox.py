"""What a confined child costs: medians of opening, asking and closing, and their ratio to a bare Python.

python -m bench.sandbox [RUNS]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from memslot_lab.grading.sandbox import TierTrial, Worker, try_tiers

RUNS = 101
APP = "def answer(request):\n    return request\n"


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


def main(runs: int) -> None:
    """Print the table, for the tiers that work here."""
    command = [sys.executable, "-c", "pass"]
    bare = statistics.median(seconds(lambda: subprocess.run(command, check=True)) for _ in range(21))
    print(f"{'':36}  median ms  times python -c pass   ({runs} runs each, Python {sys.version.split()[0]})")
    for name, median in [("python -c pass", bare), *(row for t in try_tiers() if t.works for row in rows(t, runs))]:
        print(f"{name:36} {median * 1000:10.1f} {median / bare:12.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
