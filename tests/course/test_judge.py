"""The judge: cases drawn and shrunk, names given on all the evidence and never on a part of it, both runs recorded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memslot_lab.course import check
from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import find_exercise, find_task
from memslot_lab.course.judge import judge
from memslot_lab.course.results import Failure
from memslot_lab.course.tasks import cases_of
from memslot_lab.course.told import call
from memslot_lab.engine import Change, MemorySlot, Memslots
from memslot_lab.engine import delete as kernel_delete
from memslot_lab.engine import update_memslots as kernel_update
from memslot_lab.watch import diff, record

ROOT = Path(__file__).parents[1]
Delete = Callable[[Memslots, MemorySlot], object]


def shown(function: Delete) -> Failure:
    """Return the failure that a learner reads."""
    failure = check(function).tasks[0].smallest
    assert failure is not None
    return failure


def wrong(name: str) -> Delete:
    """Return a known wrong answer."""
    path = ROOT / "wrong" / "03_delete" / f"{name}.py"
    return load_answer_file(path, find_exercise("03_delete")).functions["delete"]


def breaks_at(used_slots: int) -> Delete:
    """Return a function that is right but for arrays of one length."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        odd = slots.used_slots == used_slots
        kernel_delete(slots, slot)
        if odd:
            slots.id_to_index[slot.id] = 0

    return delete


@pytest.mark.parametrize("used_slots", [6, 9, 12])
def test_mistake_that_no_case_by_hand_shows_is_found_by_a_drawn_one_and_shrunk(used_slots: int) -> None:
    """What is left is one call on an array of that length, without a stale entry."""
    failure = shown(breaks_at(used_slots))

    assert len(failure.case.calls) == 1
    assert failure.case.size == (used_slots, 1, 0)
    assert failure.sentence.startswith("id_to_index[")


def test_drawn_cases_are_the_same_each_time() -> None:
    """Who runs the check twice reads the same twice."""
    assert check(breaks_at(9)).text() == check(breaks_at(9)).text()


def test_mistake_with_a_second_one_has_no_name() -> None:
    """A name is given only where everything fits; here the shown case fits a known mistake, another one does not."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        wrong("stops_one_early")(slots, slot)
        if slots.capacity == 600:
            slots.used_slots = 7

    assert shown(wrong("stops_one_early")).mistake is not None
    assert shown(delete).mistake is None


def test_mistake_gives_its_question_as_the_hint() -> None:
    """The question fits the mistake better than the group's."""
    failure = shown(wrong("swaps_in_the_last"))

    assert failure.mistake is not None
    assert failure.hint == failure.mistake.asks
    assert (
        f"Known mistake, delete-swaps-in-the-last: {failure.mistake.says}" in check(wrong("swaps_in_the_last")).text()
    )


def test_runs_part_where_the_report_says() -> None:
    """The learner's line, and what the two write there."""
    report = check(wrong("stops_one_early"))
    failure = report.tasks[0].smallest
    assert failure is not None
    assert failure.runs is not None

    assert "yours writes slot 3, blank, to memslots[0], the kernel's writes slot 0 there" in report.text()
    assert "`mslots[i] = slot`." in report.text()
    assert failure.runs.own.before == failure.runs.right.before


def test_endless_run_is_recorded_in_part() -> None:
    """A loop that never ends has a name, a place, and a tape of a size that a notebook can hold."""
    failure = shown(wrong("never_ends"))

    assert failure.mistake is not None
    assert failure.mistake.name == "delete-never-ends"
    assert failure.runs is not None
    assert failure.runs.own.stopped
    assert len(failure.runs.html) < 100_000


def test_check_that_records_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What the learner's function prints while it is watched is dropped."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        print("here")  # noqa: T201 - a learner does

    report = check(delete)

    assert "It printed:\n  here" in report.text()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("violations", None, "hand back when its last line has run"),
        ("violations", True, "Two promises may be broken at once"),
        ("search_memslots", 3.5, "What does the docstring say is returned"),
        ("for_each_memslot", 3.5, "Which line hands something to the caller"),
        ("for_each_memslot", [3.5], "What does the docstring say is given"),
    ],
)
def test_answer_of_another_kind_is_asked_what_it_returns(name: str, value: object, words: str) -> None:
    """A question about the array would lead away from the line that is wrong."""
    result = judge(find_task(name)[1], lambda *args: value)

    assert result.smallest
    assert words in result.smallest.hint


def test_call_after_others_on_the_same_array_says_so() -> None:
    """Those before had no arguments of their own to be told."""

    def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
        while slots.used_slots:
            slots.used_slots -= 1
            yield slots.memslots.pop(0)

    task = find_task("for_each_memslot")[1]
    again = next(group.failure for group in judge(task, for_each_memslot).groups if group.name == "again")

    assert again
    assert call(judge(task, for_each_memslot), again).endswith("after the same for this array")


def test_name_does_not_depend_on_what_was_judged_before() -> None:
    """What the known mistakes do is remembered, also of those that remember earlier calls themselves."""
    names = [path.stem for path in sorted((ROOT / "wrong" / "03_delete").glob("*.py"))]

    def told(name: str) -> str:
        mistake = shown(wrong(name)).mistake
        return mistake.name if mistake else ""

    forward = {name: told(name) for name in names}

    assert forward["remembers_the_first_array"] == "delete-remembers-the-first-array"
    assert {name: told(name) for name in reversed(names)} == forward


def update_that_stores(*fields: str) -> Callable[[Memslots, MemorySlot, Change], object]:
    """Return an update whose slots have these fields of the one handed in, and no others."""

    def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
        bare = MemorySlot(slot.id, slot.base_gfn, slot.npages, **{name: getattr(slot, name) for name in fields})
        kernel_update(slots, slot if change is Change.DELETE else bare, change)

    return update_memslots


def told(function: Callable[[Memslots, MemorySlot, Change], object], group: str) -> Failure:
    """Return how an update fails a group."""
    result = judge(find_task("update_memslots")[1], function)
    return next(each.failure for each in result.groups if each.name == group and each.failure)


def test_slot_that_has_lost_a_field_is_told_by_that_field() -> None:
    """The id is the same, so it is no answer to what is wrong."""
    failure = told(update_that_stores("flags"), "create")

    assert failure.got == "slot 10 with userspace_addr 0x0"
    assert failure.want == "userspace_addr 0x100280000000"
    assert failure.sentence == f"memslots[0] holds {failure.got}; want {failure.want}."
    assert told(update_that_stores("userspace_addr"), "flags").sentence == (
        "memslots[0] still holds slot 3 with flags 0x0; want flags 0x1."
    )
    assert told(update_that_stores("flags"), "failed move").sentence.endswith("holds slot 2 with userspace_addr 0x0.")


def test_runs_that_write_one_slot_with_other_fields_part_by_them() -> None:
    """Also where the one writes what was there, which changes nothing."""

    def parts(*fields: str, change: Change) -> str:
        case = next(case for case in cases_of("update_memslots") if case.calls[0][1] is change)
        slots = case.start().array
        assert slots is not None
        runs = [record(run, slots, *case.calls[0]) for run in (update_that_stores(*fields), kernel_update)]
        return str(diff(*runs))

    assert parts(change=Change.FLAGS_ONLY) == (
        "at the first write the kernel's writes slot 3 with flags 0x1 to memslots[0], yours does not"
    )


def test_warning_in_a_create_is_no_word_of_a_slot_that_is_there() -> None:
    """The slot is not there yet: that it is not is why the warning was noted."""

    def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
        kernel_update(slots, slot, Change.MOVE if change is Change.CREATE else change)

    assert told(update_memslots, "create").sentence == (
        "used_slots is still 0: one slot more is in use, so want 1. "
        "A warning was noted, although slot 0 is to be created."
    )


def test_what_is_stored_after_a_delete_is_told_without_a_word_of_its_index() -> None:
    """The learner's own move did return -1."""

    def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
        kernel_update(slots, slot, change)
        if change is Change.DELETE:
            kernel_update(slots, slot, Change.MOVE)

    assert told(update_memslots, "delete").sentence == (
        "slots.before_array holds slot 3, but only a move that fails stores there: want None."
    )
