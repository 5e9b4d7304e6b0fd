"""The slow twin by itself: small enough to be checked by hand."""

from memslot_lab.engine import Change, MemorySlot, Memslots, violations
from memslot_lab.engine.reference import find, update


def test_reference_after_one_change_of_each_kind_is_as_worked_out_by_hand() -> None:
    """Sorted, indexed, the deleted slot behind the used ones."""
    slots = Memslots(3)
    a, b, c = MemorySlot(0, 10, 5), MemorySlot(1, 20, 5), MemorySlot(2, 30, 5)
    for slot in (b, c, a):
        update(slots, slot, Change.CREATE)
    assert (slots.memslots, slots.id_to_index, slots.used_slots) == ([c, b, a], [2, 1, 0], 3)

    top = MemorySlot(0, 40, 5)
    update(slots, top, Change.MOVE)
    assert (slots.memslots, slots.id_to_index, slots.used_slots) == ([top, c, b], [0, 2, 1], 3)

    marked = MemorySlot(2, 30, 5, 1)
    update(slots, marked, Change.FLAGS_ONLY)
    assert (slots.memslots, slots.id_to_index, slots.used_slots) == ([top, marked, b], [0, 2, 1], 3)

    blank = MemorySlot(2, 0, 0)
    update(slots, blank, Change.DELETE)

    assert (slots.memslots, slots.id_to_index, slots.used_slots) == ([top, b, blank], [0, 1, -1], 2)
    assert violations(slots) == []
    assert [find(slots, gfn) for gfn in (19, 20, 24, 25, 30, 39, 44)] == [None, b, b, None, None, None, top]
