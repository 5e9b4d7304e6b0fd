"""A second opinion on a submission: the learner's cells in the teacher's notebook, run by `pytest --nbval`.

It is the check that a learner can make at home, with a real kernel, and a way to find out when the judge and the
notebook part. It makes no mark: its verdict comes from where the submission runs, which can forge it. The kernel is a
program with threads and sockets, so its room is wider than that of the judge's children (see `Limits.processes`):

* only the namespaces tier holds it: whatever it starts dies with it, and its network leads nowhere;
* installed packages can be read in it, and the laboratory with the functions, cases and known mistakes that every
  learner has at home; no solution, no hidden case, no secret, nothing of the grader;
* memory and processes together are held by a `Watchdog`, which looks twenty times a second; all of it runs behind
  the judge's children when both want the processor. What the kernel keeps for open sockets is bounded by their number
  alone.
"""

import sys
from collections.abc import Iterable
from compileall import compile_dir
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, cast

from memslot_lab.course.catalog import Exercise
from memslot_lab.course.errors import CourseError
from memslot_lab.course.variants import Variant
from memslot_lab.course.workspace import course_files
from memslot_lab.grading.sandbox import ChildStopped, Limits, Plain, SandboxError, Tier, Watchdog, Worker, try_programs
from memslot_lab.grading.teachers_copy import teachers_copy

__all__ = ["Nbval", "NbvalVerdict", "require_nbval"]

_LABORATORY = Path(__file__).parents[1]
_NOT_LENT = ("grading", "commands", "cli.py", "_course")
_PACKAGES = ("site-packages", "dist-packages")
_WANTED = ("nbval", "pytest", "ipykernel")
_RUN_SECONDS = 90.0
_TOGETHER_BYTES = 512 << 20
# An honest notebook of the course has at most 16 processes and threads, 171 MiB in memory and 59 files open.
_LIMITS = Limits(
    ask_seconds=_RUN_SECONDS,
    submission_seconds=_RUN_SECONDS + 10,
    cpu_seconds=60,
    memory_bytes=768 << 20,  # of address space, which threads reserve and do not use
    disk_bytes=32 << 20,
    files=1024,
    open_files=128,
    output_bytes=4 << 20,
    frame_bytes=24 << 20,  # a notebook
    processes=32,
)


@dataclass(frozen=True, slots=True)
class NbvalVerdict:
    """What `pytest --nbval` made of a submission.

    Parameters
    ----------
    outcome : str
        "passed" when every cell of the notebook passed, "failed", or "not run".
    words : str
        Which cells failed, or why it was not run to its end; empty when all passed.
    """

    outcome: str
    words: str = ""

    def disagrees(self, *, full_marks: bool) -> bool:
        """Return whether it says another thing than a mark: all points where it failed, or fewer where it passed."""
        return self.outcome != "not run" and (self.outcome == "passed") != full_marks


def require_nbval() -> None:
    """Make sure that notebooks can be run here.

    Raises
    ------
    SandboxError
        They cannot.
    """
    missing = [name for name in _WANTED if find_spec(name) is None]
    if missing:
        raise SandboxError(f"--nbval needs {' and '.join(missing)}; run: pip install 'memslot-lab[grade]'")
    trial = try_programs()
    if not trial.works:
        raise SandboxError(
            f"--nbval runs a Jupyter kernel, which only the namespaces tier holds, and here: {trial.words}; grade "
            "without it, or on a machine where `memslot-lab doctor` finds namespaces"
        )


class Nbval:
    """Runs submissions under nbval, one at a time; a context manager. Its worker starts when it is first needed.

    Parameters
    ----------
    cell_seconds : float, optional
        How long a cell may take; after that the rest of the notebook is left.
    limits : Limits, optional
        What one submission may use; memory and CPU time each process.
    """

    def __init__(self, *, cell_seconds: float = 30.0, limits: Limits = _LIMITS) -> None:
        self._cell_seconds, self._limits = cell_seconds, limits
        self._stack = ExitStack()
        self._worker: Worker | None = None

    def verdict(
        self, exercise: Exercise, pieces: tuple[tuple[str, str], ...], variant: Variant | None = None
    ) -> NbvalVerdict:
        """Return what nbval says of a submission.

        Parameters
        ----------
        exercise : Exercise
            What was to be done.
        pieces : tuple[tuple[str, str], ...]
            As in `Submission`.
        variant : Variant or None, optional
            Whose notebook.

        Returns
        -------
        NbvalVerdict
            "not run" where nothing can be run: a second opinion that is missing costs no mark.
        """
        try:
            notebook = teachers_copy(exercise, pieces, variant)
            return self._run([f"{exercise.name}.ipynb", notebook.text, self._cell_seconds], notebook.cells)
        except (CourseError, SandboxError) as error:
            self.close()  # the next submission gets a worker of its own
            return NbvalVerdict("not run", str(error))

    def _run(self, request: Plain, cells: tuple[str, ...]) -> NbvalVerdict:
        worker = self._started()
        watchdog = None
        try:
            with (
                worker.open() as child,
                Watchdog(worker.pid, processes=self._limits.processes, memory_bytes=_TOGETHER_BYTES) as watchdog,
            ):
                return _judged(child.ask(request), cells)
        except ChildStopped as stopped:
            return NbvalVerdict("failed", watchdog.words if watchdog and watchdog.words else stopped.words)

    def close(self) -> None:
        """End the worker."""
        self._worker = None
        self._stack.close()

    def _started(self) -> Worker:
        if self._worker is None:
            tree = Path(self._stack.enter_context(TemporaryDirectory(prefix="memslot-nbval-")))
            _lend(tree)
            worker = Worker(
                tree, "nbval_inside", tier=Tier.NAMESPACES, limits=self._limits, packages=tuple(_packages())
            )
            self._worker = self._stack.enter_context(worker)
        return self._worker

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _judged(answer: Plain, names: tuple[str, ...]) -> NbvalVerdict:
    """Read what came back, which may be anything."""
    told: dict[int, str] = {}
    for entry in answer if isinstance(answer, list) else [None]:
        number, word = cast("list[object]", entry) if isinstance(entry, list) and len(entry) == 2 else (None, None)
        if type(number) is not int or not 0 <= number < len(names) or number in told or not isinstance(word, str):
            return NbvalVerdict("failed", "its report cannot be read")
        told[number] = word
    bad = [name for number, name in enumerate(names) if told.get(number) != "passed"]
    return NbvalVerdict("failed", f"not passed: {', '.join(bad)}") if bad else NbvalVerdict("passed")


def _lend(tree: Path) -> None:
    """Lay out what the notebook of an exercise imports and reads, as every learner has it."""
    copytree(_LABORATORY, tree / "memslot_lab", ignore=ignore_patterns(*_NOT_LENT))
    course = course_files()
    (tree / "exercises").mkdir()
    copy(course / "exercises" / "info.toml", tree / "exercises")
    copytree(course / "notebooks" / "data", tree / "notebooks" / "data")
    (tree / "notebooks" / "00_start_here.ipynb").touch()  # by which the laboratory finds its course
    copy(Path(__file__).with_name("nbval_inside.py"), tree)
    compile_dir(tree, quiet=2)  # once, for all kernels


def _packages() -> Iterable[Path]:
    return (Path(entry) for entry in sys.path if Path(entry).name in _PACKAGES and Path(entry).is_dir())
