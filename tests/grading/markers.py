"""Markers that test_executors.py sends to other processes; they are imported there by this module's name."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from memslot_lab.grading.marks import Mark, Marked
from memslot_lab.grading.sandbox import SandboxError
from memslot_lab.grading.submission import Submission


@dataclass(frozen=True)
class Numbered:
    """Gives the number that a submission says; what it says besides is done to the process, once or always.

    Parameters
    ----------
    folder : str
        Where it is noted who has been here.
    """

    folder: str

    def __call__(self, submission: Submission) -> Marked:
        """Return the mark."""
        number, what = submission.pieces[0][1].split()
        seen = Path(self.folder, f"{submission.student}.{time.monotonic_ns()}")
        first = not any(Path(self.folder).glob(f"{submission.student}.*"))
        seen.write_text(f"{os.getpid()}")
        if what == "dies" or (what == "dies-once" and first):
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "fails":
            raise SandboxError("no room")
        time.sleep(0.005 if what == "slow" else 0)
        return Marked(Mark(submission.student, submission.exercise, submission.place, int(number), 1000))


if __name__ == "__main__":
    from memslot_lab.grading.executors import in_processes
    from tests.grading.markers import Numbered as Imported

    many = (Submission(f"s{n}", "03_delete", "", (("file", f"{n} slow"),)) for n in range(100_000))
    for _ in in_processes(2)(Imported(sys.argv[1]), many):
        pass
