"""A student's own variant of the exercises: other ids, other numbers and, for half of the students, the order turned.

Everything follows from a code, and the code from the course's seed and the student's id: the same on every machine
and with every Python. A variant is neither easier nor harder: which ids and frames stand beside, below or inside
which others stays as it was in each case, so each wrong answer fails where it failed before.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from inspect import signature
from itertools import combinations
from random import Random
from typing import Any, TypeVar, cast

from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.catalog import Exercise, find_task
from memslot_lab.course.errors import VariantError
from memslot_lab.course.mirror import is_blank, lowest_first, turn_gfn, turn_slot
from memslot_lab.course.tasks import Judged, cases_of, judged_of
from memslot_lab.engine.model import Gfn, MemorySlot
from memslot_lab.views.array import is_slot

__all__ = ["Variant", "cases_in", "imported_in", "is_mirrored", "judged_in", "variant_of", "varied"]

_EDITION = 1  # of how a variant follows from its code; a notebook that was handed out keeps its own
_CODE = re.compile(rf"{_EDITION}-([0-9a-f]{{8}})-([HL])")
_STEP: Gfn = 0x100  # frames by which numbers differ; the cases of the course lie on this grid
_TRIES = 8
_KEPT = 64  # functions in variants whose cases are kept; a class has as many variants as students
_KERNELS_ORDER = "highest GFN first, as in the kernel"
_TURNED = "memslot_lab.course.lowest_first"  # the kernel's functions for the lowest GFN first
_C = TypeVar("_C", bound=Case)


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of the exercises.

    Parameters
    ----------
    code : str
        Its name, which says everything: edition, eight hex digits, and H for highest or L for lowest GFN first.

    Raises
    ------
    VariantError
        There is no variant of this name.
    """

    code: str

    def __post_init__(self) -> None:
        found = _CODE.fullmatch(str(self.code))
        if not found or found[2] != _order(found[1]):
            raise VariantError(f"{self.code!r} names no variant; copy the code from the notebook that was handed out")

    @property
    def mirrored(self) -> bool:
        """Whether arrays stand LOWEST GFN FIRST, in the exercises that can be turned."""
        return self.code.endswith("L")

    @property
    def offset(self) -> Gfn:
        """By how many frames guest memory is moved up."""
        return (1 + int(self._digits[:2], 16) % 32) * _STEP

    @property
    def _digits(self) -> str:
        return self.code.split("-")[1]

    def __str__(self) -> str:
        return self.words("LOWEST GFN FIRST where the notebook says so at its top" if self.mirrored else _KERNELS_ORDER)

    def words(self, order: str) -> str:
        """Return what is to be known of it, with the order that an array has."""
        return f"Variant {self.code}: {order}; ids and frame numbers of its own."

    def words_in(self, exercise: Exercise) -> str:
        """Return what is to be known of it in an exercise: not each one is turned around."""
        return self.words("LOWEST GFN FIRST" if is_mirrored(exercise, self) else _KERNELS_ORDER)


def variant_of(course_seed: str, student: str) -> Variant:
    """Return the variant of a student.

    Parameters
    ----------
    course_seed : str
        Any text; the same for the whole course.
    student : str
        Any text that names the student, as in the list of students.

    Examples
    --------
    >>> print(variant_of("autumn", "ada"))
    Variant 1-f29851fa-H: highest GFN first, as in the kernel; ids and frame numbers of its own.
    """
    digits = sha256(json.dumps(["variant", _EDITION, course_seed, student]).encode()).hexdigest()[:8]
    return Variant(f"{_EDITION}-{digits}-{_order(digits)}")


def _order(digits: str) -> str:
    return "HL"[int(digits, 16) & 1]


def is_mirrored(exercise: Exercise, variant: Variant | None) -> bool:
    """Return whether an exercise is turned around in a variant: each of its functions must be judged so that it can."""
    return bool(variant and variant.mirrored) and all(judged_of(task.function).mirrored for task in exercise.tasks)


def imported_in(exercise: Exercise, variant: Variant | None) -> Exercise:
    """Return the exercise with what its answer cells see in a variant: turned functions where it is turned."""
    if not is_mirrored(exercise, variant):
        return exercise
    turned = set(import_module(_TURNED).__all__)
    names = (name.partition(":")[2] for name in exercise.imports)
    imports = (
        f"{_TURNED}:{name}" if name in turned else old for name, old in zip(names, exercise.imports, strict=True)
    )
    return replace(exercise, imports=tuple(imports))


@lru_cache(_KEPT)
def judged_in(function: str, variant: Variant | None) -> Judged:
    """Return how a function is judged in a variant; None is the course's own."""
    judged = judged_of(function)
    if variant is None:
        return judged
    mirrored = is_mirrored(find_task(function)[0], variant)
    names = list(signature(judged.reference).parameters)[1:]
    vary = _Varier(variant, mirrored, frozenset(i for i, name in enumerate(names) if name == "gfn"))
    return replace(
        judged,
        reference=lowest_first(judged.reference) if mirrored else judged.reference,
        cases=lambda: vary.all(judged.cases()),
        more=vary.drawing(judged.more) if judged.more else None,
    )


@lru_cache(_KEPT)
def cases_in(function: str, variant: Variant | None) -> tuple[Case, ...]:
    """Return the cases of a function in a variant, the easiest first; the same ones each time."""
    if variant is None:
        return cases_of(function)
    return tuple(sorted(judged_in(function, variant).cases(), key=lambda case: case.order))


def varied(case: _C, variant: Variant, *, mirrored: bool = False, gfns: frozenset[int] = frozenset()) -> _C | None:
    """Return a case in a variant, or None when it cannot be turned without becoming another one.

    Parameters
    ----------
    case : Case
        Of the course. One that lays out no array of slots is returned as it is.
    variant : Variant
        Whose ids and numbers.
    mirrored : bool, optional
        Whether to turn it around.
    gfns : frozenset of int, optional
        Which of the arguments of a call are frames.
    """
    return _Varier(variant, mirrored, gfns)(case)


class _Varier:
    """Makes the cases of a variant."""

    def __init__(self, variant: Variant, mirrored: bool, gfns: frozenset[int]) -> None:
        self.variant, self.mirrored, self.gfns = variant, mirrored, gfns

    def all(self, cases: Iterator[Case]) -> Iterator[Case]:
        yield from filter(None, map(self, cases))

    def drawing(self, draw: Callable[[Random], Case]) -> Callable[[Random], Case]:
        """Return what draws until it gets a case that has this variant."""

        def drawn(rng: Random) -> Case:
            while (case := self(draw(rng))) is None:
                pass
            return case

        return drawn

    def __call__(self, case: _C) -> _C | None:
        if not isinstance(case, ArrayCase) and not _only_calls_hold_slots(case):
            return self._sized(case)
        case = self._map(case, self._renaming(case), lambda gfn: gfn)
        moved = self._map(case, *self._move(case))
        case = moved if self._facts(case) == self._facts(moved) else case
        if not self.mirrored:
            return case
        turned = self._turn(case)
        return turned if self._facts(case, turned=True) == self._facts(turned) else None

    def _sized(self, case: _C) -> _C:
        """Return a case that lays out its arrays by their size."""
        lays = getattr(case, "lowest_first", None) is not None
        return cast("_C", replace(cast("Any", case), lowest_first=self.mirrored)) if lays else case

    def _map(self, case: _C, slot: Callable[[MemorySlot], MemorySlot], gfn: Callable[[Gfn], Gfn]) -> _C:
        """Return the case with another slot for each slot, and another frame for each frame."""

        def other(value: object) -> object:
            if is_slot(value):
                return slot(value)
            return tuple(map(other, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else value

        calls = tuple(
            tuple(gfn(cast("Gfn", arg)) if i in self.gfns else other(arg) for i, arg in enumerate(args))
            for args in case.calls
        )
        tables = {name: other(getattr(case, name)) for name in ("used", "stale") if isinstance(case, ArrayCase)}
        return cast("_C", replace(cast("Any", case), calls=calls, **tables))

    # Ids.

    def _renaming(self, case: Case) -> Callable[[MemorySlot], MemorySlot]:
        """Return a renaming that keeps the order of ids, id 0, the last id, and whether an id is its own index."""
        capacity = case.capacity if isinstance(case, ArrayCase) else 0
        slots = list(_slots_in(_whole(case)))
        ids = sorted({slot.id for slot in slots})
        rng = self._rng("ids", capacity, *ids)
        places = [*enumerate((*case.used, *case.stale))] if isinstance(case, ArrayCase) else []
        for _ in range(_TRIES):
            new = _drawn(ids, capacity, rng)
            if all((slot.id == i) == (new[slot.id] == i) for i, slot in places):
                return lambda slot: replace(slot, id=new[slot.id])
        return lambda slot: slot

    def _rng(self, *words: object) -> Random:
        """Return dice for one purpose; only `random()` is asked of them, which no version of Python changes."""
        seed = json.dumps([self.variant.code, *words]).encode()
        return Random(int.from_bytes(sha256(seed).digest()[:8], "big"))

    # Frames.

    def _move(self, case: Case) -> tuple[Callable[[MemorySlot], MemorySlot], Callable[[Gfn], Gfn]]:
        """Return how slots and frames move up: all of them, or those above what begins at frame 0."""
        frames = sorted({*(slot.base_gfn for slot in _laid(case)), *self._asked(case)})
        above = next((frame for frame in frames if frame), 0) - 1 if frames and not frames[0] else 0

        def moved(gfn: Gfn) -> Gfn:
            return gfn + self.variant.offset if gfn >= above >= 0 else gfn

        return lambda slot: slot if is_blank(slot) else replace(slot, base_gfn=moved(slot.base_gfn)), moved

    def _turn(self, case: _C) -> _C:
        # A slot without pages must not land on frame 0, or it would be taken for a blank one.
        ends = [slot.base_gfn + max(slot.npages, 1) for slot in _slots_in(_whole(case)) if not is_blank(slot)]
        limit = max([*ends, *(gfn + 1 for gfn in self._asked(case))], default=0)
        return self._map(case, lambda slot: turn_slot(slot, limit), lambda gfn: turn_gfn(gfn, limit))

    def _asked(self, case: Case) -> list[Gfn]:
        return [cast("Gfn", arg) for args in case.calls for i, arg in enumerate(args) if i in self.gfns]

    def _facts(self, case: Case, *, turned: bool = False) -> "_Facts":
        """Return what a function can see of the frames: how slots are ordered, and where frames lie in them.

        The order of a slot and an older value of itself is not asked for, nor that of stale ones.
        """
        laid = [(slot.base_gfn, slot.id) for slot in _laid(case)]
        order = [_sign(a, b) * (-1 if turned else 1) for (a, i), (b, j) in combinations(laid, 2) if i != j]
        slots = [slot for slot in _slots_in(_whole(case)) if not is_blank(slot)]
        return order, [_place(gfn, slot, turned) for gfn in self._asked(case) for slot in slots]


_Facts = tuple[list[int], list[str]]


def _sign(one: int, other: int) -> int:
    return (one > other) - (one < other)


def _place(gfn: Gfn, slot: MemorySlot, turned: bool) -> str:
    """Return where a frame lies, seen from a slot: "below", "next below", "first", "inside", "last" and so on."""
    base, end = slot.base_gfn, slot.base_gfn + slot.npages
    marks = [base - 1, base, end - 1, end]
    names = ["just before", "first", "last", "just behind"]
    at = [names[-1 - i if turned else i] for i, mark in enumerate(marks) if gfn == mark]
    side = "inside" if base <= gfn < end else "before" if (gfn < base) != turned else "behind"
    return " ".join([side, *sorted(at)])


def _whole(case: Case) -> tuple[object, ...]:
    return (case.used, case.stale, case.calls) if isinstance(case, ArrayCase) else (case.calls,)


def _only_calls_hold_slots(case: Case) -> bool:
    names = [field.name for field in fields(cast("Any", case))]
    return {name for name in names if next(_slots_in(getattr(case, name)), None)} == {"calls"}


def _laid(case: Case) -> list[MemorySlot]:
    """Return the slots of a case that overlap no other: stale ones may lie anywhere."""
    where = (case.used, case.calls) if isinstance(case, ArrayCase) else (case.calls,)
    return [slot for slot in _slots_in(where) if not is_blank(slot)]


def _slots_in(value: object) -> Iterator[MemorySlot]:
    if is_slot(value):
        yield value
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _slots_in(item)


_KINDS = (range(1, 256), range(256, 512), range(512, 1 << 16))  # mistakes with ids show from certain sizes on


def _drawn(ids: list[int], capacity: int, rng: Random) -> dict[int, int]:
    """Return another id for each, in the same order, of the same kind; the first and the last id of all stay."""
    new = {slot_id: slot_id for slot_id in ids}
    for kind in _KINDS:
        own = [slot_id for slot_id in ids if slot_id in kind and slot_id < capacity - 1]
        free = range(kind.start, min(kind.stop, capacity - 1))
        drawn = sorted(sorted(free, key=lambda _: rng.random())[: len(own)])
        new.update(zip(own, drawn, strict=True))
    return new
