"""Stages whose calls return something made of parts: lists of operations, or an array and a list."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from memslot_lab.course.stages.base import Args, Stage, twin
from memslot_lab.engine.model import Memslots
from memslot_lab.views.array import ArrayState, read_state

__all__ = ["ListStage", "ReplayStage", "Replayed", "SequencesStage"]

_DEEPEST = 4  # a list of sequences of operations of numbers


class ListStage(Stage):
    """Calls with one argument, which is handed over as a list."""

    def arguments(self, args: Args) -> Args:
        (items,) = cast("tuple[Sequence[object]]", args)
        return ([*map(twin, items)],)


class SequencesStage(Stage):
    """Calls that return lists in lists; what is taken is a copy that never changes again."""

    def take(self, value: object) -> object:
        return _copied(value, _DEEPEST)


def _copied(value: object, depth: int) -> object:
    if not isinstance(value, list | tuple) or not depth:
        return cast("object", value)
    items = [_copied(item, depth - 1) for item in cast("list[object]", value)]
    return items if isinstance(value, list) else tuple(items)


class Replayed(NamedTuple):
    """An array and the verdicts that were returned beside it."""

    array: ArrayState
    verdicts: tuple[object, ...]


class ReplayStage(Stage):
    """Calls that return an array and a list of verdicts."""

    def take(self, value: object) -> object:
        pair: list[object] = [*cast("list[object]", value)] if isinstance(value, tuple | list) else []
        if len(pair) != 2 or not isinstance(pair[0], Memslots) or not isinstance(pair[1], tuple | list):
            return pair if isinstance(value, tuple | list) else value
        return Replayed(read_state(pair[0]), tuple(cast("list[object]", pair[1])))
