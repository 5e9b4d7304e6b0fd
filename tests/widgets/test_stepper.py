"""The stepper's Python side: what goes to the browser, what comes back, and what shows where no widget runs."""

import json
from typing import Any

import pytest
import traitlets

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.tape import show_pair, show_tape
from memslot_lab.watch import Tape, diff, record
from memslot_lab.widgets import Stepper


def machine() -> Memslots:
    """Return slots 1, 0, 3, highest GFN first."""
    slots = Memslots(capacity=6)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (1, 0x200)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


def forgetful(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    """Store the slot behind the others and do no more."""
    slots.memslots[slots.used_slots] = slot


@pytest.fixture
def tape() -> Tape:
    """A slot that goes in front of all others."""
    return record(update_memslots, machine(), MemorySlot(4, 0x300, 0x80), Change.CREATE)


@pytest.fixture
def wrong() -> Tape:
    """The same, gone wrong."""
    return record(forgetful, machine(), MemorySlot(4, 0x300, 0x80), Change.CREATE)


def shown(stepper: Stepper) -> dict[str, Any]:
    """Return what a notebook gets."""
    bundle = stepper._repr_mimebundle_()
    assert bundle is not None
    return bundle[0]


def test_stepper_takes_a_tape_or_its_data(tape: Tape) -> None:
    """A tape that came from a file is as good as one just recorded."""
    data = json.loads(json.dumps(tape.to_json()))

    assert json.loads(json.dumps(Stepper(tape).tape)) == Stepper(data).tape == data


@pytest.mark.parametrize(("keyword", "hint"), [("pedict", "'predict'"), ("steps", "'step'"), ("xyz", "help(Stepper)")])
def test_stepper_refuses_an_unknown_keyword_with_the_nearest(tape: Tape, keyword: str, hint: str) -> None:
    """A slip of the pen does not pass in silence."""
    with pytest.raises(TypeError) as caught:
        Stepper(tape, **{keyword: 1})

    assert f"has no keyword {keyword!r}" in str(caught.value)
    assert hint in str(caught.value)


def test_stepper_refuses_what_is_no_tape() -> None:
    """The message says what to pass."""
    with pytest.raises(traitlets.TraitError, match="int is no tape; pass what record"):
        Stepper(5)  # type: ignore[arg-type]


def test_stepper_shows_text_and_tables_beside_the_view(tape: Tape) -> None:
    """Where no widget runs, the state and the sentence of its step are read."""
    data = shown(Stepper(tape, step=7))

    assert data["text/plain"] == show_tape(tape, 7).text
    assert data["text/html"] == show_tape(tape, 7).html
    assert "application/vnd.jupyter.widget-view+json" in data


def test_stepper_that_asks_shows_no_answer_in_the_fallback(tape: Tape) -> None:
    """In predict mode only the beginning is there to read."""
    assert shown(Stepper(tape, predict=True, step=20))["text/plain"] == show_tape(tape, 0).text


def test_stepper_of_two_tapes_has_their_comparison(tape: Tape, wrong: Tape) -> None:
    """The pairs, the first difference and the names go to the browser, and show as text."""
    stepper = Stepper(wrong, other=tape, names=("mine", "theirs"))
    difference = diff(wrong, tape, names=("mine", "theirs"))

    assert stepper.comparison == difference.to_json()
    assert shown(stepper)["text/plain"] == show_pair(wrong, tape, difference).text


def test_stepper_with_another_tape_begins_anew(tape: Tape, wrong: Tape) -> None:
    """Answers and score belong to the tape that they were given for; so does a comparison."""
    stepper = Stepper(tape, other=tape, step=2)
    stepper.answers, stepper.score = [{"step": 3}], {"right": 1, "wrong": 0, "unsure": 0}

    stepper.tape = wrong
    assert (stepper.step, stepper.answers, stepper.score["right"]) == (0, [], 0)
    assert stepper.comparison == diff(wrong, tape).to_json()


@pytest.mark.parametrize("other", [False, True])
def test_stepper_says_what_is_wrong_with_a_tape_of_another_version(tape: Tape, other: bool) -> None:
    """Never a blank: the message stands where the state would."""
    stepper = Stepper(tape, other=tape if other else None)
    stepper.tape = {**tape.to_json(), "version": 9}

    assert "tape version 9" in shown(stepper)["text/plain"]
    assert "tape version 9" in shown(stepper)["text/html"]


def test_stepper_says_what_is_wrong_with_a_step_out_of_range(tape: Tape) -> None:
    """As the widget does."""
    assert "step 999: this tape has the steps 0 to" in shown(Stepper(tape, step=999))["text/plain"]


def test_stepper_carries_its_front_end_in_its_state(tape: Tape) -> None:
    """A saved notebook plays without the package, and each copy stays small."""
    stepper = Stepper(tape)

    assert "export default" in stepper._esm
    assert "import {" not in stepper._esm
    assert ".lm-place" in stepper._css
    assert len(stepper._esm) + len(stepper._css) < 65_000
