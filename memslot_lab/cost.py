"""What an update costs, in closed form: shifts and comparisons from the ranks alone, no step of it run."""

from typing import NamedTuple

from memslot_lab.engine.model import Change

__all__ = ["Cost", "cost_of"]


class Cost(NamedTuple):
    """How often one update copies an entry, and how often it compares two GFNs, by function.

    Parameters
    ----------
    delete, backward, forward : int
        Entries shifted by `delete()`, `move_backward()`, `move_forward()`.
    backward_compares, forward_compares : int
        Comparisons that may end the loop of `move_backward()`, `move_forward()`.
    """

    delete: int = 0
    backward: int = 0
    forward: int = 0
    backward_compares: int = 0
    forward_compares: int = 0

    @property
    def shifts(self) -> int:
        """All entries shifted."""
        return self.delete + self.backward + self.forward

    @property
    def compares(self) -> int:
        """All comparisons."""
        return self.backward_compares + self.forward_compares


def cost_of(change: Change, *, used_slots: int, old: int, new: int) -> Cost:
    """Return the cost of a legal update that takes a slot from index `old` to index `new`.

    Parameters
    ----------
    change : Change
        What happens to the slot.
    used_slots : int
        Entries in use before the update.
    old : int
        Index before; without meaning for a create.
    new : int
        Index after, which is the number of other slots with a higher GFN; without meaning for a delete.

    Notes
    -----
    Cost: O(1).

    Examples
    --------
    A create of the highest of 509 GFNs shifts all others, one of the lowest none.

    >>> cost_of(Change.CREATE, used_slots=508, old=-1, new=0).shifts
    508
    >>> cost_of(Change.CREATE, used_slots=508, old=-1, new=508).shifts
    0
    """
    if change is Change.DELETE:
        return Cost(delete=used_slots - 1 - old)

    ends_early = int(new > 0)
    if change is Change.CREATE:
        return Cost(forward=used_slots - new, forward_compares=used_slots - new + ends_early)

    backward, forward = max(0, new - old), max(0, old - new)
    return Cost(
        backward=backward,
        forward=forward,
        backward_compares=backward + int(old + backward < used_slots - 1),
        forward_compares=forward + ends_early,
    )
