"""Put the lines in order; some have a twin that a wrong version of the code has in their place."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from memslot_lab.course.quiz.blocks import Cut, behaves, cut, distractors
from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import Cell, Value
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.grade import Mistake, Verdict
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.rivals import Rival, rivals_for
from memslot_lab.course.quiz.tables import block, joined, listed

__all__ = ["OrderQuestion", "order"]

_PAIRS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuestion(Question):
    """Lines in the wrong order.

    Every order that does the same as the kernel's is right: it is put together and run.

    Parameters
    ----------
    function : str
        Whose lines they are.
    lines : tuple[tuple[str, str], ...]
        Each line by its name, as shown.
    """

    kind: ClassVar[str] = "order"

    function: str
    lines: tuple[tuple[str, str], ...]

    def _verdicts(self, values: Sequence[Value]) -> list[Verdict]:
        if self._runs_right(values):
            return [Verdict.RIGHT] * len(values)
        return super(OrderQuestion, self)._verdicts(values)

    def _runs_right(self, values: Sequence[Value]) -> bool:
        names = [str(value) for value in values]
        if None in values or len({name.rstrip("ab") for name in names}) < len(names):
            return False
        text = dict(self.lines)
        return behaves(self.function, self.case.shape.call, tuple(text[name] for name in names))

    def follow(self, values: Sequence[Value]) -> Sequence[tuple[Value, ...]]:
        """Keep what is in order among itself: a line put in too early does not make all behind it wrong."""
        rank = {cell.want: k for k, cell in enumerate(self.cells)}
        kept = _longest_rise([rank.get(cast("str", value)) for value in values])
        return [(value,) if k in kept else () for k, value in enumerate(values)]


def _longest_rise(ranks: Sequence[int | None]) -> set[int]:
    """Return the places of a longest rising row among the ranks."""
    tails, ends, before = list[int](), list[int](), dict[int, int]()
    for k, rank in enumerate(ranks):
        if rank is None:
            continue
        at = bisect_left(tails, rank)
        before[k] = ends[at - 1] if at else -1
        tails[at:], ends[at:] = [rank, *tails[at + 1 :]], [k, *ends[at + 1 :]]
    kept, k = set[int](), ends[-1] if ends else -1
    while k >= 0:
        kept.add(k)
        k = before[k]
    return kept


def order(origin: Origin, case: QuizCase, function: str) -> OrderQuestion:
    """Make a question of a function's lines; the case says only which call they are judged by."""
    whole, dice = cut(function), Dice(*origin, "twins")
    twins = _twins(whole, case.shape.call, dice)
    shuffled = Dice(*origin, "order of the lines").shuffled(range(len(whole.blocks)))
    side = Dice(*origin, "sides")
    lines, want = list[tuple[str, str]](), dict[int, str]()
    other = dict[int, str]()
    for number, k in enumerate(shuffled, start=1):
        if k not in twins:
            want[k] = f"{number}"
            lines.append((want[k], whole.blocks[k]))
            continue
        want[k], other[k] = side.shuffled([f"{number}a", f"{number}b"])
        lines += sorted([(want[k], whole.blocks[k]), (other[k], twins[k][0])])
    right = tuple(want[k] for k in range(len(whole.blocks)))
    mistakes = [_mistake(twins[k][1], (*right[:k], other[k], *right[k + 1 :])) for k in twins]
    return _question(origin, case, whole, tuple(lines), right, tuple(mistakes))


def _twins(whole: Cut, call: str, dice: Dice) -> dict[int, tuple[str, Rival]]:
    """Choose lines that get a twin, and one twin for each."""
    twins = dict[int, tuple[str, Rival]]()
    for k, text, rival in dice.shuffled(distractors(whole.function, call, rivals_for(call))):
        if k not in twins and len(twins) < _PAIRS:
            twins[k] = (text, rival)
    return twins


def _mistake(rival: Rival, values: tuple[str, ...]) -> Mistake:
    return Mistake(rival.name, rival.function, rival.thinks, values)


def _question(
    origin: Origin,
    case: QuizCase,
    whole: Cut,
    lines: tuple[tuple[str, str], ...],
    right: tuple[str, ...],
    mistakes: tuple[Mistake, ...],
) -> OrderQuestion:
    names = tuple(name for name, _ in lines)
    cells = tuple(Cell(f"{k}", f"place {k}", name, "", names) for k, name in enumerate(right, start=1))
    text = dict(lines)
    neutral = replace(case, used=(), stale=None)
    return OrderQuestion(
        origin=origin,
        case=neutral,
        ask=(
            f"Put the lines of {whole.function}() in order, below what is given. Of a pair, such as 2a and 2b, "
            f"only one belongs there. Every order that does the same is right. Write {len(right)} names."
        ),
        shown=joined(block("Given:", whole.head), listed("To be put in order:", lines)),
        cells=cells,
        mistakes=mistakes,
        explain="\n".join(["The kernel's order:", *(text[name] for name in right)]),
        function=whole.function,
        lines=lines,
    )
