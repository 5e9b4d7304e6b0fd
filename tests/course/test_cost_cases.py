"""Exercise 09's right answers are what real runs count, case by case."""

import pytest

from memslot_lab.course import check
from memslot_lab.course.tasks import cases_of, judged_of
from memslot_lab.course.tasks.cost import CreatesCase, UpdateCase
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations
from memslot_lab.watch import record

SINGLE = ["shifts_of_create", "shifts_of_delete", "shifts_of_move", "compares_of_create"]


@pytest.mark.parametrize("function", SINGLE)
def test_answer_of_each_case_is_what_a_recorded_run_counts(function: str) -> None:
    """A real update with the case's numbers shifts, or compares, as often as the answer says."""
    for case in cases_of(function):
        assert isinstance(case, UpdateCase)
        slots, slot = case.update()
        assert violations(slots) == []
        tape = record(update_memslots, slots, slot, case.change)

        counted = tape.compares if function.startswith("compares") else tape.shifts
        assert judged_of(function).reference(*case.calls[0]) == counted
        assert case.change is Change.DELETE or tape.after.id_to_index[slot.id] == case.new


def test_answer_of_each_row_of_creates_is_what_the_engine_shifts() -> None:
    """The creates of a case, run one after the other and recorded."""
    for case in cases_of("shifts_of_creates"):
        assert isinstance(case, CreatesCase)
        slots, shifts = Memslots(), 0
        (gfns,) = case.start().arguments(case.calls[0])
        for i, gfn in enumerate(gfns):
            tape = record(update_memslots, slots, MemorySlot(i, gfn, 1), Change.CREATE)
            slots, shifts = tape.after, shifts + tape.shifts

        assert judged_of("shifts_of_creates").reference(gfns) == shifts


def test_cases_hold_every_small_array_and_both_ends() -> None:
    """No small number is left out."""
    calls = {case.calls[0] for case in cases_of("shifts_of_create")}

    assert {(used, new) for used in range(8) for new in range(used + 1)} <= calls
    assert {(508, 0), (508, 508)} <= calls


def test_formula_with_a_slash_is_asked_which_division_gives_a_whole_number() -> None:
    """The number is right where it is shown, and only its type is not."""

    def shifts_of_creates(gfns: list[int]) -> float:
        return len(gfns) * (len(gfns) - 1) / 2

    assert "Hint: Which of / and // gives a whole number?" in check(shifts_of_creates).text()


def test_formula_that_is_not_returned_is_asked_for_its_return() -> None:
    """What the slots do is not the trouble."""

    def shifts_of_create(used_slots: int, new: int) -> None:
        used_slots - new  # pyright: ignore[reportUnusedExpression] - the mistake

    assert "Does each way through your function end in a `return`" in check(shifts_of_create).text()
