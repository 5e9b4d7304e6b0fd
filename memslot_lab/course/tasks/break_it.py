"""Exercise 12: sequences of operations. Judged on which wrong implementations they expose, and on how few they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias, cast

from memslot_lab.course.cases import Case
from memslot_lab.course.looks import same_value
from memslot_lab.course.mutants import load_mutants
from memslot_lab.course.seen import Args, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.sequences import SequencesStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import update
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.views.array import Picture, in_words
from memslot_lab.views.publishing import table_picture
from memslot_lab.watch.budget import run_with_budget

__all__ = ["GROUPS", "JUDGED", "MOST_OPERATIONS", "Operation", "exposed_at", "illegal", "show_attack"]

Operation: TypeAlias = tuple[
    Any, ...
]  # ("CREATE", id, gfn, npages), ("MOVE", id, gfn), ("FLAGS", id, flags), ("DELETE", id)
Sequence: TypeAlias = tuple[Operation, ...]

CAPACITY = 8
MOST_OPERATIONS = 8  # that the group "short" allows
_LARGEST = 50  # sequences, and operations in one
_STEPS = 5000  # of one operation

GROUPS = {
    "one create": ("update-does-not-store", "update-forgets-the-table"),
    "two creates": ("forward-comparison-flipped", "forward-never-stops"),
    "a delete": ("delete-keeps-the-id", "delete-stops-one-early", "delete-swaps-with-the-last"),
    "a move": ("update-does-not-fall-through", "backward-stops-one-early", "backward-starts-at-the-front"),
    "new flags": ("update-drops-new-flags",),
}
_NAMES = tuple(name for names in GROUPS.values() for name in names)


# One sequence.


def _no_operation(operation: object) -> str:
    """Return why something is no operation, an empty string if it is one."""
    if not isinstance(operation, tuple | list) or not operation:
        return f"is no operation: write a tuple, such as ('DELETE', 3), not {in_words(cast('object', operation))}"
    verb, *numbers = cast("list[object]", [*operation])
    forms = {"CREATE": "id, gfn, npages", "MOVE": "id, gfn", "FLAGS": "id, flags", "DELETE": "id"}
    if not isinstance(verb, str) or verb not in forms:
        return f"begins with {in_words(verb)}: write one of {', '.join(forms)}"
    wanted = forms[verb].split(", ")
    if len(numbers) != len(wanted) or not all(type(number) is int and number >= 0 for number in numbers):
        return f"is {in_words((verb, *numbers))}: write ('{verb}', {forms[verb]}), with whole numbers from 0"
    return ""


def illegal(held: dict[int, MemorySlot], operation: Operation) -> str:
    """Return why the kernel's caller would refuse an operation, an empty string if it would not.

    Parameters
    ----------
    held : dict[int, MemorySlot]
        The slots that are there, by id.
    operation : Operation
        Well formed.
    """
    verb, slot_id, *rest = operation
    if slot_id >= CAPACITY:
        return f"slot ids are 0..{CAPACITY - 1}"
    if verb == "CREATE" and slot_id in held:
        return f"slot {slot_id} is there already; delete it first, or take another id"
    if verb != "CREATE" and slot_id not in held:
        return f"no slot {slot_id} is there; create it first"
    if verb == "FLAGS":
        return "the flags are what they were, so nothing would happen" if held[slot_id].flags == rest[0] else ""
    if verb == "DELETE":
        return ""
    npages = rest[1] if verb == "CREATE" else held[slot_id].npages
    if not npages:
        return "a slot has one page at least"
    if verb == "MOVE" and held[slot_id].base_gfn == rest[0]:
        return "the slot is at that GFN already, so nothing would happen"
    for other in held.values():
        if other.id != slot_id and other.base_gfn < rest[0] + npages and rest[0] < other.base_gfn + other.npages:
            return f"it would overlap slot {other.id} (gfn {other.base_gfn:#x}..{other.base_gfn + other.npages - 1:#x})"
    return ""


def _operation_text(operation: Operation) -> str:
    verb, slot_id, *rest = operation
    return f'("{verb}", {", ".join([str(slot_id), *map(hex, rest)])})'


def _slot(held: dict[int, MemorySlot], operation: Operation) -> tuple[MemorySlot, Change]:
    verb, slot_id, *rest = operation
    if verb == "CREATE":
        return MemorySlot(slot_id, rest[0], rest[1]), Change.CREATE
    if verb == "DELETE":
        return MemorySlot(slot_id, 0, 0), Change.DELETE
    old = held[slot_id]
    if verb == "MOVE":
        return MemorySlot(slot_id, rest[0], old.npages, old.flags), Change.MOVE
    return MemorySlot(slot_id, old.base_gfn, old.npages, rest[0]), Change.FLAGS_ONLY


def _changes(sequence: Sequence) -> Iterator[tuple[MemorySlot, Change]]:
    held: dict[int, MemorySlot] = {}
    for operation in sequence:
        slot, change = _slot(held, operation)
        yield slot, change
        if change is Change.DELETE:
            del held[slot.id]
        else:
            held[slot.id] = slot


@cache
def _updates() -> dict[str, Callable[..., object]]:
    return {mutant.name: mutant.module().update_memslots for mutant in load_mutants() if mutant.name in _NAMES}


@lru_cache(maxsize=4096)
def exposed_at(name: str, sequence: Sequence) -> int | None:
    """Return after which operation a wrong implementation differs from the kernel's, None if it never does.

    Looked at are the entries in use, how many they are, and the index table; and whether it ends by itself.
    """
    wrong, right = Memslots(CAPACITY), Memslots(CAPACITY)
    for number, (slot, change) in enumerate(_changes(sequence)):
        run = run_with_budget(lambda slot=slot, change=change: _updates()[name](wrong, slot, change), _STEPS)
        update.update_memslots(right, slot, change)
        if run.error or run.stopped_at or _visible(wrong) != _visible(right):
            return number
    return None


def _visible(slots: Memslots) -> tuple[object, ...]:
    return slots.used_slots, slots.memslots[: max(0, slots.used_slots)], slots.id_to_index[:]


# What the learner returned.


class _Attack(NamedTuple):
    """Sequences as they are judged: what is wrong with them, whom they expose, and how many operations they are."""

    problem: str
    exposed: tuple[str, ...] = ()
    tried: bool = False
    operations: int = 0

    @property
    def long(self) -> bool:
        return self.operations > MOST_OPERATIONS


def _attack(value: object) -> _Attack:
    if not isinstance(value, list | tuple):
        return _Attack(f"break_it() returned {in_words(value)}; want a list of sequences.")
    sequences = cast("list[object]", [*value])
    problem = _problem(sequences)
    if problem:
        return _Attack(problem)
    plain = [tuple(map(tuple, sequence)) for sequence in cast("list[list[Operation]]", sequences)]
    exposed = tuple(name for name in _NAMES if any(exposed_at(name, sequence) is not None for sequence in plain))
    operations = sum(map(len, plain))
    return _Attack("", exposed, operations > 0, operations)


def _problem(sequences: list[object]) -> str:
    if len(sequences) > _LARGEST:
        return f"break_it() returned {len(sequences)} sequences; {_LARGEST} are more than enough."
    for number, sequence in enumerate(sequences, start=1):
        if not isinstance(sequence, list | tuple):
            return f"Sequence {number} is {in_words(sequence)}; want a list of operations, within a list of sequences."
        operations = cast("list[object]", [*sequence])
        if len(operations) > _LARGEST:
            return f"Sequence {number} has {len(operations)} operations; {_LARGEST} are more than enough."
        if trouble := _trouble(operations):
            return f"Sequence {number}, {trouble}."
    return ""


def _trouble(operations: list[object]) -> str:
    held: dict[int, MemorySlot] = {}
    for number, operation in enumerate(operations, start=1):
        if wrong := _no_operation(operation):
            return f"operation {number} {wrong}"
        known = tuple(cast("list[Any]", operation))
        if wrong := illegal(held, known):
            return f"operation {number}, {_operation_text(known)}, is not legal: {wrong}"
        slot, change = _slot(held, known)
        held = {key: old for key, old in held.items() if key != slot.id}
        held |= {} if change is Change.DELETE else {slot.id: slot}
    return ""


@dataclass(frozen=True, slots=True)
class AttackCase(Case):
    """Whom a learner's sequences must expose, or how short they must be.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    names : tuple[str, ...]
        Wrong implementations.
    short : bool
        Whether the number of operations is looked at.
    """

    group: str
    names: tuple[str, ...]
    short: bool = False
    calls: tuple[Args, ...] = ((),)

    @property
    def size(self) -> tuple[int, ...]:
        return (int(self.short), list(GROUPS).index(self.group) if self.group in GROUPS else len(GROUPS))

    @property
    def title(self) -> str:
        return "all of them" if self.short else f"{len(self.names)} wrong implementation{'s'[len(self.names) == 1 :]}"

    @property
    def setting(self) -> Setting:
        return Setting(SequencesStage)

    def form(self, value: object) -> object:
        return tuple(_attack(value))

    def same(self, one: object, other: object) -> bool:
        return True

    def alike(self, one: object, other: object) -> bool:
        return same_value(*map(_without_count, (one, other)))

    def difference(self, seen: Seen) -> Difference | None:
        attack = _Attack(*cast("tuple[Any, ...]", seen.value))
        if attack.problem:
            return Difference("cannot be judged", "legal sequences", attack.problem, _question(attack.problem))
        alive = [name for name in self.names if name not in attack.exposed]
        if alive:
            return Difference(f"{len(alive)} not exposed", "all exposed", _alive(alive, attack))
        if self.short and attack.long:
            sentence = f"All are exposed, but in {attack.operations} operations; {MOST_OPERATIONS} are enough."
            return Difference(f"{attack.operations} operations", f"{MOST_OPERATIONS} at most", sentence)
        return None

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        return f"{name}()"

    @property
    def budget(self) -> int:
        return 200_000


def _without_count(value: object) -> object:
    """Return a formed value with whether the operations are too many in the place of how many they are."""
    if not isinstance(value, tuple):
        return value
    attack = _Attack(*cast("tuple[Any, ...]", value))
    return attack.problem, attack.exposed, attack.tried, attack.long


def _question(problem: str) -> str:
    """Return what to ask about something that cannot be judged."""
    if "returned None" in problem:
        return "Does your function end in a `return`?"
    if "nothing would happen" in problem:
        return "What would that operation change, and which one does change it?"
    if "is not legal" in problem:
        return "Which slots are there at that moment, and which frames does each of them hold?"
    return "What does the table of operations in the exercise say that this one is made of?"


def _alive(names: list[str], attack: _Attack) -> str:
    """Say who is not exposed, and what its writer thinks."""
    thinks = {mutant.name: mutant.thinks for mutant in load_mutants()}
    tried = "after each of your operations it has what the kernel has" if attack.tried else "you have tried nothing"
    more = f" ({', '.join(names[1:])} too)" if len(names) > 1 else ""
    return f'{names[0]} is not exposed{more}: {tried}. Its writer thinks: "{thinks[names[0]]}"'


def show_attack(value: object) -> Picture:
    """Return a table of the wrong implementations, and which operation of which sequence exposes each."""
    attack = _attack(value)
    if attack.problem:
        return table_picture(["what is wrong"], [[attack.problem]])
    rows: list[list[str]] = []
    for name in _NAMES:
        places = (
            f"sequence {i}, operation {at + 1}"
            for i, sequence in enumerate(cast("list[list[Operation]]", value), start=1)
            if (at := exposed_at(name, tuple(map(tuple, sequence)))) is not None
        )
        rows.append([name, next(places, "not exposed")])
    return table_picture(["wrong implementation", "exposed by"], rows)


# What is right, one of many possibilities.


def break_it() -> list[list[Operation]]:
    """Return one sequence that exposes all of them."""
    return [
        [
            ("CREATE", 2, 0x100, 0x80),
            ("CREATE", 0, 0x200, 0x80),
            ("CREATE", 1, 0x0, 0x80),
            ("MOVE", 1, 0x300),
            ("MOVE", 1, 0x0),
            ("FLAGS", 2, 1),
            ("DELETE", 0),
        ]
    ]


def _cases() -> Iterator[Case]:
    for group, names in GROUPS.items():
        yield AttackCase(group, names)
    yield AttackCase("short", _NAMES, short=True)


JUDGED = {"break_it": Judged(break_it, _cases)}
