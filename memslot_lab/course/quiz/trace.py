"""Trace tables with blanks: i, some entries and some of the index table, turn by turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar, NamedTuple

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import Cell, Value
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.question import Origin, Question, mistakes_among
from memslot_lab.course.quiz.rivals import REFERENCE, play, rivals_for
from memslot_lab.course.quiz.states import State, Turn, advance, turns_of
from memslot_lab.course.quiz.tables import blank, block, joined, table
from memslot_lab.views.array import Picture, show
from memslot_lab.watch import Tape

__all__ = ["Spot", "TraceQuestion", "trace"]

_MOST_TURNS = 3


class Spot(NamedTuple):
    """A place of a trace table.

    Parameters
    ----------
    row : int
        Which turn.
    field : str
        ``i``, ``entries`` or ``index``.
    place : int
        Which of them.
    """

    row: int
    field: str
    place: int = 0

    def of(self, state: State) -> "int | str":
        """Return what stands there in a state."""
        if self.field == "i":
            return state.i
        return (state.entries if self.field == "entries" else state.index_of)[self.place]

    @property
    def words(self) -> str:
        """Its name, as in code."""
        if self.field == "i":
            return "i"
        return f"memslots[{self.place}].id" if self.field == "entries" else f"id_to_index[{self.place}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuestion(Question):
    """A trace table with blanks.

    Parameters
    ----------
    turns : tuple[Turn, ...]
        The right rows.
    spots : tuple[Spot, ...]
        Where each cell stands.
    """

    kind: ClassVar[str] = "trace"

    turns: tuple[Turn, ...]
    spots: tuple[Spot, ...]

    def follow(self, values: Sequence[Value]) -> Sequence[tuple[Value, ...]]:
        """Run each turn from the learner's own row before it."""
        given = dict(zip(self.spots, values, strict=True))
        expected = dict[Spot, Value]()
        own: State | None = None
        for row, turn in enumerate(self.turns):
            after = advance(own, turn, self.case) if own else turn.state if row == 0 else None
            here = [spot for spot in self.spots if spot.row == row]
            expected |= {spot: spot.of(after) for spot in here if after}
            own = _with(turn.state, here, [_first(given[spot], expected.get(spot)) for spot in here])
        return [(expected.get(spot),) for spot in self.spots]


def _first(given: Value, expected: Value) -> Value:
    return expected if given is None else given


def _with(state: State, spots: Sequence[Spot], values: Sequence[Value]) -> State:
    """Return a state with some values in other places; a value that is not known leaves the right one."""
    i, entries, index = state.i, list(state.entries), list(state.index_of)
    for spot, value in zip(spots, values, strict=True):
        if value is None:
            continue
        if spot.field == "i":
            i = value
        else:
            (entries if spot.field == "entries" else index)[spot.place] = value
    return State(i, tuple(entries), tuple(index))


def trace(origin: Origin, case: QuizCase) -> TraceQuestion | None:
    """Make a trace question of a case; None where the loop turns not at all or too often."""
    tape = play(REFERENCE, case)
    turns = turns_of(tape)
    if not 1 <= len(turns) - 2 <= _MOST_TURNS:
        return None
    spots = _spots(turns, case, Dice(*origin, "blanks"))
    want = tuple(spot.of(turns[spot.row].state) for spot in spots)
    labels = [_row_label(row, turns) for row in range(len(turns))]
    cells = tuple(
        Cell(name, f"{spot.words} {labels[spot.row]}", value, labels[spot.row])
        for name, spot, value in zip(ascii_lowercase, spots, want, strict=False)
    )
    found = [(rival, _answers(play(rival, case), spots, len(turns))) for rival in rivals_for(case.shape.call)]
    return TraceQuestion(
        origin=origin,
        case=case,
        ask="Fill in the blanks: i, the id of the slot in an entry, the index of an id. - stands for nothing there.",
        shown=_shown(case, turns, spots, cells),
        cells=cells,
        mistakes=mistakes_among(found, want),
        explain=_told(tape),
        turns=tuple(turns),
        spots=spots,
    )


def _row_label(row: int, turns: Sequence[Turn]) -> str:
    if row == 0:
        return "before the loop"
    return "at the end" if row == len(turns) - 1 else f"after turn {row}"


def _spots(turns: Sequence[Turn], case: QuizCase, dice: Dice) -> tuple[Spot, ...]:
    """Choose columns, some that change and one that may not, and blank them in every row but the first."""
    end, ids = _columns(case)
    entries = [("entries", place) for place in range(end)]
    index = [("index", slot_id) for slot_id in ids]
    chosen = [dice.choice([column for column in columns if _changes(turns, *column)]) for columns in (entries, index)]
    chosen.append(dice.choice([column for column in entries + index if column not in chosen]))
    chosen.sort(key=lambda column: (column[0] == "index", column[1]))
    spots = [Spot(0, "i")]
    for row in range(1, len(turns)):
        spots += [Spot(row, "i")] if row < len(turns) - 1 else []
        spots += [Spot(row, *column) for column in chosen]
    return tuple(spots)


def _columns(case: QuizCase) -> tuple[int, list[int]]:
    """Return how many entries and which ids the table shows."""
    end = len(case.used) + (case.shape.call == "create")
    return end, sorted({slot.id for slot in case.used} | {case.slot.id})


def _changes(turns: Sequence[Turn], field: str, place: int) -> bool:
    return len({Spot(0, field, place).of(turn.state) for turn in turns}) > 1


def _answers(tape: Tape, spots: Sequence[Spot], rows: int) -> tuple[Value, ...]:
    """Return what a tape has in the places of the right one's table; None where it has no such row."""
    turns = turns_of(tape)
    if len(turns) < 2:
        return (None,) * len(spots)
    found = list[Value]()
    for spot in spots:
        row = -1 if spot.row == rows - 1 else spot.row
        found.append(spot.of(turns[row].state) if row < len(turns) - 1 else None)
    return tuple(found)


def _shown(case: QuizCase, turns: Sequence[Turn], spots: Sequence[Spot], cells: Sequence[Cell]) -> Picture:
    names = {spot: blank(cell.name) for spot, cell in zip(spots, cells, strict=True)}
    end, ids = _columns(case)
    columns = [("i", 0), *(("entries", k) for k in range(end)), *(("index", k) for k in ids)]
    heads = ["i", *(f"[{k}]" for k in range(end)), *(f"id {k}" for k in ids)]
    rows: list[tuple[str, list[str]]] = []
    for row, turn in enumerate(turns):
        places = [Spot(row, *column) for column in columns]
        rows.append((_row_label(row, turns), [names.get(spot, str(spot.of(turn.state))) for spot in places]))
    call = block("The call:", case.call_text())
    caption = Picture("Entries [0], [1] ... as slot ids, and the index of each id:", "")
    note = Picture(caption.text, f'<p style="margin: 8px 0 2px">{caption.text}</p>')
    return joined(show(case.array()), call, note, table(heads, rows))


def _told(tape: Tape) -> str:
    """Return the sentences of all frames that write."""
    return "\n".join(f"- {frame.sentence}" for frame in tape if frame.writes)
