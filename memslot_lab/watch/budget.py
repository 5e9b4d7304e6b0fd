"""Run a function for so many steps and no further: the same verdict on a fast and on a slow machine.

A step is one event of Python's own tracing: a line or, where the interpreter tells it, an instruction; lines alone
would miss ``while True: pass`` written on one line. Steps inside functions, lambdas, comprehensions and recursion
count; those inside the standard library, installed packages and this package do not. What one call of a C function
does is not seen: ``list(itertools.count())`` is not stopped.
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from opcode import opmap
from types import CodeType, FrameType
from typing import Any, TypeAlias

__all__ = ["Place", "RoughTracer", "Run", "Tracer", "is_library", "place_of", "run_with_budget"]

_LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen ")  # noqa: PTH120 - a prefix of co_filename, no path
_PACKAGES = ("site-packages", "dist-packages")
_OURS = __name__.partition(".")[0] + "."
_CACHE = 0  # stands between instructions, and is none
_JUMP_BACK = opmap["JUMP_BACKWARD"]
_TO_ITSELF = 2  # units of code, in all versions of Python

_Follower: TypeAlias = Callable[[FrameType, str, object], Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function was.

    Parameters
    ----------
    filename : str
        As in the code object.
    line : int
        Line number in that file.
    numbers : dict[str, int]
        The local variables there that are numbers.
    """

    filename: str
    line: int
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a function.

    Parameters
    ----------
    value : object
        What it returned.
    error : BaseException or None
        What it raised instead.
    steps : int
        How many it took.
    stopped_at : Place or None
        Where the budget was spent.
    """

    value: object
    error: BaseException | None
    steps: int
    stopped_at: Place | None


def run_with_budget(function: Callable[[], object], steps: int, *, tracer: "Tracer | None" = None) -> Run:
    """Call a function and stop it after so many steps.

    Parameters
    ----------
    function : callable
        Called once, without arguments.
    steps : int
        The budget.
    tracer : Tracer, optional
        One that sees more than the steps, with a budget of its own.

    Returns
    -------
    Run
        Never raises, but for KeyboardInterrupt: that is the person at the keyboard.

    Notes
    -----
    The trace function that was there before is put back.
    """
    tracer = tracer or Tracer(steps)
    value, error = next(_outcome(function, tracer))
    return Run(value, error, steps - tracer.left, tracer.stopped_at)


def _outcome(function: Callable[[], object], tracer: "Tracer") -> Iterator[tuple[object, BaseException | None]]:
    """Yield what the function returned and raised.

    Subtle: a generator, for that has an exception state of its own. Where the budget ends on the last instruction of an
    except clause, Python never leaves the clause, and its exception would be the context of all that are raised later.
    """
    value, error = None, None
    before = sys.gettrace()
    try:
        sys.settrace(tracer.trace)
        try:
            value = function()
        finally:
            tracer.on = False
            sys.settrace(before)
    except KeyboardInterrupt:
        raise
    except BaseException as caught:  # SystemExit too: exit() in an answer ends that call, not the check
        error = caught
    yield value, error


def place_of(frame: FrameType, line: int | None = None) -> Place:
    """Return where a frame stands."""
    numbers = {name: value for name, value in frame.f_locals.items() if type(value) is int}
    return Place(frame.f_code.co_filename, line or frame.f_lineno, numbers)


def is_library(frame: FrameType) -> bool:
    """Return whether a frame runs code of the standard library, of an installed package or of this one."""
    filename = frame.f_code.co_filename
    # By module, for dataclasses and named tuples have methods without a file.
    ours = str(frame.f_globals.get("__name__")).startswith((_OURS, "namedtuple_"))
    ours = ours and not filename.startswith("<doctest ")  # an example in a docstring of ours is a reader's code
    return ours or filename.startswith(_LIBRARY) or any(name in filename for name in _PACKAGES)


class _BudgetSpent(BaseException):
    """Ends the function; a BaseException, so that ``except Exception`` lets it pass."""

    def __init__(self, dropped: Callable[[], None]) -> None:
        self.dropped = dropped

    def __del__(self) -> None:
        self.dropped()


class Tracer:
    """Count the steps of what runs, and end it when they are spent.

    Parameters
    ----------
    steps : int
        The budget.
    """

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.on = True
        self.stopped_at: Place | None = None

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Take one event of the interpreter; return what takes the next ones of that frame."""
        if event == "call":
            if is_library(frame):
                return None
            frame.f_trace_opcodes = True
        self.spend(frame)
        return self.trace

    def spend(self, frame: FrameType) -> None:
        """Take one step; the one that is too many ends the run."""
        self.left -= 1
        if self.left < 0 and frame.f_lineno:  # None where the compiler put in an instruction of its own
            self.stopped_at = self.stopped_at or place_of(frame)
            # Subtle: Python drops a trace function that raises, so a bare except inside an endless loop would win.
            # When it lets go of the exception, tracing is switched on again, and the next step raises anew. No name
            # may hold the exception here: its traceback holds this frame, and the circle would keep it alive.
            raise _BudgetSpent(lambda: self._again(frame))

    def _again(self, frame: FrameType | None) -> None:
        if not self.on:
            return
        sys.settrace(self.trace)
        while frame is not None and frame.f_code is not _outcome.__code__:
            frame.f_trace, frame.f_trace_opcodes = self.trace, True
            frame = frame.f_back


class RoughTracer(Tracer):
    """Count at least as many steps as there are, line by line: what stays within the budget so does so by any count.

    May be used for one run after the other; `start()` begins a new one.

    Notes
    -----
    Between two events of a frame its instructions run forward within one line, for Python tells a jump backward as a
    new line. So a line costs all instructions that it has, and those that stand on no line. Not told is a jump to
    itself, ``while True: pass``: where there is one, each instruction is an event.
    """

    def __init__(self) -> None:
        super().__init__(0)
        # By the id() of a code object, which is slow to hash; it is kept, so that no other gets its id().
        self._followed: dict[int, tuple[_Follower | None, bool, CodeType]] = {}

    def forget(self) -> None:
        """Let go of the code that was run so far."""
        self._followed.clear()

    def start(self, steps: int) -> None:
        """Begin a run with so many steps."""
        self.left, self.on, self.stopped_at = steps, True, None

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Take one event of the interpreter; return what takes the next ones of that frame."""
        if event != "call":  # after the budget was spent once
            self.spend(frame)
            return self.trace
        code = frame.f_code
        known = self._followed.get(id(code))
        if known is None:
            follow = None if is_library(frame) else self._follower(code)
            known = self._followed[id(code)] = follow, _jumps_to_itself(code), code
        follow, jumps_to_itself, _ = known
        if jumps_to_itself:
            frame.f_trace_opcodes = True
        return follow and follow(frame, event, None)

    def _follower(self, code: CodeType) -> _Follower:
        """Return what takes the events of a function's frames."""
        costs: dict[int | None, int] = {}
        operations = code.co_code[::2]
        for start, end, line in code.co_lines():
            instructions = (end - start) // 2 - operations.count(_CACHE, start // 2, end // 2)
            costs[line] = costs.get(line, 0) + instructions
        nowhere = costs.pop(None, 0) + 1  # and the event itself
        costs = {line: cost + nowhere for line, cost in costs.items()}

        def follow(frame: FrameType, event: str, arg: object) -> Any:
            self.left -= costs.get(frame.f_lineno, nowhere)
            if self.left < 0:
                self.spend(frame)
            return follow

        return follow


def _jumps_to_itself(code: CodeType) -> bool:
    """Return whether an instruction of it may be the next one after itself."""
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    return any(operation == _JUMP_BACK and distance <= _TO_ITSELF for operation, distance in pairs)
