"""A tape: what one call did to an array, frame by frame, with the state before and after each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast, overload

from memslot_lab.engine.model import KernelWarning, MemorySlot, Memslots, WarningSite
from memslot_lab.watch.moment import Comparison, Foreign, Kind, Moment, Start, Tables, Write
from memslot_lab.watch.source import Code
from memslot_lab.watch.watched import Table

__all__ = ["Frame", "Tape"]


@dataclass(eq=False)
class Tape:
    """What one call of a function did to an array.

    A tape is a sequence of `Frame`: ``tape[0]`` is the call, before anything has happened, ``tape[-1]`` the end.

    Attributes
    ----------
    title : str
        The call, in words.
    arguments : tuple[str, ...]
        What was handed in besides the array, in words.
    codes : list[Code]
        Every function that ran; the first is the one that was recorded.
    rows : list[object]
        Every slot that occurs (MemorySlot), and whatever stood in a slot's place (Foreign).
    hand : int or None
        Row of the slot in the hand.
    opens : int or None
        A hole that was handed in as a number (`move_forward()`).
    start : Start
        The array before the call.
    moments : list[Moment]
        What the frames are made of.
    returned : str or None
        What the function returned, in words; None if it did not return.
    """

    title: str
    arguments: tuple[str, ...]
    codes: list[Code]
    rows: list[object]
    hand: int | None
    opens: int | None
    start: Start
    moments: list[Moment]
    returned: str | None

    def __post_init__(self) -> None:
        self._cursor = (-1, Tables(self.start))  # a step, and the state after it

    def __repr__(self) -> str:
        shifts = "1 shift" if self.shifts == 1 else f"{self.shifts} shifts"
        compares = "1 comparison" if self.compares == 1 else f"{self.compares} comparisons"
        return f"<Tape of {self.title}: {len(self)} frames, {shifts}, {compares}>"

    def __len__(self) -> int:
        return len(self.moments)

    @overload
    def __getitem__(self, step: int) -> "Frame": ...
    @overload
    def __getitem__(self, step: slice) -> "list[Frame]": ...
    def __getitem__(self, step: int | slice) -> "Frame | list[Frame]":
        steps = range(len(self))[step]  # IndexError, and negative numbers, as for a list
        return Frame(self, steps) if isinstance(steps, int) else [Frame(self, k) for k in steps]

    def __iter__(self) -> "Iterator[Frame]":
        return (Frame(self, step) for step in range(len(self)))

    # States.

    @property
    def before(self) -> Memslots:
        """The array before the call, an independent copy."""
        return self._memslots(Tables(self.start))

    @property
    def after(self) -> Memslots:
        """The array at the end, an independent copy."""
        return self.state(len(self) - 1)

    def state(self, step: int) -> Memslots:
        """Return the array after a frame, an independent copy.

        Raises
        ------
        IndexError
            There is no such frame.

        Notes
        -----
        Cost: the writes since the last state that was asked for, and a copy of the array.
        """
        return self._memslots(self.tables(range(len(self))[step]))

    def tables(self, step: int) -> Tables:
        """Return the state after frame `step` in rows; good until the next call."""
        at, tables = self._cursor
        if at > step:
            at, tables = -1, Tables(self.start)
        for moment in self.moments[at + 1 : step + 1]:
            for write in moment.writes:
                tables.apply(write)
        self._cursor = (step, tables)
        return tables

    def slot_at(self, row: "int | str | None") -> object:
        """Return the slot of a row; None for None."""
        return self.rows[row] if isinstance(row, int) else row

    def _memslots(self, tables: Tables) -> Memslots:
        slots = Memslots(tables.capacity)
        slots.memslots = cast("list[MemorySlot]", [None if row is None else self.rows[row] for row in tables.memslots])
        slots.id_to_index = [cast("int", _number(index)) for index in tables.id_to_index]
        slots.used_slots = cast("int", _number(tables.used_slots))
        slots.warnings = [KernelWarning(cast("WarningSite", site)) for site in tables.warnings]
        slots.before_array = cast("MemorySlot | None", self.slot_at(tables.before_array))
        return slots

    # Counts.

    @cached_property
    def shifts_by_function(self) -> Counter[str]:
        """How many slots each function shifted: entries written with a slot that is not the one in the hand."""
        counts = Counter[str]()
        for moment in self.moments:
            counts[self.codes[moment.code].name] += sum(write.origin is not None for write in moment.writes)
        return +counts

    @cached_property
    def compares_by_function(self) -> Counter[str]:
        """How many times each function asked for the order of two GFNs; tests for equality are left out."""
        counts = Counter[str]()
        for moment in self.moments:
            counts[self.codes[moment.code].name] += sum(comparison.counts for comparison in moment.compares)
        return +counts

    @property
    def shifts(self) -> int:
        """All slots shifted."""
        return self.shifts_by_function.total()

    @property
    def compares(self) -> int:
        """All comparisons that ask for an order."""
        return self.compares_by_function.total()

    # Ends.

    @property
    def stopped(self) -> bool:
        """Whether the budget of steps ended it."""
        return self.moments[-1].kind is Kind.STOP

    @property
    def error(self) -> str | None:
        """The exception that ended it, in words."""
        return self.moments[-1].text if self.moments[-1].kind is Kind.ERROR else None

    # Elsewhere.

    def to_json(self) -> dict[str, Any]:
        """Return plain data, in the form that `from_json()` and the widgets read."""
        from memslot_lab.watch.tape_json import encode

        return encode(self)

    @classmethod
    def from_json(cls, data: object) -> "Tape":
        """Return the tape that `to_json()` gave the data of.

        Raises
        ------
        TapeError
            The data is no tape, or one of another version.
        """
        from memslot_lab.watch.tape_json import decode

        return decode(data)

    def to_html(self, path: Path | str) -> Path:
        """Write the tape as one page that plays in any browser, without a network; return where.

        Raises
        ------
        FileExistsError
            Something is there already; it is left as it is.
        """
        from memslot_lab.watch.page import page

        path = Path(path)
        with path.open("x", encoding="utf-8") as file:
            file.write(page(self.to_json(), title=self.title))
        return path


def _number(value: "int | str") -> object:
    return Foreign(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Frame:
    """One line that ran, with its effects; or a call, a return, an end.

    Parameters
    ----------
    tape : Tape
        Where it comes from.
    step : int
        Its number there.
    """

    tape: Tape = field(repr=False)
    step: int

    def __repr__(self) -> str:
        return f"<Frame {self.step}: {self.function}() line {self.line}: {self.sentence}>"

    @property
    def _moment(self) -> Moment:
        return self.tape.moments[self.step]

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self._moment.kind

    @property
    def code(self) -> Code:
        """The function that runs."""
        return self.tape.codes[self._moment.code]

    @property
    def function(self) -> str:
        """Name of the function that runs."""
        return self.code.name

    @property
    def kernel(self) -> str:
        """Name of the kernel's function that this one stands for; empty where there is none."""
        return self.code.kernel.name

    @property
    def line(self) -> int:
        """Line number in its file or notebook cell."""
        return self._moment.line

    @property
    def source(self) -> str:
        """The line itself, without indentation; empty where the source is not to be had."""
        return self.code.line(self._moment.line)

    @property
    def depth(self) -> int:
        """How many functions deep the call is; 0 for the one that was recorded."""
        return self._moment.depth

    @property
    def reads(self) -> tuple[tuple[Table, int], ...]:
        """Every place read, in order."""
        return tuple(self._moment.reads)

    @property
    def writes(self) -> tuple[Write, ...]:
        """The place written; several where one operation wrote them at once."""
        return tuple(self._moment.writes)

    @property
    def compares(self) -> tuple[Comparison, ...]:
        """The GFNs compared, in order."""
        return tuple(self._moment.compares)

    @property
    def shifts(self) -> int:
        """How many slots were shifted."""
        return sum(write.origin is not None for write in self._moment.writes)

    @property
    def locals(self) -> "dict[str, int | str]":
        """The function's integer variables after it, and in words those that are slots."""
        for moment in reversed(self.tape.moments[: self.step + 1]):
            if moment.depth == self.depth and moment.locals is not None:
                return dict(moment.locals)
        return {}

    @property
    def hole(self) -> int | None:
        """Index of the place left open, None if there is none."""
        return self._moment.hole

    @property
    def sentence(self) -> str:
        """What happens, in plain English."""
        return str(self._moment.sentence)

    @property
    def before(self) -> Memslots:
        """The array before it, an independent copy."""
        return self.tape.state(self.step - 1) if self.step else self.tape.before

    @property
    def after(self) -> Memslots:
        """The array after it, an independent copy."""
        return self.tape.state(self.step)
