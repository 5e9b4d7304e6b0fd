"""The GFN is asked, not the pages."""

from memslot_lab.engine import Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-passes-over-gfn-0"


def for_each_memslot(slots: Memslots):
    return [slot for slot in slots.memslots[: slots.used_slots] if slot.base_gfn > 0]
