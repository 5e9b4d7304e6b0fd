"""Grade many submissions: those that the journal has not yet, each written down as its mark comes.

How marks are made, and by how many workers at once, is the caller's choice; the results do not depend on it.
"""

import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from memslot_lab.grading.journal import Journal, key_of
from memslot_lab.grading.marks import Mark, unjudged
from memslot_lab.grading.results import in_order, write_results
from memslot_lab.grading.sandbox import SandboxError
from memslot_lab.grading.submission import Submission

__all__ = ["MapUnordered", "Progress", "grade", "in_threads"]

Marker = Callable[[Submission], Mark]
MapUnordered = Callable[[Marker, Iterable[Submission], int], Iterator[tuple[Submission, Mark]]]

_WAITING = 4  # submissions a worker that are read ahead: more would only take memory


def grade(
    submissions: Iterable[Submission],
    out: Path,
    mark: Marker,
    *,
    header: dict[str, Any],
    jobs: int = 1,
    resume: bool = False,
    progress: Callable[[Mark], None] | None = None,
    map_unordered: MapUnordered | None = None,
) -> list[Mark]:
    """Grade submissions into a folder; return all marks, in order.

    Parameters
    ----------
    submissions : Iterable[Submission]
        From `find_submissions()`; read as they are needed.
    out : Path
        Gets journal.jsonl as marks come, and results.csv and results.json at the end.
    mark : Callable[[Submission], Mark]
        Called for each submission that can be judged; what it raises becomes a row "grader-error".
    header : dict[str, Any]
        What the marks follow from; a journal that says something else is not gone on with. All but "submissions", which
        is a path, is said in results.json too.
    jobs : int, optional
        How many at once.
    resume : bool, optional
        Leave out what the journal has.
    progress : Callable[[Mark], None] or None, optional
        Told each mark, those of the journal too.
    map_unordered : MapUnordered or None, optional
        Gives the submissions to workers and yields them with their marks as they come; None takes threads.

    Raises
    ------
    JournalError
        The journal cannot be begun or gone on with.
    SandboxError
        The sandbox does not work.
    OSError
        Something cannot be written; `resume` goes on from there.
    """
    tell = progress or Progress(stream=io.StringIO())
    marks: list[Mark] = []
    with Journal(out, header, resume=resume) as journal:

        def new() -> Iterator[Submission]:
            for submission in submissions:
                if known := journal.marks.get(key_of(submission)):
                    marks.append(known)
                    tell(known)
                else:
                    yield submission

        for submission, made in (map_unordered or in_threads)(_Careful(mark), new(), max(1, jobs)):
            journal.add(submission, made)
            marks.append(made)
            tell(made)
        marks = in_order(marks)
        write_results(out, marks, {name: value for name, value in header.items() if name != "submissions"})
    return marks


@dataclass(frozen=True, slots=True)
class _Careful:
    """Makes a mark of whatever comes; a value, so that it can be sent to a process."""

    mark: Marker

    def __call__(self, submission: Submission) -> Mark:
        if submission.status:
            return unjudged(submission)
        begun = time.monotonic()
        try:
            return _as_kept(self.mark(submission), submission.sentence)
        except SandboxError:
            raise  # not one submission can be marked
        except Exception as error:  # a bug of the judge must cost one row, not the marks of all others
            words = f"the grader failed ({type(error).__name__}); the teacher has to look at this one"
            made = unjudged(submission, "grader-error", words)
            return replace(made, seconds=time.monotonic() - begun)


def _as_kept(mark: Mark, remark: str) -> Mark:
    """Return the mark as the journal would give it back, with what is to be said of the files.

    Raises
    ------
    TypeError, ValueError
        It is no plain data.
    """
    said = mark.sentence if remark in mark.sentence else f"{remark} {mark.sentence}".strip()
    return Mark.from_json(json.loads(json.dumps(replace(mark, sentence=said).to_json(), allow_nan=False)))


def in_threads(mark: Marker, submissions: Iterable[Submission], jobs: int) -> Iterator[tuple[Submission, Mark]]:
    """Yield submissions with their marks as they come, from threads; the work itself is done by other processes."""
    waiting: dict[Future[Mark], Submission] = {}
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="grade")
    try:
        for submission in submissions:
            waiting[pool.submit(mark, submission)] = submission
            if len(waiting) >= _WAITING * jobs:
                yield from _done(waiting)
        while waiting:
            yield from _done(waiting)
    finally:  # Ctrl-C: let those that have begun end, and begin no other
        pool.shutdown(cancel_futures=True)


def _done(waiting: dict[Future[Mark], Submission]) -> Iterator[tuple[Submission, Mark]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()


@dataclass(slots=True)
class Progress:
    """A line on a terminal: how many are done, how fast, how long yet, and how many could not be judged.

    Parameters
    ----------
    total : int
        Of submissions; 0 when it is not known.
    stream : TextIO, optional
        Nothing is written unless it is a terminal.
    """

    total: int = 0
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    done: int = 0
    failed: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def __call__(self, mark: Mark) -> None:
        """Count a mark, and show the line now and then."""
        self.done += 1
        self.failed += mark.status != "graded"
        if self.stream.isatty() and (time.monotonic() - self._shown > 0.2 or self.done == self.total):
            self._shown = time.monotonic()
            self.stream.write(f"\r\x1b[K{self.line()}")
            self.stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.done and self.stream.isatty():
            self.stream.write("\n")

    def line(self) -> str:
        """Return the line."""
        seconds = max(time.monotonic() - self._begun, 1e-3)
        rate = self.done / seconds
        of = f" of {self.total:,}" if self.total else ""
        left = f", {(self.total - self.done) / rate:.0f} s left" if self.total and rate else ""
        return f"{self.done:,}{of} graded, {rate:.1f} a second{left}, {self.failed:,} not judged"
