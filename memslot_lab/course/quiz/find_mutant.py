"""The mistake looked for from its end: which change of the code leads to this."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import ClassVar, cast

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import Cell, Value
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.rivals import REFERENCE, Rival, play, rivals_for
from memslot_lab.course.quiz.search_trace import found_slot, looks
from memslot_lab.course.quiz.tables import block, joined, listed
from memslot_lab.views.array import Picture, show, show_diff
from memslot_lab.watch import Tape

__all__ = ["FindMutantQuestion", "change_text", "find_mutant"]

_CHOICES = 3  # changes, besides the code as it is
_LONGEST = 4  # lines of a change


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMutantQuestion(Question):
    """Which version of the code gave this.

    Parameters
    ----------
    versions : tuple[tuple[str, Rival], ...]
        The choices by name.
    told_apart : int
        How many different ends all versions come to.
    """

    kind: ClassVar[str] = "find-mutant"

    versions: tuple[tuple[str, Rival], ...]
    told_apart: int

    @property
    def spread(self) -> int:
        """How many different ends the kernel's code and its wrong versions come to."""
        return self.told_apart

    def _explained(self, values: Sequence[Value]) -> str:
        """Say what the right one is written by, and what the chosen one would have given."""
        versions = dict(self.versions)
        right = versions[cast("str", self.cells[0].want)]
        words = f"{self.cells[0].want} is written by this rule: {right.thinks}" if right.name else _UNCHANGED
        chosen = versions.get(str(values[0]))
        if chosen is None or chosen == right:
            return words
        return f"{words}\nWith {values[0]} this comes out instead:\n{_end(play(chosen, self.case)).text}"


_UNCHANGED = "It is what the kernel's own code gives; no line is changed."


def find_mutant(origin: Origin, case: QuizCase) -> FindMutantQuestion | None:
    """Make a question of a case; None where too few versions end differently."""
    ends = {_key(play(REFERENCE, case)): REFERENCE}
    dice = Dice(*origin, "versions")
    for rival in dice.shuffled(rivals_for(case.shape.call)):
        tape = play(rival, case)
        if not tape.error and not tape.stopped and len(change_text(rival).splitlines()) <= _LONGEST:
            ends.setdefault(_key(tape), rival)
    rivals = list(ends.values())[1:]
    if len(rivals) < _CHOICES:
        return None
    versions = Dice(*origin, "order of the versions").shuffled([REFERENCE, *dice.sample(rivals, _CHOICES)])
    named = tuple(zip(ascii_uppercase, versions, strict=False))
    want, culprit = Dice(*origin, "culprit").choice(named)
    what = "its looks and its result" if case.shape.call == "search" else "this end"
    choices = [(name, change_text(rival) or "nothing: the code as it is in the kernel") for name, rival in named]
    return FindMutantQuestion(
        origin=origin,
        case=case,
        ask=f"One change was made to the code, or none. Which of these leads to {what}?",
        shown=joined(
            *([show(case.array())] if case.shape.call == "search" else []),
            block("The call:", case.call_text()),
            _end(play(culprit, case)),
            listed("What was changed (- left out, + put in):", choices),
        ),
        cells=(Cell("change", "what was changed", want, "", tuple(name for name, _ in named)),),
        explain="",
        versions=named,
        told_apart=len(ends),
    )


def change_text(rival: Rival) -> str:
    """Return what a version changes: the function, the lines left out, the lines put in; nothing for none."""
    if not rival.name:
        return ""
    old, new = rival.old.strip("\n").splitlines(), rival.new.strip("\n").splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    marked = [("-", line.strip()) for line in old] + [("+", line.strip()) for line in new]
    return "\n".join([f"{rival.function}():", *(f"{sign} {line}" for sign, line in marked if line)])


def _key(tape: Tape) -> str:
    if tape.moments[0].code == 0 and tape.codes[0].name == "search_memslots":
        return f"{looks(tape)} {found_slot(tape)}"
    after = tape.after
    return f"{after.used_slots} {after.memslots} {after.id_to_index} {after.warnings} {after.before_array}"


def _end(tape: Tape) -> Picture:
    if tape.codes[0].name == "search_memslots":
        seen = ", ".join(f"[{k}]" for k in looks(tape)) or "none"
        return block("What was seen:", f"entries looked at: {seen}\nid of the slot returned: {found_slot(tape)}")
    return show_diff(tape.before, tape.after, names=("before", "after"))
