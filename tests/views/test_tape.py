"""Pictures of a tape: the sentence, the counts so far, and the array at that step."""

import re

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show
from memslot_lab.views.tape import show_pair, show_tape
from memslot_lab.watch import Tape, diff, record


def machine() -> Memslots:
    """Return slots 1, 0, 3, highest GFN first."""
    slots = Memslots(capacity=6)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (1, 0x200)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


@pytest.fixture
def tape() -> Tape:
    """A slot that goes in front of all others."""
    return record(update_memslots, machine(), MemorySlot(4, 0x300, 0x80), Change.CREATE)


def test_tape_picture_shows_sentence_counts_and_state_of_the_step(tape: Tape) -> None:
    """What is shown is the array after that frame, and what was counted until then."""
    step = next(frame.step for frame in tape if frame.shifts)

    text = show_tape(tape, step).text
    assert tape[step].sentence in text
    assert f"step {step} of {len(tape) - 1} in move_forward()" in text
    assert "1 shift, 1 comparison so far; the hole is index 2" in text
    assert text.endswith(show(tape.state(step)).text)


def test_tape_picture_at_the_end_counts_all(tape: Tape) -> None:
    """The last step has the totals of the tape."""
    assert f"{tape.shifts} shifts, {tape.compares} comparisons so far" in show_tape(tape, -1).text
    assert tape.shifts == 3


@pytest.mark.parametrize("step", [1000, -1000])
def test_tape_picture_of_no_such_step_is_refused(tape: Tape, step: int) -> None:
    """The message names the step and those that there are."""
    with pytest.raises(IndexError, match=f"step {step}: this tape has the steps 0 to {len(tape) - 1}"):
        show_tape(tape, step)


def test_tape_picture_html_is_tables_that_no_sanitiser_strips(tape: Tape) -> None:
    """No style element, no script, no svg; what comes from the tape is escaped."""

    def nasty(slots: Memslots) -> None:
        slots.used_slots = "<script>"  # type: ignore[assignment]

    html = show_tape(record(nasty, machine()), -1).html + show_tape(tape, 5).html
    assert set(re.findall(r"<(\w+)", html)) <= {"table", "tbody", "tr", "td"}
    assert "&lt;script&gt;" in html


def test_pair_picture_shows_both_sentences_and_the_difference(tape: Tape) -> None:
    """Two runs stand side by side at one position of their comparison."""

    def forgetful(slots: Memslots, slot: MemorySlot, change: Change) -> None:
        slots.memslots[slots.used_slots] = slot

    other = record(forgetful, machine(), MemorySlot(4, 0x300, 0x80), Change.CREATE)
    difference = diff(other, tape)

    text = show_pair(other, tape, difference, difference.first or 0).text
    assert difference.sentence in text
    assert "yours:" in text
    assert "the kernel's:" in text
    assert "!=" in text
