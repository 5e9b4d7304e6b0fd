"""Grade many submissions: those that the journal has not yet, each written down as its mark comes.

How marks are made, and by how many workers at once, is the caller's choice; the results do not depend on it.
"""

import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from memslot_lab.grading.executors import Executor, Marker, in_turn
from memslot_lab.grading.journal import Journal, key_of
from memslot_lab.grading.marks import Mark, Marked, unjudged
from memslot_lab.grading.results import in_order, write_results
from memslot_lab.grading.sandbox import SandboxError
from memslot_lab.grading.submission import Submission

__all__ = ["grade"]

_TRACE = 4000  # characters, the last ones


def grade(
    submissions: Iterable[Submission],
    out: Path,
    mark: Marker,
    *,
    header: dict[str, Any],
    executor: Executor = in_turn,
    resume: bool = False,
    keep_page: Callable[[Mark, str], None] | None = None,
    progress: Callable[[Mark], None] | None = None,
) -> list[Mark]:
    """Grade submissions into a folder; return all marks, in order.

    Parameters
    ----------
    submissions : Iterable[Submission]
        From `find_submissions()`; read as they are needed.
    out : Path
        Gets journal.jsonl as marks come, and results.csv and results.json at the end.
    mark : Callable[[Submission], Marked]
        Called for each submission, those that cannot be judged too; what it raises becomes a row "grader-error".
    header : dict[str, Any]
        What the marks follow from; a journal that says something else is not gone on with. All but "submissions", which
        is a path, is said in results.json too.
    executor : Executor, optional
        Where marks are made.
    resume : bool, optional
        Leave out what the journal has; where it has a grader's error, the submission is marked anew.
    keep_page : Callable[[Mark, str], None] or None, optional
        Given each page before its mark is written down, so that no mark lacks one.
    progress : Callable[[Mark], None] or None, optional
        Told each mark, those of the journal too.

    Raises
    ------
    JournalError
        The journal cannot be begun or gone on with.
    SandboxError
        The sandbox does not work.
    OSError
        Something cannot be written; `resume` goes on from there.
    """
    marks: list[Mark] = []

    def tell(made: Mark) -> None:
        marks.append(made)
        if progress:
            progress(made)

    with Journal(out, header, resume=resume) as journal:

        def new() -> Iterator[Submission]:
            for submission in submissions:
                known = journal.marks.get(key_of(submission))
                if known and known.status != "grader-error":
                    tell(known)
                else:
                    yield submission

        for submission, marked in executor(_Careful(mark), new()):
            if keep_page and marked.page:
                keep_page(marked.mark, marked.page)
            journal.add(submission, marked.mark)
            tell(marked.mark)
        marks = in_order(marks)
        write_results(out, marks, {name: value for name, value in header.items() if name != "submissions"})
    return marks


@dataclass(frozen=True, slots=True)
class _Careful:
    """Makes a mark of whatever comes; a value, so that it can be sent to a process."""

    mark: Marker

    def __call__(self, submission: Submission) -> Marked:
        begun = time.monotonic()
        try:
            made, page = self.mark(submission)
            return Marked(_as_kept(made, submission.sentence), page)
        except SandboxError:
            raise  # not one submission can be marked
        except Exception as error:  # a bug of the judge must cost one row, not the marks of all others
            words = f"the grader failed ({type(error).__name__}); the teacher has to look at this one"
            made = unjudged(submission, "grader-error", words)
            trace = traceback.format_exc()[-_TRACE:]
            return Marked(replace(made, seconds=time.monotonic() - begun, trace=trace))


def _as_kept(mark: Mark, remark: str) -> Mark:
    """Return the mark as the journal would give it back, with what is to be said of the files.

    Raises
    ------
    TypeError, ValueError
        It is no plain data.
    """
    said = mark.sentence if remark in mark.sentence else f"{remark} {mark.sentence}".strip()
    return Mark.from_json(json.loads(json.dumps(replace(mark, sentence=said).to_json(), allow_nan=False)))
