"""How one function of an exercise is judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from memslot_lab.course.arrays import smaller_arrays
from memslot_lab.course.cases import Case

__all__ = ["Judged"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a function is compared with, and on what.

    Parameters
    ----------
    reference : callable
        Right by definition: the engine's function, or this task's own.
    cases : callable
        Yields the cases laid out by hand, the same ones each time: all small ones, and what wrong answers slip past.
    more : callable, optional
        Draws one larger case; its group is one of the manifest's.
    smaller : callable, optional
        Yields what is left of a drawn case when something is taken away from it.
    iterates : bool, optional
        Whether a generator is an answer.
    mirrored : bool, optional
        Whether the cases can be turned around, lowest GFN first, for a variant.
    """

    reference: Callable[..., object]
    cases: Callable[[], Iterator[Case]]
    more: Callable[[Random], Case] | None = None
    smaller: Callable[[Case], Iterator[Case]] = smaller_arrays
    iterates: bool = False
    mirrored: bool = False
