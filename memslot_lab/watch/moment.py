"""What a tape is made of: moments with their reads, writes and comparisons, and the state that the writes make."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, cast

from memslot_lab.watch.watched import Table

__all__ = ["Comparison", "Foreign", "Kind", "Moment", "Sentence", "Start", "Tables", "Write"]


class Kind(Enum):
    """What a frame is."""

    LINE = "line"
    CALL = "call"
    RETURN = "return"
    YIELD = "yield"
    ERROR = "error"
    STOP = "stop"


class Write(NamedTuple):
    """One place that was written.

    Parameters
    ----------
    table : Table
        Where.
    place : int
        Index or id; 0 for a single value.
    value : int or str or None
        For entries a row of the tape, or None; else a number, or the text of what is no number.
    origin : int or None
        For a slot that was shifted: the index that it came from.
    """

    table: Table
    place: int
    value: "int | str | None"
    origin: int | None = None


class Comparison(NamedTuple):
    """Two GFNs that were compared.

    Parameters
    ----------
    operator : str
        As in Python: ``<``, ``==`` ...
    one, other : int or None
        Rows of the slots; None for a number that belongs to none.
    outcome : bool
        What came out.
    gfns : tuple[int, int]
        The two values.
    """

    operator: str
    one: int | None
    other: int | None
    outcome: bool
    gfns: tuple[int, int]

    @property
    def counts(self) -> bool:
        """Whether it asks for the order, as a comparison that may end a loop does."""
        return self.operator not in ("==", "!=")


class Sentence(NamedTuple):
    """A sentence as a template for `str.format()` and what goes in."""

    template: str
    args: "tuple[int | str, ...]" = ()

    def __str__(self) -> str:
        return self.template.format(*self.args)


class Start(NamedTuple):
    """The array before the call: entries as rows of the tape, up to the last that was written."""

    capacity: int
    memslots: "list[int | None]"
    id_to_index: "list[int | str]"
    used_slots: "int | str"
    warnings: "list[str]"
    before_array: int | None


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something that is no slot, or no number, where one should be; only its text is kept."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(slots=True)
class Moment:
    """A frame as it is recorded."""

    kind: Kind
    code: int
    depth: int
    line: int
    reads: list[tuple[Table, int]] = field(default_factory=list[tuple[Table, int]])
    writes: list[Write] = field(default_factory=list[Write])
    compares: list[Comparison] = field(default_factory=list[Comparison])
    locals: "dict[str, int | str] | None" = None  # None: as before
    text: str = ""  # the value returned, the error
    sentence: Sentence = field(default_factory=lambda: Sentence(""))
    hole: int | None = None


class Tables:
    """The state at a moving moment of a tape.

    Parameters
    ----------
    start : Start
        Where it begins.
    """

    def __init__(self, start: Start) -> None:
        self.capacity = start.capacity
        self.memslots: list[int | None] = _filled(start.memslots, start.capacity, None)
        self.id_to_index: list[int | str] = _filled(start.id_to_index, start.capacity, -1)
        self.used_slots = start.used_slots
        self.warnings = start.warnings[:]
        self.before_array = start.before_array

    def apply(self, write: Write) -> None:
        """Carry out one write."""
        value = cast("Any", write.value)
        match write.table:
            case Table.MEMSLOTS:
                _put(self.memslots, write.place, value, None)
            case Table.ID_TO_INDEX:
                _put(self.id_to_index, write.place, value, -1)
            case Table.USED_SLOTS:
                self.used_slots = value
            case Table.WARNINGS:
                _put(self.warnings, write.place, value, "")
            case Table.BEFORE_ARRAY:
                self.before_array = value
            case Table.LEN_MEMSLOTS:
                _resize(self.memslots, value, None)
            case Table.LEN_ID_TO_INDEX:
                _resize(self.id_to_index, value, -1)

    def at(self, table: Table, place: int) -> "int | str | None":
        """Return what stands at a place; None outside the tables."""
        match table:
            case Table.MEMSLOTS | Table.ID_TO_INDEX | Table.WARNINGS:
                tables = self.memslots, self.id_to_index, (), self.warnings
                entries = tables[table]
                return entries[place] if 0 <= place < len(entries) else None
            case Table.USED_SLOTS:
                return self.used_slots
            case Table.BEFORE_ARRAY:
                return self.before_array
            case Table.LEN_MEMSLOTS:
                return len(self.memslots)
            case Table.LEN_ID_TO_INDEX:
                return len(self.id_to_index)

    @property
    def used(self) -> int:
        """How many entries are in use; none where `used_slots` is no number."""
        return self.used_slots if isinstance(self.used_slots, int) else 0


def _filled(entries: "list[Any]", length: int, blank: object) -> "list[Any]":
    return entries + [blank] * (length - len(entries))


def _put(entries: "list[Any]", place: int, value: object, blank: object) -> None:
    entries.extend([blank] * (place + 1 - len(entries)))
    entries[place] = value


def _resize(entries: "list[Any]", length: int, blank: object) -> None:
    entries[length:] = []
    entries.extend([blank] * (length - len(entries)))
