"""What starting costs: medians of several fresh processes, and their ratio to a bare Python.

python bench/startup.py [RUNS]
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 21
COMMAND = Path(sys.executable).with_name("memslot-lab")

CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import memslot_lab": [sys.executable, "-c", "import memslot_lab"],
    "import memslot_lab.engine": [sys.executable, "-c", "import memslot_lab.engine"],
    "memslot-lab --help": [str(COMMAND), "--help"],
}


def seconds(command: list[str]) -> float:
    """Run `command` once; return the wall time."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Print the table. The cases take turns, so that a slow moment of the machine meets all of them."""
    times = {name: [seconds(command)] for name, command in CASES.items()}
    for _ in range(runs):
        for name, command in CASES.items():
            times[name].append(seconds(command))
    # The first run may compile or read from disk.
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    print(f"{'':28}  median ms  times python -c pass   ({runs} runs each, Python {sys.version.split()[0]})")
    for name, median in medians.items():
        print(f"{name:28} {median * 1000:10.1f} {median / medians['python -c pass']:12.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
