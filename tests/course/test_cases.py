"""The cases themselves: legal, varied, and the same each time."""

import json

from memslot_lab.course.cases import ArrayCase
from memslot_lab.course.seen import ALL
from memslot_lab.course.tasks import cases_of, judged_of
from memslot_lab.engine import MemorySlot, violations
from memslot_lab.views.array import read_state

DELETES = [case for case in cases_of("delete") if isinstance(case, ArrayCase)]


def known(case: ArrayCase, slot: object) -> bool:
    """Return whether the slot's id is in the case's array at its start."""
    return isinstance(slot, MemorySlot) and slot.id in {used.id for used in case.used}


def test_arrays_of_all_cases_are_legal() -> None:
    """Each array is in order before the calls and after each of them."""
    for case in DELETES:
        slots = case.start().slots
        assert violations(slots) == []
        for args in case.calls:
            judged_of("delete").reference(slots, *args)
            assert violations(slots) == []


def test_cases_are_the_same_each_time() -> None:
    """Two makings give equal cases, and each start is an array of its own."""
    assert sorted(judged_of("delete").cases(), key=lambda case: case.order) == DELETES
    assert DELETES[0].start().slots is not DELETES[0].start().slots


def test_cases_come_with_known_ids_first_and_by_size() -> None:
    """The first failure is the easiest to see through, and never the guard's where something else is wrong too."""
    order = [(case.asks_absent, case.size) for case in DELETES]

    assert order == sorted(order)
    assert {absent for absent, _ in order} == {False, True}


def test_group_empty_holds_empty_arrays_only() -> None:
    """Everything is looked at there, the warning too; the array that is emptied counts as `last`."""
    empty = [case for case in DELETES if case.group == "empty"]

    assert empty
    assert not [case for case in empty if case.used]
    assert {case.looked_at for case in empty} == {ALL}
    assert any(case.group == "last" and len(case.calls) == len(case.used) for case in DELETES)


def test_cases_cover_what_wrong_answers_slip_past() -> None:
    """Each kind of array that a careless set of cases leaves out is there."""
    first = [(case, case.calls[0][0]) for case in DELETES]

    assert any(not case.used for case in DELETES)
    assert any(len(case.used) == 16 for case in DELETES)
    assert any(len(case.used) == case.capacity > 1 for case in DELETES)
    assert any(slot.npages for case in DELETES for slot in case.stale)
    assert any(slot.base_gfn >= 1 << 32 for case in DELETES for slot in case.used)
    assert any(slot.id >= 512 for case in DELETES for slot in case.used)
    assert any(slot.base_gfn == 0 for case in DELETES for slot in case.used)
    assert any([slot.id for slot in case.used] != sorted(slot.id for slot in case.used) for case in DELETES)
    assert any(len(case.calls) > 1 for case in DELETES)
    assert {slot.npages > 0 for case, slot in first if known(case, slot)} == {True, False}
    assert {slot.npages > 0 for case, slot in first if not known(case, slot)} == {True, False}


def test_cases_delete_from_every_place_of_a_small_array() -> None:
    """For 2 to 5 slots each index is deleted with the index table looked at."""
    places = {
        (len(case.used), case.start().slots.id_to_index[case.calls[0][0].id])
        for case in DELETES
        if case.group == "index table" and len(case.calls) == 1
    }

    assert {(n, p) for n in (2, 3, 4, 5) for p in range(n)} <= places


def test_start_holds_exactly_what_the_case_says() -> None:
    """Entries in use, stale ones, and an index table made from nothing else."""
    case = next(case for case in DELETES if case.stale and len(case.used) == 3)
    state = read_state(case.start().slots)

    assert state.memslots[: len(case.used) + len(case.stale)] == (*case.used, *case.stale)
    assert state.used_slots == len(case.used)
    assert json.dumps(state.id_to_index).count("-1") == case.capacity - len(case.used)
