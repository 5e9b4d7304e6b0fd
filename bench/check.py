"""How long a learner waits for a verdict: every known right and wrong answer, with all the feedback that it gets.

The budget is 150 ms for a right answer and 1 s for a wrong one. The ratio is to what the reference takes alone.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from memslot_lab.course import check
from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.tasks import cases_of, judged_of

ROOT = Path(__file__).parents[1]
RUNS = 5


def seconds(work: Callable[[], object]) -> float:
    """Return the median of several runs; the first, which makes the cases, is not counted."""
    work()
    times: list[float] = []
    for _ in range(RUNS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def verdict(function: Callable[..., object]) -> str:
    """Check a function and write out what a notebook shows."""
    return check(function)._repr_html_()


def bare(function: str) -> None:
    """Run the reference on every case, without budget, comparison and words."""
    for case in cases_of(function):
        stage = case.start()
        for args in case.calls:
            stage.take(judged_of(function).reference(*stage.arguments(args)))


def main() -> None:
    """Print a line for each exercise and kind of answer."""
    print(f"{'exercise':18} {'answers':>14}  {'median':>8} {'slowest':>8}  {'of the budget':>13}  {'x bare cases':>12}")
    for name, exercise in read_manifest().items():
        for kind, budget in (("right", 0.15), ("wrong", 1.0)):
            files = sorted((ROOT / "tests" / kind / name).glob("*.py"))
            functions = [pair for path in files for pair in load_answer_file(path, exercise).functions.items()]
            if not functions:
                continue
            times = [seconds(lambda function=function: verdict(function)) for _, function in functions]
            alone = median(seconds(lambda task=task: bare(task.function)) for task in exercise.tasks)
            print(
                f"{name:18} {len(times):3} {kind:>10}  {median(times) * 1000:5.0f} ms {max(times) * 1000:5.0f} ms  "
                f"{max(times) / budget:12.0%}  {median(times) / alone:12.0f}"
            )


if __name__ == "__main__":
    main()
