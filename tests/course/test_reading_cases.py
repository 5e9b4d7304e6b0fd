"""Functions that only read: which names are asked for, what a walk gave, how the cost of a search is told."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import cycle, repeat

import pytest

from memslot_lab.course import check
from memslot_lab.course.results import Failure
from memslot_lab.course.tasks import cases_of
from memslot_lab.course.tasks.invariants import BrokenCase
from memslot_lab.engine import MemorySlot, Memslots
from memslot_lab.engine import violations as engines


def called(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """Return the function under another name, as a learner's own."""
    function.__name__, function.__module__ = name, "__main__"
    return function


def returning(value: object) -> Callable[..., object]:
    """Return a function that returns this."""

    def function(*args: object) -> object:
        return value

    return function


def shown(function: Callable[..., object]) -> Failure:
    """Return the failure that a check shows first."""
    (task,) = check(function).tasks
    assert task.smallest, task.problem
    return task.smallest


def test_names_of_later_invariants_are_free_where_the_tables_are_broken() -> None:
    """Whoever names all that lies behind a broken table is right too."""
    later = ["ENTRY_PRESENT", "HIGHEST_GFN_FIRST", "INDEX_NAMES_ENTRY", "ABSENT_IS_MINUS_ONE"]

    def eager(slots: Memslots) -> Iterable[str]:
        found = engines(slots)
        return [*found, *later] if any(name.startswith(("TABLE", "USED")) for name in found) else found

    assert check(called("violations", eager)).passed


def test_broken_case_asks_for_no_name_behind_the_broken_stage() -> None:
    """The three stages come one after the other."""
    asked = {case.group: case.unasked for case in cases_of("violations") if isinstance(case, BrokenCase)}

    assert asked["order"] == set()
    assert asked["entries"] == {"HIGHEST_GFN_FIRST", "INDEX_NAMES_ENTRY", "ABSENT_IS_MINUS_ONE"}
    assert "ENTRY_PRESENT" in asked["tables"]


@pytest.mark.parametrize("value", [None, True, "HIGHEST_GFN_FIRST"])
def test_no_list_of_names_is_said(value: object) -> None:
    """A string is no list of strings."""
    assert "want a list of strings" in shown(called("violations", returning(value))).sentence


def test_strange_name_is_said() -> None:
    """The six names are given."""
    assert "begins with 'order'" in shown(called("violations", returning(["order is broken"]))).sentence


def test_walk_that_returns_nothing_is_said() -> None:
    """Somebody prints instead."""
    assert "returned None" in shown(called("for_each_memslot", returning(None))).sentence


def test_walk_without_end_is_ended() -> None:
    """What a generator gives is drawn within the budget."""

    def endless(slots: Memslots) -> Iterator[MemorySlot]:
        while True:
            yield slots.memslots[0]

    assert "was stopped after" in shown(called("for_each_memslot", endless)).sentence


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("violations", returning(repeat("HIGHEST_GFN_FIRST"))),
        ("for_each_memslot", returning(cycle((MemorySlot(0, 0, 1), MemorySlot(1, 1, 1))))),
        ("for_each_in_gfn_range", returning(repeat(None))),
    ],
)
def test_iterator_without_end_is_left_and_said(name: str, function: Callable[..., object]) -> None:
    """What is drawn without a step of the learner's own is bounded too, also where the run is recorded."""
    failure = shown(called(name, function))

    assert failure.got == "no end"
    assert failure.sentence == (
        f"{name}() gives one item after the other and no end: 1,000 items were taken, more than an array can hold."
    )
    assert failure.hint == "After which item does what you return end?"


def test_walk_may_be_what_a_for_loop_takes_by_its_indices() -> None:
    """A for loop asks an object without `__iter__` for one index after the other."""

    class Walk:
        def __init__(self, slots: Memslots) -> None:
            self.used = [slot for slot in slots.memslots[: slots.used_slots] if slot.npages]

        def __getitem__(self, index: int) -> MemorySlot:
            return self.used[index]

    def walk(slots: Memslots) -> Walk:
        return Walk(slots)

    assert check(called("for_each_memslot", walk)).passed


def test_asynchronous_generator_is_told_to_be_none() -> None:
    """To take its `yield` out would not help."""

    async def walk(slots: Memslots) -> AsyncIterator[MemorySlot]:
        yield slots.memslots[0]

    (task,) = check(called("for_each_memslot", walk)).tasks

    assert task.problem == "for_each_memslot() is an `async def`: calling it runs nothing of it. Write `def`."


def test_walk_may_be_any_iterable() -> None:
    """A tuple is as good as a generator."""

    def walk(slots: Memslots) -> Iterable[MemorySlot]:
        return tuple(slot for slot in slots.memslots[: slots.used_slots] if slot.npages)

    assert check(called("for_each_memslot", walk)).passed


def linear(slots: Memslots, gfn: int) -> MemorySlot | None:
    """Search with comparisons that are seen."""
    used = slots.memslots[: slots.used_slots]
    return next((slot for slot in used if slot.base_gfn <= gfn < slot.base_gfn + slot.npages), None)


def hidden(slots: Memslots, gfn: int) -> MemorySlot | None:
    """Search with comparisons that are not."""
    used = slots.memslots[: slots.used_slots]
    return next((slot for slot in used if gfn - slot.base_gfn in range(slot.npages)), None)


@pytest.mark.parametrize(("function", "what"), [(linear, "comparisons"), (hidden, "reads of entries")])
def test_search_one_after_the_other_is_seen(function: Callable[..., object], what: str) -> None:
    """Comparisons tell, or reads where comparisons are hidden."""
    failure = shown(called("search_memslots", function))

    assert failure.case.group == "growth"
    assert what in failure.got
    assert failure.mistake
    assert failure.mistake.name == "search-looks-at-every-slot"


def test_search_that_gives_the_wrong_slot_is_no_cheap_one() -> None:
    """Cost is looked at only where the slot is right."""

    def nothing(slots: Memslots, gfn: int) -> None:
        return None

    (task,) = check(called("search_memslots", nothing)).tasks

    assert [group.name for group in task.groups if group.failure and group.name == "growth"]


def test_search_by_halves_may_ask_with_a_range() -> None:
    """Python walks the range, frame by frame; that is no comparison of GFNs."""

    def halving(slots: Memslots, gfn: int) -> MemorySlot | None:
        low, high = 0, slots.used_slots
        while low < high:
            slot = slots.memslots[middle := (low + high) // 2]
            if gfn - slot.base_gfn in range(slot.npages):
                return slot
            low, high = (middle + 1, high) if gfn < slot.base_gfn else (low, middle)
        return None

    assert check(called("search_memslots", halving)).passed
