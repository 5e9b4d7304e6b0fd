"""Chance that a seed repeats: on every machine and every Python, and a stream of its own for every purpose."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import TypeVar

__all__ = ["Dice"]

_T = TypeVar("_T")


class Dice:
    """Draws from one stream, named by all that it depends on.

    Only `random.Random.random()` is asked: it is the one method whose numbers Python promises to keep. Two purposes
    never share a stream, so that one seed does not put the right answer in the same place everywhere.

    Parameters
    ----------
    *name : object
        The seed, and what the draws are for.

    Examples
    --------
    >>> Dice(1, "options").shuffled("abcd") == Dice(1, "options").shuffled("abcd")
    True
    >>> sorted(Dice(7, "ids").sample(range(8), 3))
    [3, 4, 7]
    """

    def __init__(self, *name: object) -> None:
        text = "/".join(map(str, name))
        self._random = Random(int.from_bytes(sha256(text.encode()).digest()[:8], "big"))

    def below(self, end: int) -> int:
        """Return one of 0..end-1."""
        return int(self._random.random() * end)

    def choice(self, items: Sequence[_T]) -> _T:
        """Return one of them."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[_T], count: int) -> list[_T]:
        """Return so many different ones, in the order in which they are drawn."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """Return all of them in another order."""
        return self.sample(items, len(items))
