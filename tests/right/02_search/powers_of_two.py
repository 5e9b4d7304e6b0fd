"""Steps that halve: from the back toward the front as long as the slot there does not begin above."""

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    place = slots.used_slots  # everything from here on begins at or below gfn
    step = 1 << slots.used_slots.bit_length()
    while step:
        if place >= step and slots.memslots[place - step].base_gfn <= gfn:
            place -= step
        step >>= 1
    if place == slots.used_slots:
        return None
    candidate = slots.memslots[place]
    return candidate if gfn < candidate.base_gfn + candidate.npages else None
