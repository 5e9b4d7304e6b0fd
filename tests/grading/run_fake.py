"""Grade made-up submissions with a made-up judge, in a process that a test can kill.

Arguments: the folder for results, how many workers, and "resume" or "anew". Prints a line for each mark that comes.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any

from memslot_lab.grading.executors import in_processes, in_turn
from memslot_lab.grading.marks import Mark, Marked, unjudged
from memslot_lab.grading.run import grade
from memslot_lab.grading.submission import Submission

HEADER: dict[str, Any] = {"version": "0", "submissions": "made up"}
SUBMISSIONS = [
    Submission(
        f"s{n:03}", "03_delete", f"s{n:03}/03_delete.py", (("file", f"{n}"),), status="" if n % 7 else "no-answer"
    )
    for n in range(240)
]


def fake_mark(submission: Submission) -> Marked:
    """Return a mark that follows from the submission alone, after a while that does not."""
    if submission.status:
        return Marked(unjudged(submission))
    number = int(submission.pieces[0][1])
    time.sleep(random.random() * 0.004)
    tasks = ({"number": number, "text": "é" * (number % 50)},)
    return Marked(
        Mark(submission.student, submission.exercise, submission.place, number % 4, 3, "graded", "", tasks, 0.1)
    )


def tell(mark: Mark) -> None:
    """Say whose mark came."""
    sys.stdout.write(f"{mark.student}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    jobs = int(sys.argv[2])
    grade(
        SUBMISSIONS,
        Path(sys.argv[1]),
        fake_mark,
        header=HEADER,
        executor=in_processes(jobs) if jobs > 1 else in_turn,
        resume=sys.argv[3] == "resume",
        progress=tell,
    )
