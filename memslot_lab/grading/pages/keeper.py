"""Write the pages of a run: those on submissions as their marks come, that on the class at the end."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from memslot_lab.grading.marks import Mark
from memslot_lab.grading.pages.class_page import class_page
from memslot_lab.grading.pages.names import keep_page, page_path
from memslot_lab.grading.pages.similar import Similarity
from memslot_lab.grading.sandbox import Tier
from memslot_lab.grading.submission import Submission

__all__ = ["PageKeeper"]


class PageKeeper:
    """Keeps the pages of one run.

    Parameters
    ----------
    out : Path
        The folder of results.
    tier : Tier
        How submissions are confined.
    """

    def __init__(self, out: Path, tier: Tier) -> None:
        self._out, self._tier = out, tier
        self._similarity = Similarity()

    def watching(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """Yield submissions, and note what they have in common."""
        for submission in submissions:
            self._similarity.add(submission)
            yield submission

    def keep(self, mark: Mark, page: str) -> None:
        """Write the page on one submission.

        Raises
        ------
        PageError
            Something else is in its place.
        OSError
            It cannot be written.
        """
        keep_page(self._out, page_path(mark.student, mark.exercise, mark.place), page)

    def finish(self, marks: Iterable[Mark]) -> Path:
        """Write the page on the class; return where.

        Raises
        ------
        PageError
            Something else is in its place.
        OSError
            It cannot be written.
        """
        page = class_page(marks, self._similarity.groups(), tier=self._tier, linked=True)
        keep_page(self._out, PurePosixPath("class.html"), page)
        return self._out / "class.html"
