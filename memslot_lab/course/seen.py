"""What a check looks at: one call as it went, beside what it should have done."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from memslot_lab.course.stages.base import Args
from memslot_lab.engine.model import MemorySlot

__all__ = ["ALL", "Args", "Aspect", "Difference", "Seen"]


class Aspect(Enum):
    """One thing to look at after a call."""

    USED_SLOTS = "used_slots"
    USED_ENTRIES = "used entries"
    OTHER_ENTRIES = "used entries but for the hole, whose index is returned"
    INDEX_TABLE = "index table"
    OTHER_INDICES = "index table but for the moved slot"
    BEHIND = "entries behind used_slots"
    BEFORE_ARRAY = "store in front of the array"
    WARNINGS = "warnings"
    RETURNED = "returned value"


# What the array holds after a call, all of it.
ALL = (
    Aspect.USED_SLOTS,
    Aspect.USED_ENTRIES,
    Aspect.INDEX_TABLE,
    Aspect.BEHIND,
    Aspect.BEFORE_ARRAY,
    Aspect.WARNINGS,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be.

    Parameters
    ----------
    got, want : str
        In a few words each.
    sentence : str
        The same for a reader.
    hint : str
        A question, if this one has its own.
    """

    got: str
    want: str
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: what it was given, what was there before it, and after it as it is and as it should be.

    Parameters
    ----------
    name : str
        Of the function.
    args : Args
        Handed in after the subject.
    before, got, want : object
        What the subject held, as `Stage.read()` tells it; for an array an `ArrayState`.
    value, right : object
        What was returned, and what should be.
    """

    name: str
    args: Args
    before: Any
    got: Any
    want: Any
    value: object = None
    right: object = None

    @property
    def slot(self) -> MemorySlot:
        """The slot in the hand; a blank one of id 0 where none was handed in."""
        return next((arg for arg in self.args if isinstance(arg, MemorySlot)), MemorySlot(0, 0, 0))
