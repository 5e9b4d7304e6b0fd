"""What is written next? The other choices are what wrong versions of the code would write there."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import ClassVar

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import Cell
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.grade import Mistake
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.rivals import REFERENCE, Rival, play, rivals_for
from memslot_lab.course.quiz.tables import block, joined, listed
from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.array import show
from memslot_lab.watch import Frame, Table, Tape

__all__ = ["NextWriteQuestion", "next_write"]

NOTHING = "nothing more is written"
_FEWEST, _MOST = 3, 5  # choices


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWriteQuestion(Question):
    """Which write comes next."""

    kind: ClassVar[str] = "next-write"


def next_write(origin: Origin, case: QuizCase) -> NextWriteQuestion | None:
    """Make a question of the write on which the versions differ most; None where hardly any differ."""
    right = _writes(play(REFERENCE, case))
    others = [(rival, _writes(play(rival, case))) for rival in rivals_for(case.shape.call)]
    at = max(range(len(right)), key=lambda k: len(_nexts(others, right, k)), default=0)
    wrong = _nexts(others, right, at)
    if not right or len(wrong) < _FEWEST - 1:
        return None
    dice = Dice(*origin, "choices")
    chosen = dice.sample(list(wrong), _MOST - 1)
    texts = Dice(*origin, "order of the choices").shuffled([right[at], *chosen])
    names = dict(zip(texts, ascii_uppercase, strict=False))
    mistakes = [Mistake(r.name, r.function, r.thinks, (names[text],)) for text in chosen for r in wrong[text]]
    so_far = "\n".join(right[:at]) or "nothing yet"
    return NextWriteQuestion(
        origin=origin,
        case=case,
        ask="Which write comes next? A write that changes nothing counts too.",
        shown=joined(
            show(case.array()),
            block("The call:", case.call_text()),
            block("Written so far, in this order:", so_far),
            listed("Next:", [(name, text) for text, name in names.items()]),
        ),
        cells=(Cell("next", "what is written next", names[right[at]], "", tuple(names.values())),),
        mistakes=tuple(mistakes),
        explain=_told(play(REFERENCE, case), at),
    )


def _writes(tape: Tape) -> list[str]:
    """Return every write of a tape in words, and how it ends."""
    written = [_text(frame, k) for frame in tape for k in range(len(frame.writes))]
    return [*written, "the function raises an error" if tape.error else NOTHING]


def _text(frame: Frame, k: int) -> str:
    write = frame.writes[k]
    if write.table is Table.MEMSLOTS:
        slot = frame.tape.slot_at(write.value)
        return f"memslots[{write.place}] = {f'slot {slot.id}' if type(slot) is MemorySlot else 'None'}"
    if write.table is Table.ID_TO_INDEX:
        return f"id_to_index[{write.place}] = {write.value}"
    if write.table is Table.USED_SLOTS:
        return f"used_slots = {write.value}"
    return f"a warning: {write.value}" if write.table is Table.WARNINGS else "something outside the three tables"


def _nexts(others: Sequence[tuple[Rival, list[str]]], right: list[str], at: int) -> dict[str, list[Rival]]:
    """Return what is written at a moment by those that have written the same before, and other than the right one."""
    found = dict[str, list[Rival]]()
    for rival, writes in others:
        if writes[:at] == right[:at] and len(writes) > at and writes[at] != right[at]:
            found.setdefault(writes[at], []).append(rival)
    return found


def _told(tape: Tape, at: int) -> str:
    sentences = [frame.sentence for frame in tape for _ in frame.writes]
    if at == len(sentences):
        return "The call ends here: all is in its place."
    return f"Next: {sentences[at]}."
