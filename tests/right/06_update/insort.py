"""The others stay sorted; bisect puts the slot in among them."""

from bisect import insort

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, move_backward


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change == Change.DELETE:
        delete(slots, slot)
        return
    if change != Change.CREATE and slots.id_to_index[slot.id] < 0:
        move_backward(slots, slot)  # for its warning
        slots.before_array = slot
        return
    row = [each for each in slots.memslots[: slots.used_slots] if each.id != slot.id]
    insort(row, slot, key=lambda each: -each.base_gfn)
    slots.used_slots = len(row)
    for i, each in enumerate(row):
        slots.memslots[i] = each
        slots.id_to_index[each.id] = i
