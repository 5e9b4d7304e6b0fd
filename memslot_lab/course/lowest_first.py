"""The kernel's functions for arrays with the LOWEST GFN FIRST: what a mirrored variant's notebook imports."""

from typing import Any

from memslot_lab import engine
from memslot_lab.course.mirror import lowest_first
from memslot_lab.views.array import Picture
from memslot_lab.views.array import show as _show

__all__ = [
    "delete",
    "for_each_memslot",
    "gfn_to_memslot",
    "id_to_memslot",
    "insert_back",
    "move_backward",
    "move_forward",
    "search_memslots",
    "show",
    "update_memslots",
]

delete = lowest_first(engine.delete)
for_each_memslot = lowest_first(engine.for_each_memslot)
gfn_to_memslot = lowest_first(engine.gfn_to_memslot)
id_to_memslot = lowest_first(engine.id_to_memslot)
insert_back = lowest_first(engine.insert_back)
move_backward = lowest_first(engine.move_backward)
move_forward = lowest_first(engine.move_forward)
search_memslots = lowest_first(engine.search_memslots)
update_memslots = lowest_first(engine.update_memslots)


def show(slots: Any) -> Picture:
    """Return a picture of one array, as `memslot_lab.views.array.show()` does, with its ends named the other way."""
    return _show(slots, lowest_first=True)
