"""Exercise 13: each kind of difference is told in words of its own, and asks a question that fits it."""

from collections.abc import Callable, Iterator

import pytest

from memslot_lab.course.catalog import find_task
from memslot_lab.course.judge import judge
from memslot_lab.course.tasks.capstone import ReplayCase, replay_boot
from memslot_lab.engine import Change, MemorySlot, Memslots, UserspaceMemoryRegion

Replay = Callable[[list[UserspaceMemoryRegion]], object]


def changed(verdict: Callable[[object], object]) -> Replay:
    """Return a replay whose verdicts are something else."""

    def replay(requests: list[UserspaceMemoryRegion]) -> object:
        slots, verdicts = replay_boot(requests)
        return slots, [verdict(each) for each in verdicts]

    return replay


def kept(slot: Callable[[MemorySlot], MemorySlot]) -> Replay:
    """Return a replay that ends with other slots, in the same places."""

    def replay(requests: list[UserspaceMemoryRegion]) -> object:
        slots, verdicts = replay_boot(requests)
        slots.memslots[: slots.used_slots] = list(entries(slots, slot))
        return slots, verdicts

    return replay


def entries(slots: Memslots, change: Callable[[MemorySlot], MemorySlot]) -> Iterator[MemorySlot]:
    """Yield the used entries, changed."""
    for slot in slots.memslots[: slots.used_slots]:
        assert slot
        yield change(slot)


WRONG = [
    (changed(lambda each: str(each) if isinstance(each, Change) else each), "a string that looks like one?"),
    (changed(lambda each: Change.CREATE if each == "EEXIST" else each), "Which of the twelve rules"),
    (changed(lambda each: "EINVAL" if each is Change.MOVE else each), "Which rule refuses that request"),
    (changed(lambda each: Change.MOVE if each is Change.FLAGS_ONLY else each), "What does the slot with that id hold"),
    (kept(lambda slot: MemorySlot(slot.id, slot.base_gfn, slot.npages << 12)), "In which unit does a request give"),
    (kept(lambda slot: MemorySlot(slot.id, slot.base_gfn, slot.npages, 2)), "Which fields of the request"),
]


@pytest.mark.parametrize(("replay", "question"), WRONG)
def test_wrong_replay_gets_a_question_of_its_own(replay: Replay, question: str) -> None:
    """What the groups ask fits some of their cases only."""
    found = judge(find_task("replay_boot")[1], replay).smallest

    assert found
    assert question in found.hint


def test_verdict_of_nothing_to_do_is_none_and_not_a_word() -> None:
    """None is no string, neither in the judgement nor in what is said of it."""
    found = judge(find_task("replay_boot")[1], changed(lambda each: "nothing" if each is None else each)).smallest

    assert found
    assert found.sentence.endswith("is 'nothing'; want None.")


def test_call_without_requests_is_one_line() -> None:
    """An empty list is no block."""
    case = ReplayCase("creates", ())

    assert case.call_text("replay_boot", case.calls[0]) == "replay_boot([])"
