"""Record one call of a function on a `Memslots`: line by line, read by read, write by write.

Python's own tracing tells the lines and the locals, a `WatchedMemslots` the rest; the function knows of neither.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from inspect import CO_GENERATOR, signature
from itertools import islice
from opcode import opmap
from types import CodeType, FrameType
from typing import Any, TypeGuard, cast

from memslot_lab.engine.model import Change, KernelWarning, MemorySlot, Memslots
from memslot_lab.watch.budget import Run, Tracer, is_library, run_with_budget
from memslot_lab.watch.moment import Comparison, Foreign, Kind, Moment, Start, Write
from memslot_lab.watch.narrate import narrate
from memslot_lab.watch.source import Code, code_of, loops_in_a_line
from memslot_lab.watch.tape import Tape
from memslot_lab.watch.watched import Table, WatchedGfn, WatchedMemslots, plain_slot
from memslot_lab.watch.words import KERNEL, KernelFunction, in_words, named_in_words

__all__ = ["record"]

_OURS = ("memslot_lab.engine.update", "memslot_lab.engine.lookup", "memslot_lab.engine.reference")
_ERAS = "memslot_lab.eras."
_REGION = "memslot_lab.engine.region"
_CHECKS = frozenset({"classify", "_require_form", "_require_fixed", "_require_free"})  # there, what asks of the array
_NOT_FOLLOWED, _QUIET = -1, -2  # quiet: a lambda or a comprehension is a part of the line that it stands on
_SHOWN = frozenset({int, WatchedGfn, MemorySlot})
_FIELDS = [field.name for field in fields(MemorySlot)]
_YIELD = opmap["YIELD_VALUE"]


def record(function: Callable[..., object], slots: Memslots, *args: object, steps: int = 20_000) -> Tape:
    """Call `function` on a copy of `slots` and return what happened there, frame by frame.

    Any function will do, the engine's, your own, a wrong one: it runs as it is, and so do the functions it calls.
    Neither `slots` nor the arguments are touched; what the array would be is `Tape.after`.

    Parameters
    ----------
    function : callable
        Called once as ``function(slots, *args)``. What a generator would yield is drawn from it.
    slots : Memslots
        The array before the call.
    *args : object
        The other arguments; the first MemorySlot among them is the slot in the hand.
    steps : int
        How many lines, and turns of a loop within a line, may run; then the tape ends with a frame that says so.

    Returns
    -------
    Tape
        Also of a function that raises: the last frame says what. Only KeyboardInterrupt is passed on.

    Notes
    -----
    Cost: about 10 microseconds a frame. What one call of a C function does is not limited
    (``list(itertools.count())``), and ``gfn in range(...)`` walks the range: compare with both ends instead.

    Examples
    --------
    >>> from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
    >>> slots = Memslots(capacity=4)
    >>> update_memslots(slots, MemorySlot(id=0, base_gfn=0x0, npages=0x80), Change.CREATE)
    >>> tape = record(update_memslots, slots, MemorySlot(id=2, base_gfn=0x100, npages=0x80), Change.CREATE)
    >>> tape
    <Tape of update_memslots(slots, slot 2, CREATE): 30 frames, 1 shift, 1 comparison>
    >>> next(frame for frame in tape if frame.shifts).sentence
    'move slot 0 from index 0 to index 1: its GFN 0x0 is below 0x100'
    >>> slots.used_slots, tape.after.used_slots
    (1, 2)
    """
    recorder = _Recorder(steps)
    return narrate(recorder.play(function, slots, args))


class _Recorder(Tracer):
    """Takes the events of one run: those of the interpreter as a Tracer, those of the array as a Watcher."""

    def __init__(self, steps: int) -> None:
        super().__init__(steps)
        self._steps = steps
        self.rows: list[object] = []
        self.hand: int | None = None
        self.codes: list[Code] = []
        self.moments: list[Moment] = []
        self._open: Moment | None = None
        self._continued = False  # whether _open is the rest of a line that has called a function
        self._stack: list[tuple[FrameType, int]] = []
        self._locals: list[dict[str, int | str]] = []  # by depth, as last shown
        self._numbers: dict[int, int] = {}  # by the id() of a code object: equal ones may stand in two files
        self._code: list[CodeType] = []  # keeps alive those whose id() is known
        self._writes: list[tuple[Moment, list[tuple[Table, int, object]]]] = []
        self._compares: list[tuple[Moment, tuple[str, object, object, bool]]] = []
        self._suspended: list[FrameType] = []  # generators between two values
        self._raising: tuple[FrameType, Moment] | None = None
        self._lent: list[object] = []  # keeps alive whom _row_by_object knows by its id()
        self._row_by_object: dict[int, int] = {}
        self._row_by_slot: dict[MemorySlot, int] = {}

    def play(self, function: Callable[..., object], slots: Memslots, args: tuple[object, ...]) -> Tape:
        name = str(getattr(function, "__name__", type(function).__name__))
        given = [self._lend_argument(arg) for arg in args]
        watched = WatchedMemslots(slots, self, self._lend)
        start = self._start(slots)
        self.codes.append(Code(name, KERNEL.get(name, KernelFunction()), own=True))
        self._open = Moment(Kind.CALL, 0, 0, 0)

        def call() -> object:
            value = function(watched, *given)
            return self._walked(cast("Iterator[object]", value)) if isinstance(value, Iterator) else value

        run = run_with_budget(call, 0, tracer=self)
        returned = None if run.stopped_at or run.error else in_words(_plain(run.value), most=200)
        self._end(run)
        code = getattr(function, "__code__", None)
        if returned is not None and code and self._numbers.get(id(code)) == _NOT_FOLLOWED:
            self._return_to_nobody(returned)
        words = tuple(_argument(name, arg) for name, arg in zip(_names(function, len(args)), args, strict=True))
        return Tape(
            title=f"{name}({', '.join(['slots', *words])})",
            arguments=words,
            codes=self.codes,
            rows=self.rows,
            hand=self.hand,
            opens=next((arg for arg in args if type(arg) is int), None),
            start=start,
            moments=self.moments,
            returned=returned,
        )

    def _walked(self, walk: Iterator[object]) -> list[object]:
        """Return what an iterator gives; one without a line of its own costs no step, and may have no end."""
        return [*islice(walk, self._steps)]

    def _end(self, run: Run) -> None:
        self._keep()
        self._fill()
        if run.stopped_at or run.error:
            kind, text = (Kind.STOP, "") if run.stopped_at else (Kind.ERROR, _error_text(run.error))
            last = self._raising[1] if self._raising and not run.stopped_at else self.moments[-1]
            self.moments.append(Moment(kind, last.code, last.depth, last.line, text=text))

    def _return_to_nobody(self, text: str) -> None:
        """Say what the recorded function returned, if it is not followed itself, only what it calls."""
        line = next((moment.line for moment in reversed(self.moments) if not moment.depth), 0)
        self.moments.append(Moment(Kind.RETURN, 0, 0, line, text=text))

    # Events of the interpreter.

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        number = self._numbers.get(id(frame.f_code))
        if number is None:
            number = self._number_of(frame)
        if number == _NOT_FOLLOWED:
            return None
        if event == "line" and number != _QUIET:
            self._line(frame, number)
        elif event == "opcode":
            self.spend(frame)
        elif event == "call":
            frame.f_trace_opcodes = loops_in_a_line(frame.f_code)
            self._call(frame, number)
        elif number != _QUIET:
            if event == "return":
                self._return(frame, number, arg)
            elif event == "exception" and self._open is not None:
                self._raising = (frame, self._raising[1] if self._raising else self._open)
        return self.trace

    def _number_of(self, frame: FrameType) -> int:
        module, code = str(frame.f_globals.get("__name__")), frame.f_code
        if not _is_ours(module, code.co_name) and is_library(frame):
            number = _NOT_FOLLOWED
        elif code.co_name.startswith("<") and self._stack:
            number = _QUIET
        elif not self._stack and not self.moments:  # the recorded function itself
            self.codes[0] = code_of(code)
            number = 0
        else:
            number = len(self.codes)
            self.codes.append(code_of(code))
        self._numbers[id(code)] = number
        self._code.append(code)
        return number

    def _line(self, frame: FrameType, number: int) -> None:
        self._keep(frame)
        self._raising = None
        self._open = Moment(Kind.LINE, number, len(self._stack) - 1, frame.f_lineno)
        self.spend(frame)

    def _call(self, frame: FrameType, number: int) -> None:
        if number == _QUIET:
            return
        if self._stack:
            self._keep()
        self._stack.append((frame, number))
        self._locals.append(_shown(frame))
        if frame in self._suspended:
            self._suspended.remove(frame)
            self._locals[-1] = {}
        else:
            depth = len(self._stack) - 1
            self._open = Moment(Kind.CALL, number, depth, frame.f_lineno, locals=self._locals[-1])
            self.spend(frame)

    def _return(self, frame: FrameType, number: int, value: object) -> None:
        self._keep(frame)
        self._stack.pop()
        self._locals.pop()
        raising = self._raising is not None and self._raising[0] is frame and value is None
        if frame.f_code.co_flags & CO_GENERATOR and frame.f_code.co_code[frame.f_lasti] == _YIELD:
            self._suspended.append(frame)
            kind = Kind.YIELD
        else:
            kind = Kind.RETURN
        if not raising:
            text = f"slot {value.id}" if _is_slot(value) else in_words(_plain(value))
            self.moments.append(Moment(kind, number, len(self._stack), frame.f_lineno, text=text))
        if self._stack:
            caller, its_number = self._stack[-1]
            self._open = Moment(Kind.LINE, its_number, len(self._stack) - 1, caller.f_lineno)
            self._continued = True

    def _keep(self, frame: FrameType | None = None) -> None:
        """End the open moment; `frame` tells its function's variables."""
        moment, continued = self._open, self._continued
        self._open, self._continued = None, False
        if moment is None:
            return
        if frame is not None and (shown := _shown(frame)) != self._locals[-1]:
            moment.locals = self._locals[-1] = shown
        elif continued and not self._did_something(moment):
            return
        self.moments.append(moment)

    def _did_something(self, moment: Moment) -> bool:
        return bool(moment.reads) or any(done and done[-1][0] is moment for done in (self._writes, self._compares))

    # Events of the array.

    def read(self, table: Table, place: int, code: CodeType) -> None:
        if self._open is not None and self._numbers.get(id(code), _NOT_FOLLOWED) != _NOT_FOLLOWED:
            self._open.reads.append((table, place))

    def compared(self, comparison: tuple[str, object, object, bool], frame: FrameType) -> None:
        if self._open is None or self._numbers.get(id(frame.f_code), _NOT_FOLLOWED) == _NOT_FOLLOWED:
            return
        self._compares.append((self._open, comparison))
        self.left -= 1  # ``gfn in range(...)`` is one line, and may be many comparisons
        if self.left < 0:
            self.spend(frame)

    def wrote(self, changes: list[tuple[Table, int, object]]) -> None:
        if self.stopped_at or not self.on:  # what a `finally` still does after the end of the budget; after the run
            return
        if self._open is None:  # a function that is not followed has called one that is, and goes on
            self._open = Moment(Kind.LINE, 0, 0, 0)
        if self._writes and self._writes[-1][0] is self._open:  # a frame shows one write, or several done at once
            before = self._open
            self._keep()
            self._open = Moment(Kind.LINE, before.code, before.depth, before.line)
        self._writes.append((self._open, changes))

    # After the run, when no event costs time any more.

    def _fill(self) -> None:
        """Put the writes and the comparisons into their frames, in rows of the tape."""
        for moment, changes in self._writes:
            moment.writes = [Write(table, place, self._cell(table, value)) for table, place, value in changes]
        for moment, (operator, one, other, outcome) in self._compares:
            rows = (getattr(one, "row", None), getattr(other, "row", None))
            gfns = (int(cast("int", one)), int(cast("int", other)))
            moment.compares.append(Comparison(operator, *rows, outcome, gfns))

    def _cell(self, table: Table, value: object) -> int | str | None:
        if table in (Table.MEMSLOTS, Table.BEFORE_ARRAY):
            return None if value is None else self._row_of(value)
        if table is Table.WARNINGS:
            return value.site if isinstance(value, KernelWarning) else in_words(value)
        return int(cast("int", value)) if type(value) in (int, WatchedGfn) else in_words(value)

    # Slots, and the rows of the tape that they are.

    def _start(self, slots: Memslots) -> Start:
        rows = [None if entry is None else self._row_of(entry) for entry in cast("list[object]", slots.memslots)]
        index = [self._cell(Table.ID_TO_INDEX, value) for value in slots.id_to_index]
        return Start(
            slots.capacity,
            _trimmed(rows, None),
            cast("list[int | str]", _trimmed(index, -1)),
            cast("int | str", self._cell(Table.USED_SLOTS, slots.used_slots)),
            [cast("str", self._cell(Table.WARNINGS, warning)) for warning in slots.warnings],
            cast("int | None", self._cell(Table.BEFORE_ARRAY, slots.before_array)),
        )

    def _lend_argument(self, value: object) -> object:
        lent = self._lend(value)
        if lent is not value and self.hand is None:
            self.hand = self._row_of(lent)
        return lent

    def _lend(self, value: object) -> object:
        """Return a slot's double with a watched GFN; anything else as it is."""
        if not _is_slot(value):
            return value
        gfn = WatchedGfn(value.base_gfn)
        gfn.watcher, gfn.row = self, self._row_of(value)
        double = MemorySlot(value.id, gfn, value.npages, value.flags, value.userspace_addr)
        return self._know(double, gfn.row)

    def _row_of(self, value: object) -> int:
        row = self._row_by_object.get(id(value))
        if row is None:
            plain = plain_slot(value) if _is_slot(value) else Foreign(in_words(value))
            # A slot that the function made itself is the one with the same fields, if there is one.
            known = self._row_by_slot.get(plain) if self.codes and isinstance(plain, MemorySlot) else None
            row = len(self.rows) if known is None else known
            if known is None:
                self.rows.append(plain)
            self._know(value, row)
            if isinstance(plain, MemorySlot):
                self._row_by_slot.setdefault(plain, row)
        return row

    def _know(self, value: object, row: int) -> object:
        self._lent.append(value)
        self._row_by_object[id(value)] = row
        return value


def _is_ours(module: str, name: str) -> bool:
    return module in _OURS or module.startswith(_ERAS) or (module == _REGION and name in _CHECKS)


def _is_slot(value: object) -> TypeGuard[MemorySlot]:
    numbers = (int, WatchedGfn)
    return type(value) is MemorySlot and all(type(getattr(value, name, None)) in numbers for name in _FIELDS)


def _shown(frame: FrameType) -> dict[str, int | str]:
    """Return the variables that are integers, and in words those that are slots."""
    return {
        name: value if type(value) is int else f"slot {value.id}" if type(value) is MemorySlot else int(value)
        for name, value in frame.f_locals.items()
        if type(value) in _SHOWN
    }


def _plain(value: object) -> object:
    """Return what a function returned, without the watched GFNs."""
    if type(value) is MemorySlot:
        return plain_slot(value)
    return [_plain(item) for item in cast("list[object]", value)] if type(value) is list else value


def _trimmed(entries: list[Any], blank: object) -> list[Any]:
    end = len(entries)
    while end and entries[end - 1] == blank:
        end -= 1
    return entries[:end]


def _names(function: Callable[..., object], count: int) -> list[str]:
    """Return what the arguments after the array are called; no names where nothing says so."""
    try:
        names = list(signature(function).parameters)[1 : count + 1]
    except (TypeError, ValueError):
        names = []
    return names + [""] * (count - len(names))


def _argument(name: str, value: object) -> str:
    if isinstance(value, MemorySlot):
        return f"slot {value.id}"
    return value.name if isinstance(value, Change) else named_in_words(name, value)


def _error_text(error: BaseException | None) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # a learner's own exception may do anything
        text = ""
    text = text if len(text) <= 200 else f"{text[:197]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
