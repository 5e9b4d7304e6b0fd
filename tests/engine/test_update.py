"""The five functions one by one, and what `update_memslots()` refuses."""

from itertools import permutations

import pytest

from memslot_lab.engine import (
    Change,
    KernelWarning,
    MemorySlot,
    Memslots,
    delete,
    insert_back,
    move_backward,
    move_forward,
    update_memslots,
    violations,
)
from memslot_lab.engine.errors import ArrayFullError, NotAChangeError, SlotNumberError

from ..conformance.requests import array_of


def array(*gfns: int, capacity: int = 6) -> Memslots:
    """Return an array that holds slot i at the i-th GFN, one page each."""
    slots = Memslots(capacity)
    for slot_id, gfn in enumerate(gfns):
        update_memslots(slots, MemorySlot(slot_id, gfn, 1), Change.CREATE)
    return slots


def ids(slots: Memslots) -> list[int]:
    """Return the ids in use, from the front."""
    return [slot.id for slot in slots.memslots[: slots.used_slots]]


@pytest.mark.parametrize("gfns", [pytest.param(gfns, id=str(gfns)) for gfns in permutations((10, 20, 30, 40))])
def test_update_in_any_order_of_creates_puts_the_highest_gfn_first(gfns: tuple[int, ...]) -> None:
    """The order of creation leaves no trace; each slot can then be moved anywhere and deleted."""
    slots = array(*gfns)
    assert violations(slots) == []
    assert [slot.base_gfn for slot in slots.memslots[:4]] == [40, 30, 20, 10]

    for slot_id in range(4):
        for gfn in (45, 5, 35, 15, 25):
            update_memslots(slots, MemorySlot(slot_id, gfn, 1), Change.MOVE)
            assert violations(slots) == []
        update_memslots(slots, MemorySlot(slot_id, 0, 0), Change.DELETE)
        assert violations(slots) == []

    assert slots.used_slots == 0
    assert slots.warnings == []


def test_delete_in_the_middle_shifts_those_behind_and_leaves_a_stale_copy() -> None:
    """One entry less; the slot handed over lies behind the used entries, as it was handed over."""
    slots = array(40, 30, 20, 10)
    blank = MemorySlot(1, 0, 0)
    delete(slots, blank)

    assert ids(slots) == [0, 2, 3]
    assert slots.memslots[3] is blank
    assert slots.id_to_index == [0, -1, 1, 2, -1, -1]
    assert slots.memslots[4:] == [None, None]


def test_insert_back_opens_an_entry_without_writing_it() -> None:
    """The count grows, the index of the last entry comes back, stale content stays."""
    slots = array(20, 10)
    stale = MemorySlot(1, 0, 0)
    delete(slots, stale)

    assert insert_back(slots) == 1
    assert slots.used_slots == 2
    assert slots.memslots[1] is stale
    assert slots.id_to_index == [0, -1, -1, -1, -1, -1]


def test_move_backward_shifts_higher_slots_to_the_front_and_writes_nothing_into_the_hole() -> None:
    """The open index comes back; its content and the slot's own index are what they were."""
    slots = array(40, 30, 20, 10)
    hole = move_backward(slots, MemorySlot(0, 15, 1))

    assert hole == 2
    assert ids(slots) == [1, 2, 2, 3]
    assert slots.id_to_index[:4] == [0, 0, 1, 3]


def test_move_forward_shifts_lower_slots_to_the_back_and_writes_nothing_into_the_hole() -> None:
    """The open index comes back; its content and the slot's own index are what they were."""
    slots = array(40, 30, 20, 10)
    hole = move_forward(slots, MemorySlot(3, 35, 1), 3)

    assert hole == 1
    assert ids(slots) == [0, 1, 1, 2]
    assert slots.id_to_index[:4] == [0, 2, 3, 3]


@pytest.mark.parametrize("start", [0, -1, -2])
def test_move_forward_from_the_front_or_before_it_returns_the_start(start: int) -> None:
    """Nothing is read or shifted, even where Python would take the index for the list's end."""
    slots = array(40, 30)
    before = array_of(slots)

    assert move_forward(slots, MemorySlot(5, 99, 1), start) == start
    assert array_of(slots) == before


def test_move_backward_in_an_array_without_used_slots_warns_and_returns_minus_one() -> None:
    """The second warning needs an id that is known while nothing is in use."""
    slots = array(10)
    slots.used_slots = 0

    assert move_backward(slots, MemorySlot(0, 20, 1)) == -1
    assert slots.warnings == [KernelWarning("MOVE_EMPTY")]


def test_update_of_a_full_array_after_a_failed_move_leaves_its_last_entry_alone() -> None:
    """The store at -1 goes to `before_array`; Python's [-1] would be the last used slot."""
    slots = array(30, 20, capacity=3)
    update_memslots(slots, MemorySlot(0, 25, 1), Change.CREATE)  # a double id leaves id 2 free in a full array
    table = slots.memslots.copy()
    lost = MemorySlot(2, 99, 1)
    update_memslots(slots, lost, Change.MOVE)

    assert slots.used_slots == slots.capacity
    assert slots.before_array is lost
    assert slots.memslots == table
    assert slots.warnings == [KernelWarning("MOVE_UNKNOWN_ID")]


@pytest.mark.parametrize("change", [Change.CREATE, Change.MOVE])
def test_update_onto_an_equal_gfn_lands_in_front_of_all_equals_and_warns_of_each(change: Change) -> None:
    """Every occurrence is kept, in order."""
    slots = array(30, 20, 20, 20, 10)
    slots.warnings.clear()
    slot_id = 5 if change is Change.CREATE else 4
    update_memslots(slots, MemorySlot(slot_id, 20, 1), change)

    assert ids(slots)[1:5] == [slot_id, 3, 2, 1]
    assert slots.warnings == [KernelWarning("FORWARD_EQUAL_GFN")] * 3


@pytest.mark.parametrize("change", Change)
def test_update_with_an_id_beyond_the_table_is_refused_and_changes_nothing(change: Change) -> None:
    """The message names the ids there are and what to do."""
    slots = array(20, 10)
    before = array_of(slots)
    with pytest.raises(SlotNumberError) as caught:
        update_memslots(slots, MemorySlot(6, 1, 1), change)

    assert str(caught.value) == (
        "[EINVAL] slot 6 is outside this array's ids 0..5; use a free id, or Memslots(capacity=7)"
    )
    assert array_of(slots) == before


@pytest.mark.parametrize("change", ["CREATE", 0, None, Change])
def test_update_with_something_that_is_no_change_is_refused_and_changes_nothing(change: object) -> None:
    """The message names the value and all members."""
    slots = array(20, 10)
    before = array_of(slots)
    with pytest.raises(NotAChangeError) as caught:
        update_memslots(slots, MemorySlot(2, 1, 1), change)  # pyright: ignore[reportArgumentType]

    assert str(caught.value) == (
        f"[EINVAL] change {change!r} is no Change; "
        "use one of Change.CREATE, Change.DELETE, Change.MOVE, Change.FLAGS_ONLY"
    )
    assert array_of(slots) == before


@pytest.mark.parametrize("capacity", [1, 3])
def test_create_in_a_full_array_is_refused_and_changes_nothing(capacity: int) -> None:
    """C would write behind its array; the message says how full it is and what to do."""
    slots = array(*range(capacity), capacity=capacity)
    before = array_of(slots)
    with pytest.raises(ArrayFullError) as caught:
        update_memslots(slots, MemorySlot(0, 99, 1), Change.CREATE)  # every id is taken, so one is taken twice

    assert str(caught.value) == (
        f"[EINVAL] array full: {capacity} of {capacity} entries are in use; "
        f"delete a slot first, or use Memslots(capacity={capacity + 1})"
    )
    assert array_of(slots) == before
    with pytest.raises(ArrayFullError):
        insert_back(slots)
    assert array_of(slots) == before


def test_update_with_a_fraction_for_an_id_is_refused_and_changes_nothing() -> None:
    """No half of an update is done before the id is seen to be none."""
    slots = array(30, 20, 10)
    before = slots.copy()

    with pytest.raises(SlotNumberError):
        update_memslots(slots, MemorySlot(1.5, 40, 1), Change.CREATE)  # pyright: ignore[reportArgumentType]

    assert slots == before
