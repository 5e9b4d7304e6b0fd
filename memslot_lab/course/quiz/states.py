"""The turns of a tape: what i, the entries and the index table are, each time that i has changed, and at the end."""

from typing import Any, NamedTuple, cast

from memslot_lab.course.quiz.cases import CAPACITY, QuizCase
from memslot_lab.course.quiz.cells import NONE, Value
from memslot_lab.engine.model import MemorySlot, Memslots
from memslot_lab.watch import Kind, Tape

__all__ = ["State", "Turn", "advance", "turns_of"]

_LOOPS = ("delete", "move_backward", "move_forward")


class State(NamedTuple):
    """What stands in the tables, as a trace table shows it.

    Parameters
    ----------
    i : int or str
        The loop's variable.
    entries : tuple[int or str, ...]
        The slot id of each entry; ``-`` for one never written.
    index_of : tuple[int or str, ...]
        The index of each id.
    """

    i: "int | str"
    entries: "tuple[int | str, ...]"
    index_of: "tuple[int | str, ...]"


class Turn(NamedTuple):
    """A row of a trace table.

    Parameters
    ----------
    way : int
        What is added to i in this turn; 0 at the start and at the end.
    state : State
        After it.
    """

    way: int
    state: State


def _state(i: "int | str", slots: Memslots) -> State:
    entries = [entry.id if type(entry) is MemorySlot else NONE for entry in cast("list[Any]", slots.memslots)]
    return State(i, tuple(entries[:CAPACITY]), tuple(slots.id_to_index[:CAPACITY]))


def turns_of(tape: Tape) -> list[Turn]:
    """Return the state at the start of the loop, after each turn, and at the end; nothing of one that ends badly."""
    if tape.error or tape.stopped:
        return []
    turns, last = list[Turn](), None
    for frame in tape:
        i = frame.locals.get("i")
        if frame.function in _LOOPS and frame.kind is Kind.LINE and isinstance(i, int) and i != last:
            turns.append(Turn(0 if last is None else i - last, _state(i, frame.after)))
            last = i
    return [*turns, Turn(0, _state(NONE, tape.after))]


def advance(state: State, turn: Turn, case: QuizCase) -> State | None:
    """Return what a turn of the right loop makes of a state, whatever that state is; None where it cannot run.

    Parameters
    ----------
    state : State
        Before the turn, a learner's own.
    turn : Turn
        The right one; its way says in which direction the loop runs, its state is not looked at.
    case : QuizCase
        Whose slot is in the hand.
    """
    entries, index, i = list(state.entries), list(state.index_of), state.i
    if not isinstance(i, int) or not 0 <= i < len(entries):
        return None
    if turn.way:
        source = i + turn.way
        if not 0 <= source < len(entries) or not isinstance(entries[source], int):
            return None
        other = cast("int", entries[source])
        entries[i] = other
        _put(index, other, i)
        return State(source, tuple(entries), tuple(index))
    if case.shape.call != "move_backward":
        entries[i] = case.slot.id
        _put(index, case.slot.id, -1 if case.shape.call == "delete" else i)
    return State(NONE, tuple(entries), tuple(index))


def _put(table: "list[Any]", place: int, value: Value) -> None:
    if 0 <= place < len(table):
        table[place] = value
