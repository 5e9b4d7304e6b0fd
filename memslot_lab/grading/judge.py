"""Mark submissions: each function is played in the sandbox, and compared here with what is right.

The judge sends one case at a time and gets plain data back; what is expected never leaves this process.
"""

from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, NamedTuple, Self, cast
from weakref import WeakKeyDictionary

from memslot_lab.course.catalog import Exercise, Task
from memslot_lab.course.judge import judge_player
from memslot_lab.course.play import Attempt, Known, attempted, formed
from memslot_lab.course.results import TaskResult
from memslot_lab.course.stages.base import Args
from memslot_lab.course.stages.coding import Coded, CodingError, blank_entries, decode, encode
from memslot_lab.course.stages.playing import Facts, Played, Raised
from memslot_lab.course.variants import Variant, imported_in
from memslot_lab.engine.model import Memslots
from memslot_lab.grading.lent import lend
from memslot_lab.grading.sandbox import Child, ChildStopped, Limits, Plain, Tier, Worker
from memslot_lab.grading.sandbox.wire import decode as from_json
from memslot_lab.grading.sandbox.wire import to_json
from memslot_lab.grading.tapes import read_tape
from memslot_lab.watch import Tape

__all__ = ["USUAL", "Judge", "Pieces", "Written", "write_case"]

Pieces = tuple[tuple[str, str], ...]  # label and source, in the order in which they run

USUAL = Limits(ask_seconds=3.0, frame_bytes=1 << 20)
_MET, _LONG = 8, 8000  # replies that are remembered for a case, and of how many bytes and blank entries
_BEYOND = to_json(encode([]), most=100)  # what a child writes whose rough count goes beyond the budget
_RESTARTS = 2  # of a function that has been stopped; the cases after that are not played any more


class Judge:
    """Marks submissions on one worker a task; a context manager.

    Parameters
    ----------
    secret : str, optional
        The course's own, from which hidden cases are drawn, besides those of everybody's check.
    tier : Tier or None, optional
        How submissions are confined; None takes the best that this machine has.
    limits : Limits, optional
        What one submission may use.
    tapes : bool, optional
        Whether the failing call that is shown first is recorded, for a page; a right answer costs nothing more.
    """

    def __init__(
        self, secret: str = "", *, tier: Tier | None = None, limits: Limits = USUAL, tapes: bool = False
    ) -> None:
        self._secret, self._tier, self._limits, self._tapes = secret, tier, limits, tapes
        self._stack = ExitStack()
        self._workers: dict[str, Worker] = {}
        self._written: WeakKeyDictionary[Known, Written] = WeakKeyDictionary()

    def prepare(self, exercise: Exercise) -> None:
        """Start what an exercise needs, so that it counts for no submission."""
        for task in exercise.tasks:
            self._worker(exercise, task)

    def judge(self, exercise: Exercise, pieces: Pieces, variant: Variant | None = None) -> list[TaskResult]:
        """Return what became of each function that an exercise asks for.

        Parameters
        ----------
        exercise : Exercise
            What was to be done.
        pieces : Pieces
            The answer cells by the function they define, or one piece ``("file", text)``.
        variant : Variant or None, optional
            Whose cases.
        """
        return [self._task(exercise, task, pieces, variant) for task in exercise.tasks]

    def _task(self, exercise: Exercise, task: Task, pieces: Pieces, variant: Variant | None) -> TaskResult:
        worker = self._worker(exercise, task)
        player = _Remote(worker, imported_in(exercise, variant), task, pieces, self._written, tapes=self._tapes)
        with closing(player):
            try:
                if problem := player.load():
                    return TaskResult(task, problem=problem)
                result = judge_player(task, player, variant, secret=self._secret)
                return replace(result, stops=tuple(player.stops)) if player.stops else result
            except ChildStopped as stopped:  # before the first case
                words = f"Loading your answer: {stopped.words}."
                return TaskResult(task, problem=words, stops=((stopped.kind, stopped.words),))

    def _worker(self, exercise: Exercise, task: Task) -> Worker:
        if task.function not in self._workers:
            tree = Path(self._stack.enter_context(TemporaryDirectory(prefix="memslot-lent-")))
            lend(tree, exercise, task)
            worker = Worker(tree, "memslot_lab.grading.inside", tier=self._tier, limits=self._limits)
            self._workers[task.function] = self._stack.enter_context(worker)
        return self._workers[task.function]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        self._stack.close()


class Written(NamedTuple):
    """A case as it is sent, written once for all submissions.

    Parameters
    ----------
    request, exact : bytes
        What the child is asked, without and with an exact count of steps.
    right : bytes
        What a child writes whose function does as the reference; empty where these bytes would not say so for sure.
    met : dict[bytes, Attempt]
        The same for other replies, the last ones met: in a class many make the same mistake.
    """

    request: bytes
    exact: bytes
    right: bytes
    met: dict[bytes, Attempt]

    def remember(self, reply: bytes, coded: Coded, attempt: Attempt) -> None:
        """Keep what a reply means, if that is as small as an honest one: a few bytes can say many entries."""
        if len(reply) + blank_entries(coded) > _LONG:
            return
        if len(self.met) == _MET:
            del self.met[next(iter(self.met))]
        self.met[reply] = attempt


def write_case(function: str, known: Known, most: int) -> Written:
    """Return a case of a function as it is sent, in frames of at most so many bytes."""
    case = known.case
    calls = [encode(tuple(args)) for args in case.calls]
    request = ["play", function, encode(case.setting), calls, case.budget]
    rough, exact, right = (
        to_json(each, most=most) for each in ([*request, False], [*request, True], encode(known.played))
    )
    read = attempted(known, formed(case, decode(cast("Coded", from_json(right, most=most)))))
    same = len(read.outcomes) == len(known.right) and read.broken is None
    return Written(rough, exact, right if same else b"", {})


def _fitting(known: Known, played: list[Any]) -> list[Played]:
    """Return what a child says it played, if it has the form of what is played in this case.

    Raises
    ------
    ChildStopped
        It has another.
    """
    if not 1 <= len(played) <= len(known.case.calls) or not all(type(one) is Played for one in played):
        raise ChildStopped("garbled", "the answer cannot be read")
    rights = chain(known.played, repeat(known.played[-1]))
    if not all(_has_form(one.state, right.state) for one, right in zip(played, rights, strict=False)):
        raise ChildStopped("garbled", "the answer cannot be read")
    return played


def _has_form(state: Any, right: Any) -> bool:
    """Return whether a state is made like the right one; the fields of a class were looked at when it was read."""
    if type(state) is not type(right):
        return False
    return type(right) is not tuple or [*map(type, state)] == [*map(type, cast("tuple[object, ...]", right))]


class _Remote:
    """Plays one function of a submission in the sandbox."""

    def __init__(
        self,
        worker: Worker,
        exercise: Exercise,
        task: Task,
        pieces: Pieces,
        written: "WeakKeyDictionary[Known, Written]",
        *,
        tapes: bool,
    ) -> None:
        self._worker, self._exercise, self._task, self._pieces, self._tapes = worker, exercise, task, pieces, tapes
        self._written = written
        self._exact = False  # once a rough count of steps was not enough
        self._played: list[Written] = []  # in this child
        self._child: Child | None = None
        self._restarts = 0
        self._stopped: ChildStopped | None = None
        self.stops: dict[tuple[str, str], None] = {}  # in the order in which they came

    def load(self) -> str:
        """Run the submission's text in a fresh child; return why the function is not there, an empty string if it is.

        Raises
        ------
        ChildStopped
            It did not come to an end, or ended the child.
        """
        self.close()
        self._played = []
        self._child = self._worker.open()
        functions = [self._task.function]
        imports = [*self._exercise.imports, *self._task.withheld]
        request = ["load", functions, imports, [[*piece] for piece in self._pieces]]
        (problem,) = self._ask(cast("Plain", request), list, seconds=self._worker.limits.load_seconds)
        return str(problem)

    def facts(self, arguments: int) -> Facts:
        """Return what can be said of the function before it is called."""
        return self._ask(["facts", self._task.function, arguments], Facts)

    def play(self, known: Known) -> Attempt:
        """Make the calls of a case; one that stops the child is told as an exception of that name."""
        written = self._written.get(known)
        if not written:
            written = write_case(self._task.function, known, self._worker.limits.frame_bytes)
            self._written[known] = written
        try:
            self._revive()
            return self._attempt(known, written)
        except ChildStopped as stopped:
            self._stopped = stopped
            self.stops[stopped.kind, stopped.words] = None
            state = known.case.start().read()
            raised = Raised(("stopped",), stopped.words, None)
            return attempted(known, [Played(None, state, raised=raised)])

    def _attempt(self, known: Known, written: Written) -> Attempt:
        reply = self._tell(written)
        if reply == written.right:
            return Attempt(known.right, None)
        if reply == _BEYOND and not self._exact:
            self._begin_anew()
            return self._attempt(known, written)
        attempt = written.met.get(reply)
        if not attempt:
            coded = self._plain(reply)
            attempt = attempted(known, formed(known.case, _fitting(known, self._value(coded, list))))
            written.remember(reply, coded, attempt)
        return attempt

    def _tell(self, written: Written) -> bytes:
        assert self._child
        self._played.append(written)
        return self._child.ask_json(written.exact if self._exact else written.request)

    def _begin_anew(self) -> None:
        """Come to where the last case began with another child, which counts exactly: a function may remember calls."""
        self._exact, earlier = True, self._played[:-1]
        self._load_again()
        for each in earlier:
            self._tell(each)

    def record(self, slots: Memslots, args: Args, steps: int) -> Tape | None:
        """Return one call as the child says it was: what it says is shown on its own page, and makes no point."""
        if not self._tapes or self._stopped:
            return None
        request = ["record", self._task.function, encode(slots), encode(tuple(args)), steps]
        try:
            assert self._child
            return read_tape(self._child.ask(cast("Plain", request)), slots, args)
        except ChildStopped as stopped:
            self._stopped = stopped
            return None

    def _revive(self) -> None:
        if self._stopped is None:
            return
        if self._restarts == _RESTARTS:
            raise self._stopped
        self._restarts += 1
        self._load_again()
        self._stopped = None

    def _load_again(self) -> None:
        if self.load():
            raise ChildStopped("ended", "it cannot be loaded a second time")

    def _ask(self, request: Plain, kind: type, *, seconds: float | None = None) -> Any:
        assert self._child
        data = to_json(request, most=self._worker.limits.frame_bytes)
        return self._value(self._plain(self._child.ask_json(data, seconds=seconds)), kind)

    def _plain(self, answer: bytes) -> Coded:
        assert self._child
        return cast("Coded", self._child.read(answer))

    def _value(self, coded: Coded, kind: type) -> Any:
        try:
            value = decode(coded)
        except CodingError as error:
            raise ChildStopped("garbled", f"the answer cannot be read: {error}") from None
        if type(value) is not kind:
            raise ChildStopped("garbled", "the answer is of another kind")
        return value

    def close(self) -> None:
        """Leave no child behind."""
        if self._child:
            self._child.close()
        self._child = None
