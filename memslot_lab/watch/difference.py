"""Two runs on the same array, side by side, and the place where they part."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

from memslot_lab.engine.model import MemorySlot
from memslot_lab.watch.moment import Tables
from memslot_lab.watch.tape import Tape
from memslot_lab.watch.unlike import unlike
from memslot_lab.watch.watched import Table

__all__ = ["Difference", "diff"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How two runs lie beside each other, and the first write where they part.

    Parameters
    ----------
    pairs : tuple[tuple[int, int], ...]
        Frames of the two tapes that belong together: the beginning, each pair of writes, the end; all of them, one by
        one, where nothing is written.
    first : int or None
        Which of the pairs is the first difference; None if there is none.
    sentence : str
        The difference in words.
    names : tuple[str, str]
        What the two runs are called.
    """

    pairs: tuple[tuple[int, int], ...]
    first: int | None
    sentence: str
    names: tuple[str, str]

    def __str__(self) -> str:
        return self.sentence

    def __bool__(self) -> bool:
        """Whether the runs part at all."""
        return self.first is not None

    def to_json(self) -> dict[str, Any]:
        """Return plain data, as the widgets read it."""
        return {
            "pairs": [list(pair) for pair in self.pairs],
            "first": self.first,
            "text": self.sentence,
            "names": list(self.names),
        }


def diff(tape_a: Tape, tape_b: Tape, *, names: tuple[str, str] = ("yours", "the kernel's")) -> Difference:
    """Return where two runs of different code on the same input part.

    Writes of the same table are laid side by side in their order; in which order the tables are written does not
    matter, nor does a write that changes nothing. Runs that write alike may still end differently.

    Raises
    ------
    ValueError
        The two began with different arrays.

    Examples
    --------
    >>> from memslot_lab.engine import Change, MemorySlot, Memslots, insert_back, update_memslots
    >>> from memslot_lab.watch import record
    >>> def forgets_to_move(slots, slot, change):
    ...     i = insert_back(slots)
    ...     slots.memslots[i] = slot
    ...     slots.id_to_index[slot.id] = i
    >>> slots = Memslots(capacity=4)
    >>> update_memslots(slots, MemorySlot(id=0, base_gfn=0x0, npages=0x80), Change.CREATE)
    >>> two = MemorySlot(id=2, base_gfn=0x100, npages=0x80)
    >>> runs = [record(run, slots, two, Change.CREATE) for run in (forgets_to_move, update_memslots)]
    >>> print(diff(*runs))
    the first write is alike; then yours writes slot 2 to memslots[1], the kernel's writes slot 0 there
    """
    if _values(tape_a, Tables(tape_a.start)) != _values(tape_b, Tables(tape_b.start)):
        raise ValueError("the two tapes begin with different arrays; record both functions on the same one")
    couples = _couples(_steps(tape_a), _steps(tape_b))
    pairs = tuple(_pairs(couples, (len(tape_a) - 1, len(tape_b) - 1)))
    first = next((i for i, couple in enumerate(couples) if not _alike(couple)), None)
    if first is not None:
        same_end = _final(tape_a) == _final(tape_b)
        sentence = _sentence(couples, first, names) + ("; both end in the same state" if same_end else "")
        return Difference(pairs, first + 1, sentence, names)  # pairs[0] is the beginning
    ends = _end(tape_a), _end(tape_b)
    if ends[0] != ends[1]:
        alike = "both write the same; then " if couples else "neither writes; "
        sentence = f"{alike}{names[0]} {ends[0]}, {names[1]} {ends[1]}"
        return Difference(pairs, len(pairs) - 1, sentence, names)
    return Difference(pairs, None, "both write the same, and end alike", names)


class _Step(NamedTuple):
    """A write that changed something, in values that do not depend on the tape."""

    frame: int
    table: Table
    place: int
    value: object
    before: object

    def same(self, other: "_Step") -> bool:
        return self[1:4] == other[1:4]


_Couple: TypeAlias = tuple[_Step | None, _Step | None]
_BESIDE = {Table.LEN_MEMSLOTS: Table.MEMSLOTS, Table.LEN_ID_TO_INDEX: Table.ID_TO_INDEX}


def _steps(tape: Tape) -> list[_Step]:
    tables, steps = Tables(tape.start), list[_Step]()
    for frame, moment in enumerate(tape.moments):
        for write in moment.writes:
            before = tables.at(write.table, write.place)
            if before != write.value:
                values = (_value(tape, write.table, value) for value in (write.value, before))
                steps.append(_Step(frame, write.table, write.place, *values))
            tables.apply(write)
    return steps


def _value(tape: Tape, table: Table, value: Any) -> object:
    return tape.slot_at(value) if table in (Table.MEMSLOTS, Table.BEFORE_ARRAY) else value


def _couples(steps_a: list[_Step], steps_b: list[_Step]) -> list[_Couple]:
    """Lay the writes of each table side by side; in the order of the first run, what only the second does last."""
    couples: list[_Couple] = []
    for table in Table:
        one, other = (
            [step for step in steps if _BESIDE.get(step.table, step.table) is table] for steps in (steps_a, steps_b)
        )
        couples.extend(zip_longest(one, other))
    late = len(steps_a) + len(steps_b)
    frames = {id(step): i for steps in (steps_a, steps_b) for i, step in enumerate(steps)}
    return sorted(couples, key=lambda couple: frames[id(couple[0])] if couple[0] else late + frames[id(couple[1])])


def _pairs(couples: list[_Couple], ends: tuple[int, int]) -> list[tuple[int, int]]:
    if not couples:
        return [(min(at, ends[0]), min(at, ends[1])) for at in range(max(ends) + 1)]
    pairs = [(0, 0)]
    for one, other in couples:
        at, at_other = pairs[-1]
        pairs.append((max(at, one.frame if one else 0), max(at_other, other.frame if other else 0)))
    return [*pairs, ends]


def _alike(couple: _Couple) -> bool:
    one, other = couple
    return one is not None and other is not None and one.same(other)


def _sentence(couples: list[_Couple], first: int, names: tuple[str, str]) -> str:
    one, other = couples[first]
    alike = {0: "at the first write ", 1: "the first write is alike; then "}
    return alike.get(first, f"the first {first} writes are alike; then ") + _apart(one, other, names)


def _apart(one: _Step | None, other: _Step | None, names: tuple[str, str]) -> str:
    """Say what the two do where they part; where one of them does nothing, the other comes first."""
    if one is None or other is None:
        (does, step), (idle, _) = sorted(zip(names, (one, other), strict=True), key=lambda run: run[1] is None)
        return f"{does} {_done(step)}, {idle} does not" if step else ""
    said = _done(other)
    if one.table is other.table is Table.MEMSLOTS and one.place == other.place:
        if fields := _fields(one.value, other.value):
            written = f"writes {_slot(one.value)} with {fields[0]} to memslots[{one.place}]"
            return f"{names[0]} {written}, {names[1]} writes it with {fields[1]}"
        said = f"writes {_slot(other.value)} there"
    return f"{names[0]} {_done(one)}, {names[1]} {said}"


def _fields(one: object, other: object) -> tuple[str, str] | None:
    """Return what tells two values of one slot apart; None where they are of two slots, or of none."""
    if not isinstance(one, MemorySlot) or not isinstance(other, MemorySlot) or one.id != other.id:
        return None
    return unlike(one, other) if one.npages and other.npages and one != other else None


def _done(step: _Step) -> str:
    match step.table:
        case Table.MEMSLOTS:
            fields = _fields(step.before, step.value)
            return f"writes {_slot(step.value)}{f' with {fields[1]}' if fields else ''} to memslots[{step.place}]"
        case Table.ID_TO_INDEX:
            return f"sets id_to_index[{step.place}] to {step.value}"
        case Table.USED_SLOTS:
            return f"sets used_slots to {step.value}"
        case Table.WARNINGS:
            return f"warns {step.value}"
        case Table.BEFORE_ARRAY:
            return f"stores {_slot(step.value)} in front of the array"
        case Table.LEN_MEMSLOTS | Table.LEN_ID_TO_INDEX:
            return f"makes the list {step.value} long"


def _slot(value: object) -> str:
    if not isinstance(value, MemorySlot):
        return str(value)
    return f"slot {value.id}" if value.npages else f"slot {value.id}, blank,"


def _end(tape: Tape) -> str:
    if tape.stopped:
        return "does not end"
    if tape.error:
        return f"ends with {tape.error}"
    return "returns " + re.sub(r"MemorySlot\(id=(\d+),[^)]*\)", r"slot \1", tape.returned or "")


def _final(tape: Tape) -> object:
    return _values(tape, tape.tables(len(tape) - 1))


def _values(tape: Tape, tables: Tables) -> object:
    entries = [tape.slot_at(row) for row in tables.memslots]
    return entries, tables.id_to_index[:], tables.used_slots, tables.warnings[:], tape.slot_at(tables.before_array)
