"""Exercise 01: violations. Judged on which invariants are named, and on the array being left alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import cast

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, random_array
from memslot_lab.course.cases import Case
from memslot_lab.course.looks import same_value, value_text
from memslot_lab.course.seen import Args, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.arrays import BrokenStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import MemorySlot, violations
from memslot_lab.views.array import ArrayState, Picture, show

__all__ = ["JUDGED", "BrokenCase"]

# What has to hold before the next ones can be looked at.
_STAGES = (
    ("TABLE_LENGTH", "USED_IN_RANGE"),
    ("ENTRY_PRESENT",),
    ("HIGHEST_GFN_FIRST", "INDEX_NAMES_ENTRY", "ABSENT_IS_MINUS_ONE"),
)
_NAMES = [name for stage in _STAGES for name in stage]
_NO_RETURN = "What does the function hand back when its last line has run: is there a return on every way out?"
_NO_LIST = "Two promises may be broken at once, or none: what does a list look like that says so?"


@dataclass(frozen=True, slots=True)
class BrokenCase(Case):
    """An array in which anything may be wrong, written down table by table.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    capacity : int
        Of the array.
    memslots, id_to_index : tuple[object, ...]
        The two tables, of any length.
    used_slots : int
        As it stands there.
    state : bool
        Whether the array afterwards is looked at, and not what is named.
    calls : tuple[Args, ...]
        One call, without further arguments, unless told otherwise.
    """

    group: str
    capacity: int
    memslots: tuple[object, ...]
    id_to_index: tuple[object, ...]
    used_slots: int
    state: bool = False
    calls: tuple[Args, ...] = ((),)

    @property
    def size(self) -> tuple[int, ...]:
        return (sum(entry is not None for entry in self.memslots), len(self.calls), self.capacity)

    @property
    def title(self) -> str:
        return f"an array with used_slots = {self.used_slots}"

    @property
    def budget(self) -> int:
        # A right answer may walk the whole id table for each slot, and look at every pair of slots.
        slots = self.size[0] + 2
        return 10_000 + 25 * slots * (slots + self.capacity)

    @property
    def setting(self) -> Setting:
        return Setting(BrokenStage, (self.capacity, self.memslots, self.id_to_index, self.used_slots))

    @property
    def told(self) -> list[str]:
        """What is wrong with this array, in sentences."""
        return violations(BrokenStage(self.capacity, self.memslots, self.id_to_index, self.used_slots).slots)

    def form(self, value: object) -> object:
        """Return the names, sorted; those that nobody can ask for in this array are left out."""
        if not isinstance(value, list | tuple):  # a tuple is nothing that the stage takes; it may be forged
            return value
        names = {_name(item) for item in cast("Sequence[object]", value)}
        return tuple(sorted(names - self.unasked))

    def same(self, one: object, other: object) -> bool:
        return same_value(_tables(one), _tables(other))

    @property
    def unasked(self) -> set[str]:
        """Names of the stages behind the one that is broken."""
        broken = {_name(sentence) for sentence in self.told}
        first = next((i for i, stage in enumerate(_STAGES) if broken & {*stage}), len(_STAGES))
        return {name for stage in _STAGES[first + 1 :] for name in stage}

    def difference(self, seen: Seen) -> Difference | None:
        if self.state:
            return _changed(self, seen)
        value: object = seen.value
        if not isinstance(value, tuple):
            got = value_text(value)
            sentence = f"{seen.name}() returned {got}; want a list of strings."
            return Difference(f"returned {got}", "a list", sentence, _NO_RETURN if value is None else _NO_LIST)
        names, wanted = set(cast("tuple[str, ...]", value)), set(cast("tuple[str, ...]", seen.right))
        if names == wanted:
            return None
        return Difference(_listed(names), _listed(wanted), self.sentence(names, wanted))

    def sentence(self, names: set[str], wanted: set[str]) -> str:
        """Say which name is missing, or is there for nothing."""
        strange = sorted(names - {*_NAMES})
        if strange:
            return f"A string begins with {strange[0]!r}, which names no invariant; the exercise lists the six names."
        for told in self.told:
            if _name(told) in wanted - names:
                return f"{_name(told)} is broken, and not named: {told.partition(': ')[2]}."
        return f"{min(names - wanted, key=_NAMES.index)} is named, but this array keeps it."

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        return f"{name}(slots)"

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show(before)


def _tables(state: object) -> tuple[object, ...]:
    assert isinstance(state, ArrayState)
    return state.memslots, state.id_to_index, state.used_slots, len(state.warnings)


def _name(item: object) -> str:
    found = re.match(r"\s*(\w+)", item) if isinstance(item, str) else None
    return found[1] if found else value_text(item)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names, key=lambda name: (_NAMES.index(name) if name in _NAMES else 99, name))) or "nothing"


def _changed(case: BrokenCase, seen: Seen) -> Difference | None:
    if case.same(seen.before, seen.got):
        return None
    return Difference(
        "the array has changed", "the array as it was", f"{seen.name}() changed the array: it only looks."
    )


# Cases: an array in order, and what is done to it.


def _whole(
    group: str, used: Sequence[MemorySlot], *, capacity: int = 8, stale: Sequence[MemorySlot] = (), state: bool = False
) -> BrokenCase:
    """Return an array whose index table is true, in whatever order the entries stand."""
    entries = (*used, *stale, *[None] * (capacity - len(used) - len(stale)))
    index = [-1] * capacity
    for i, slot in enumerate(used):
        index[slot.id] = i
    return BrokenCase(group, capacity, entries, tuple(index), len(used), state)


def _with_index(case: BrokenCase, **indices: object) -> BrokenCase:
    """Return the case with other entries in its index table: ``id_3=0``."""
    index = [*case.id_to_index]
    for name, value in indices.items():
        index[int(name[3:])] = value
    return replace(case, id_to_index=tuple(index))


def _with_entry(case: BrokenCase, place: int, entry: object) -> BrokenCase:
    return replace(case, memslots=(*case.memslots[:place], entry, *case.memslots[place + 1 :]))


def _arrays(*counts: int) -> Iterator[tuple[MemorySlot, ...]]:
    yield from (array_of(IDS[:n]) for n in counts)


_STALE = array_of((7, 4), lowest=0x900)
_BIG = array_of(BIG_IDS, lowest=HIGH)
_big = partial(_whole, used=_BIG, capacity=600)


def _cases() -> Iterator[Case]:
    for cases in (_holds, _order, _index, _absent, _entries, _lengths, _together):
        yield from cases()
    used = array_of(IDS[:3])
    yield _whole("left alone", used, stale=_STALE, state=True)
    yield _whole("left alone", used[::-1], stale=_STALE[:1], state=True)
    yield _with_index(_whole("left alone", used, state=True), id_3=2, id_4=0)
    yield _with_entry(_whole("left alone", used, state=True), 1, None)
    yield replace(_whole("left alone", used, state=True), used_slots=9)


def _holds() -> Iterator[Case]:
    yield _whole("all holds", ())
    yield _whole("all holds", (), stale=_STALE)
    for used in _arrays(1, 2, 3, 5):
        yield _whole("all holds", used)
        yield _whole("all holds", used, stale=_STALE, capacity=16)
        yield replace(_whole("all holds", used, stale=_STALE[::-1], capacity=16), calls=((), ()))
    yield _whole("all holds", array_of((1, 0, 2)), capacity=3)
    yield _whole("all holds", array_of(IDS), capacity=16)
    yield _big("all holds")
    # Neither an overlap nor a slot without pages is an invariant of the array.
    yield _whole("all holds", (MemorySlot(1, 0x100, 0x80), MemorySlot(0, 0, 0x200)))
    yield _whole("all holds", (MemorySlot(1, 0x100, 0), MemorySlot(0, 0x80, 0)))


def _order() -> Iterator[Case]:
    for used in _arrays(2, 3, 5, 16):
        for i in {0, len(used) // 2 - 1, len(used) - 2}:
            swapped = (*used[:i], used[i + 1], used[i], *used[i + 2 :])
            yield _whole("order", swapped, capacity=16)
            equal = (*used[: i + 1], replace(used[i + 1], base_gfn=used[i].base_gfn), *used[i + 2 :])
            yield _whole("order", equal, capacity=16)
        yield _whole("order", used[::-1], capacity=16)
    yield _big("order", used=(*_BIG[:-2], _BIG[-1], _BIG[-2]))
    yield _whole("order", (MemorySlot(0, 0, 1), MemorySlot(1, HIGH, 1)))


def _index() -> Iterator[Case]:
    case = partial(_whole, "index table")
    for used in _arrays(1, 2, 3):
        yield _with_index(case(used), id_3=-1)
        yield _with_index(case(used), id_3=len(used))
        yield _with_index(case(used), id_3=99)
    yield _with_index(case(array_of((3, 0, 5))), id_3=1, id_0=0)
    yield _with_index(case(array_of((3, 0, 5))), id_5=0)
    yield _with_index(case(array_of((1, 0, 2)), capacity=3), id_2=-1)  # memslots[-1] is slot 2 in Python
    yield _with_index(case(array_of((1, 0, 2)), capacity=3), id_0=-2)
    yield _with_index(case(array_of((3, 0, 5))), id_0=None)
    yield _with_strange_id(case(array_of((3, 0))))
    twice = case(array_of((3, 0)))
    yield _with_index(_with_entry(twice, 1, replace(array_of((3, 0))[1], id=3)), id_0=-1)
    yield _with_index(_big("index table"), id_599=3)


def _with_strange_id(case: BrokenCase) -> BrokenCase:
    """Return the case with an id at its back that the index table has no place for."""
    back = case.used_slots - 1
    gone = cast("MemorySlot", case.memslots[back])
    return _with_index(_with_entry(case, back, replace(gone, id=case.capacity)), **{f"id_{gone.id}": -1})


def _absent() -> Iterator[Case]:
    case = partial(_whole, "absent ids")
    yield _with_index(case(()), id_2=0)
    for used in _arrays(1, 2, 3):
        yield _with_index(case(used), id_4=0)
        yield _with_index(case(used), id_4=len(used))
        yield _with_index(case(used), id_7=-2)
        yield _with_index(case(used, stale=_STALE), id_7=len(used))  # the stale entry is still named
    yield _with_index(case(array_of((3, 0))), id_4=None)
    yield _with_index(_big("absent ids"), id_514=16)


def _entries() -> Iterator[Case]:
    for used in _arrays(1, 2, 3):
        case = _whole("entries", used)
        for place in range(len(used)):
            yield _with_entry(case, place, None)
        yield _with_entry(case, len(used) - 1, "slot 3")
    yield replace(_whole("entries", array_of((3, 0))), used_slots=3)
    yield replace(_whole("entries", ()), used_slots=1)
    # The last three need not be named here, whatever they are.
    yield _with_index(_with_entry(_whole("entries", array_of((3, 0, 5))), 2, None), id_3=2)


def _lengths() -> Iterator[Case]:
    for used in _arrays(0, 2, 3):
        case = _whole("tables", used, stale=_STALE)
        yield replace(case, used_slots=-1)
        yield replace(case, used_slots=9)
        yield replace(case, memslots=case.memslots[:-1])
        yield replace(case, memslots=(*case.memslots, None))
        yield replace(case, id_to_index=case.id_to_index[:-1])
        yield replace(case, id_to_index=(*case.id_to_index, -1))
        yield replace(case, memslots=case.memslots[:1], used_slots=3)
    yield replace(_whole("tables", array_of((1, 0, 2)), capacity=3), used_slots=4)
    yield replace(_whole("tables", array_of((3, 0))), memslots=(), id_to_index=())


def _together() -> Iterator[Case]:
    case = partial(_whole, "together")
    used = array_of((3, 0, 5))
    backwards = case(used[::-1])
    yield _with_index(backwards, id_3=0, id_5=2)  # two swapped, and the table not told
    yield _with_index(backwards, id_4=1)
    yield _with_index(backwards, id_3=-1, id_4=1)
    yield _with_index(case(used), id_5=-1, id_4=2)
    yield replace(backwards, used_slots=9, memslots=backwards.memslots[:-1])
    yield replace(case(used), id_to_index=(), used_slots=-1)


def _random(rng: Random) -> Case:
    """Return an array with none, one or two things broken."""
    capacity, used, stale = random_array(rng)
    case = _whole("together", used, capacity=capacity, stale=stale)
    breakers: list[Callable[[BrokenCase], BrokenCase]] = [
        lambda case: _with_index(case, **{f"id_{rng.randrange(capacity)}": rng.randrange(-2, capacity + 1)}),
        lambda case: _with_entry(case, rng.randrange(case.used_slots), rng.choice((*used, None))),
        lambda case: replace(case, used_slots=rng.choice((-1, 0, case.used_slots, capacity, capacity + 1))),
    ]
    for breaker in rng.sample(breakers, rng.randrange(3)):
        case = breaker(case) if 0 < case.used_slots <= capacity else case
    return case


JUDGED = {"violations": Judged(violations, _cases, more=_random, iterates=True)}
