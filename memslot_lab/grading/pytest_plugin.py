"""Let ``pytest exercises/`` check exercise notebooks, a test for each case group.

Loaded in every pytest run of the environment, so nothing of the course is imported before an exercise is found.
Stands down where nbval runs the notebooks.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from memslot_lab.course.report import Report
    from memslot_lab.course.results import TaskResult

__all__ = ["pytest_collect_file"]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook that has the name of an exercise."""
    if file_path.suffix != ".ipynb" or _nbval_runs(parent.config):
        return None
    from memslot_lab.course.catalog import read_manifest

    if file_path.stem not in read_manifest():
        return None
    return _Exercise.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType] - pytest's own types


def _nbval_runs(config: pytest.Config) -> bool:
    return bool(config.getoption("nbval", default=False) or config.getoption("nbval_lax", default=False))


class _NotPassedError(Exception):
    """Carries a message that is shown as it is."""


class _Exercise(pytest.File):
    """One exercise notebook; its answer is run once, when its first test runs."""

    _outcome: "Report | str | None" = None

    def collect(self) -> Iterator[pytest.Item]:
        from memslot_lab.course.catalog import read_manifest

        for task in read_manifest()[self.path.stem].tasks:
            for group in task.groups:
                words = {"name": f"{task.function}[{group.name}]", "task": task.function, "group": group.name}
                yield _CaseGroup.from_parent(self, **words)  # pyright: ignore[reportUnknownMemberType]

    def outcome(self) -> "Report | str":
        """Return the report, or why there is none."""
        from memslot_lab.course import CourseError, check_exercise
        from memslot_lab.course.place import later_of

        if self._outcome is None:
            try:
                self._outcome = check_exercise(later_of(self.path).path)
            except CourseError as error:
                self._outcome = str(error)
        return self._outcome


class _CaseGroup(pytest.Item):
    """The cases of one group."""

    def __init__(self, *, task: str, group: str, **rest: Any) -> None:
        super().__init__(**rest)  # pyright: ignore[reportUnknownMemberType]
        self._task, self._group = task, group

    def runtest(self) -> None:
        assert isinstance(self.parent, _Exercise)
        outcome = self.parent.outcome()
        if isinstance(outcome, str):
            raise _NotPassedError(outcome)
        problem = _problem(next(task for task in outcome.tasks if task.task.function == self._task), self._group)
        if problem:
            raise _NotPassedError(problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(_NotPassedError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


def _problem(task: "TaskResult", name: str) -> str:
    """Return what one group's failure says, an empty string if it passed."""
    from memslot_lab.course.told import failure_text

    return task.problem or next(
        failure_text(task, group.failure) if group.failure else "" for group in task.groups if group.name == name
    )
