"""The stepper's screen and keys, without a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from memslot_lab.views.stepping import Stepper
from memslot_lab.views.walk import Walk
from memslot_lab.watch import Table

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
EVENT = "kvm_set_user_memory Slot#{} flags={:#x} gpa={:#x} size={:#x} ua={:#x} ret={}\n"
RAM = (0, 0, 0x0, 0x100000, 0x7F0000000000, 0)


def stepper(name: str, *keys: str) -> Stepper:
    """Return a stepper in one of the captures, after some keys."""
    one = Stepper(Walk(CAPTURES / name))
    for key in keys:
        assert one.press(key)
    return one


def screen(one: Stepper, width: int = 80, height: int = 24) -> list[str]:
    """Return the screen as text."""
    return ["".join(span.text for span in line) for line in one.lines(width, height)]


def frames(walk: Walk) -> Iterator[None]:
    """Stand at each frame of the log, one after the other."""
    yield
    while walk.next_frame():
        yield


@pytest.mark.parametrize("size", [(1, 1), (30, 5), (70, 18), (80, 24), (109, 30), (140, 40), (300, 90)])
@pytest.mark.parametrize("name", ["q72-pc-boot-vgastd.trace", "s61-live-scenarios.strace", "q72-mtree-f-pc-kvm.mtree"])
def test_screen_fills_the_terminal_exactly(name: str, size: tuple[int, int]) -> None:
    """Whatever is shown has as many lines and columns as the terminal."""
    one = stepper(name)
    for number in range(len(one.walk.answers)):
        one.walk.go_to(number)
        one.press("end")
        lines = screen(one, *size)
        assert [len(lines), *{len(line) for line in lines}] == [size[1], size[0]]


def test_screen_shows_each_part_at_every_frame_of_a_boot() -> None:
    """The request, both ends, the hand, the table, the lit line, the sentence and the counters are never cut off."""
    one = stepper("q72-pc-boot-vgastd.trace")
    for _ in frames(one.walk):
        lines = screen(one)
        text = "\n".join(lines)
        assert f"request {one.walk.number + 1} of 35" in lines[0]
        for part in (
            "HAND",
            "FRONT index 0, highest GFN",
            "BACK lowest GFN",
            "used_slots = ",
            "id_to_index",
            "kernel: ",
        ):
            assert part in text
        assert one.walk.tape
        frame = one.walk.tape[one.walk.step]
        assert sum("│>" in line for line in lines) == 1
        assert frame.sentence.split()[0] in text
        assert f"frame {one.walk.step} of {one.walk.last} " in text
        assert ("] (hole)" in text) == (frame.hole is not None)
        assert "more, with" not in text  # nine slots have room


@pytest.mark.parametrize("height", [18, 20, 24, 33, 60])
def test_screen_of_many_slots_counts_what_it_hides_and_shows_the_action(height: int) -> None:
    """Shown and hidden entries are all of them; what is written is among those shown."""
    one = stepper("q72-pc-dimm-100-shuffled.trace")
    one.walk.go_to(104)
    while one.walk.next_write():
        lines = [line[:36] for line in screen(one, height=height)]
        back = next(i for i, line in enumerate(lines) if " BACK" in line)
        shown = [int(found[1]) for line in lines[:back] if (found := re.match(r". \[ *(\d+)\]", line))]
        hidden = [int(found[1]) for line in lines[:back] if (found := re.search(r"… (\d+) more, with", line))]
        assert one.walk.tape
        places = {write.place for write in one.walk.tape[one.walk.step].writes if write.table is Table.MEMSLOTS}
        assert len(shown) + sum(hidden) == one.walk.tape.tables(one.walk.step).used
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert places <= set(shown)


def test_screen_of_a_shift_tells_who_moved() -> None:
    """The first shift of the third request: sentence, sign, hole and counters."""
    one = stepper("q72-pc-boot-vgastd.trace", "g", "1", "5", "enter")
    while "move slot" not in "\n".join(screen(one)):
        one.press("n")
    text = "\n".join(screen(one))

    assert "HAND  slot 4  0xe0..0xef" in text
    assert "move slot 0 from index 3 to index 4: its GFN 0x0 is below 0xe0" in text
    assert "● [4] slot 0  0x0..0x9f" in text
    assert "[3] (hole) still slot 0" in text
    assert "kernel: kvm_memslot_move_forward()" in text
    assert "1 shift   1 comparison" in text


def test_screen_of_a_delete_shows_the_stale_entry_behind_the_fence() -> None:
    """What the kernel leaves behind `used_slots` stays visible, and is called stale."""
    one = stepper("q72-pc-boot-vgastd.trace")
    one.walk.go_to(
        next(i for i, answer in enumerate(one.walk.answers) if answer.change and answer.change.name == "DELETE")
    )
    one.press("end")
    lines = screen(one)

    assert "DELETE (the slot goes)" in lines[1]
    back = next(i for i, line in enumerate(lines) if " BACK" in line)
    assert "stale" in lines[back + 1]


def test_screen_of_a_refusal_says_why_and_keeps_the_array() -> None:
    """No frames: the errno, the sentence, the array as it was."""
    one = stepper("q72-pc-12T-too-big.trace", "down")
    text = "\n".join(screen(one))

    assert "refused: EINVAL  slot 1  gpa 0x10000000000.." in text
    assert "[EINVAL] slot 1 has 0xbff40000 pages" in text
    assert "[0] slot 0  0x0..0xbffff" in text
    assert "no frames" in text


@pytest.mark.parametrize(
    ("request_", "verdict", "why"),
    [
        ((1, 0, 0x200000, 0x1000, 0, -17), "! the kernel EEXIST, the engine CREATE", "the engine would not"),
        ((1, 0, 0x1000, 0x1000, 0, 0), "! the kernel 0, the engine EEXIST", "overlaps slot 0"),
        (RAM, "no change", "nothing to do"),
        ((0, 8, 0, 0x100000, 0x7F0000000000, -22), "refused: EINVAL", "flags 0x8"),
    ],
)
def test_screen_of_a_request_without_effect_tells_its_kind(
    request_: tuple[int, ...], verdict: str, why: str, tmp_path: Path
) -> None:
    """A disagreement is shown with both answers; nothing to do is no refusal."""
    log = tmp_path / "a.trace"
    log.write_text(EVENT.format(*RAM) + EVENT.format(*request_))
    one = Stepper(Walk(log))
    one.press("down")
    text = " ".join(" ".join(screen(one)).split())

    assert verdict in text
    assert why in text


def test_screen_of_requests_that_are_not_all_in_the_log_warns() -> None:
    """The array may lack what strace did not print."""
    one = stepper("s61-live-scenarios.strace")
    one.walk.go_to(next(i for i, answer in enumerate(one.walk.answers) if answer.request.vm == 101))

    assert "1 earlier request of this VM cannot be read" in screen(one)[2]


def test_keys_walk_as_they_say() -> None:
    """Each key has its effect, and at both ends a sentence says that there is no more."""
    one = stepper("q72-pc-boot-vgastd.trace", "left")
    assert "this is the beginning" in screen(one)[-1]
    one.press("right")
    assert (one.walk.number, one.walk.step) == (0, 1)
    one.press("down")
    one.press("pagedown")
    assert (one.walk.number, one.walk.step) == (2, 0)
    one.press("left")
    assert (one.walk.number, one.walk.step) == (1, one.walk.last)
    one.press("home")
    one.press("up")
    assert (one.walk.number, one.walk.step) == (0, 0)
    one.press("pageup")
    assert "this is the first request" in screen(one)[-1]
    for key in ("g", "3", "4", "backspace", "5", "enter", "end"):
        one.press(key)
    assert (one.walk.number, one.walk.step) == (34, one.walk.last)
    one.press("right")
    assert "this is the end" in screen(one)[-1]
    one.press("n")
    assert "nothing is written from here on" in screen(one)[-1]


def test_keys_number_of_no_request_is_refused_and_esc_forgets_it() -> None:
    """The rule is named, and nothing moves."""
    one = stepper("q72-pc-boot-vgastd.trace", "g", "3", "6")
    assert "go to request: 36_" in screen(one)[-1]
    one.press("enter")
    assert "request 36 is not there: type a number from 1 to 35" in screen(one)[-1]
    for key in ("g", "5", "escape"):
        one.press(key)

    assert one.walk.number == 0
    assert "→ ← frame" in screen(one)[-1]


def test_keys_question_mark_lists_every_key_and_any_key_goes_back() -> None:
    """The help fits 80x24 and names each key and sign."""
    one = stepper("q72-pc-boot-vgastd.trace", "?")
    text = "\n".join(screen(one))
    for part in (
        "Home End",
        "PageDown",
        "n p",
        "g 12",
        "Ctrl-C",
        "● ○",
        "(hole)",
        "HAND",
        "FRONT",
        "any key goes back",
    ):
        assert part in text
    one.press("right")

    assert one.walk.step == 0
    assert "request 1 of 35" in screen(one)[0]


@pytest.mark.parametrize("before", [[], ["g"], ["?"]])
@pytest.mark.parametrize("key", ["q", "ctrl-c"])
def test_keys_to_leave_leave_from_everywhere(before: list[str], key: str) -> None:
    """From the help and from a half-typed number too."""
    assert not stepper("q72-microvm.trace", *before).press(key)


def test_screen_of_a_small_terminal_asks_for_more_room() -> None:
    """Too small is said, with both sizes."""
    text = " ".join(" ".join(screen(stepper("q72-microvm.trace"), 50, 10)).split())

    assert "50 x 10" in text
    assert "70 x 18" in text
