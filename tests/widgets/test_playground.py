"""What the playground does, without a browser: verdicts, the cursor, logs as text, and the values of its traits."""

import json
from pathlib import Path
from typing import Any

import pytest
import traitlets

from memslot_lab.captures.replay import replay, requests_of
from memslot_lab.engine import Change, Vm, violations
from memslot_lab.watch import Tape
from memslot_lab.widgets import Playground
from memslot_lab.widgets.log_text import PlaygroundError

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
BOOT = CAPTURES / "q72-pc-boot-vgastd.trace"


def ids(playground: Playground) -> list[int]:
    """Return the ids from the front to the back."""
    return [slot["id"] for slot in playground.slots]


@pytest.fixture
def playground() -> Playground:
    """Three slots: id 0 at 1 MiB, 1 at 4 MiB, 2 at 8 MiB, 1 MiB each."""
    playground = Playground()
    for address in ("1M", "4M", "8M"):
        assert playground.create(address, "1M")["ok"]
    return playground


# Requests.


def test_playground_traits_are_the_state(playground: Playground) -> None:
    """What a notebook reads is what the array holds."""
    slots = playground.memslots

    assert ids(playground) == [slot.id for slot in slots.memslots[:3]] == [2, 1, 0]
    assert (playground.used_slots, playground.id_to_index) == (3, {0: 2, 1: 1, 2: 0})
    assert [slot["base_gfn"] for slot in playground.slots] == [0x800, 0x400, 0x100]
    assert violations(slots) == []
    assert playground.verdict["sentence"].startswith("slot 2 is created at index 0")


def test_playground_change_comes_with_its_tape(playground: Playground) -> None:
    """The tape is that of the last update alone, and ends in the array shown."""
    playground.move(2, "2M")
    tape = Tape.from_json(playground.tape)

    assert tape.title == "update_memslots(slots, slot 2, MOVE)"
    assert tape.after == playground.memslots
    assert (tape.shifts, ids(playground)) == (1, [1, 2, 0])
    assert playground.step == len(tape) - 1


def test_playground_overlap_is_refused_and_changes_nothing(playground: Playground) -> None:
    """The errno, the sentence of the engine, and where it collides."""
    before = playground.slots

    verdict = playground.move(0, "0x480000")

    assert (verdict["ok"], verdict["errno"], verdict["collides_with"]) == (False, "EEXIST", [1])
    assert verdict["overlaps"] == [[0x480, 0x80]]
    assert "overlaps slot 1 (gfn 0x400..0x4ff)" in verdict["sentence"]
    assert playground.slots == before


@pytest.mark.parametrize(
    ("request_", "errno"),
    [
        ((3, "0x1001", "1M"), "EINVAL"),
        ((509, "32M", "1M"), "EINVAL"),
        ((3, "1M", 0), "EINVAL"),
        ((0, "1M", "2M"), "EINVAL"),
    ],
)
def test_playground_refusals_are_those_of_the_engine(
    playground: Playground, request_: tuple[Any, ...], errno: str
) -> None:
    """Alignment, the id, a delete of nothing, a new size: the kernel's errno each time."""
    assert playground.request(*request_)["errno"] == errno
    assert ids(playground) == [2, 1, 0]


def test_playground_delete_flags_and_new_id(playground: Playground) -> None:
    """Delete, dirty logging there and back, and an id that changes by two requests, said so."""
    assert playground.delete(1)["change"] == "DELETE"
    assert playground.flip_dirty_logging(0)["change"] == "FLAGS_ONLY"
    assert playground.slots[-1]["flags"] == 1
    assert playground.flip_dirty_logging(0)["ok"]

    verdict = playground.renumber(2, 7)

    assert ids(playground) == [7, 0]
    assert verdict["sentence"].startswith("an id cannot change, so slot 2 was deleted first")
    assert len(playground.requests) == 8


def test_playground_request_that_changes_nothing_says_so(playground: Playground) -> None:
    """The kernel returns 0 and does nothing."""
    verdict = playground.move(0, "1M")

    assert (verdict["ok"], verdict["change"]) == (True, None)


# The cursor.


def test_playground_undo_and_redo_walk_the_log(playground: Playground) -> None:
    """Each state comes back; a new request after an undo begins from there."""
    assert playground.verdict["slot"] == 2
    playground.undo()
    playground.undo()
    assert (ids(playground), playground.cursor) == ([0], 1)
    playground.redo()
    assert ids(playground) == [1, 0]

    playground.create("16M", "1M")
    assert ids(playground) == [2, 1, 0]
    with pytest.raises(PlaygroundError, match="nothing to redo"):
        playground.redo()


def test_playground_undo_of_nothing_is_told() -> None:
    """There is a sentence instead of a silence."""
    with pytest.raises(PlaygroundError, match="no change to undo"):
        Playground().undo()


def test_playground_reset_returns_to_the_beginning_and_can_be_taken_back(playground: Playground) -> None:
    """Nothing is lost by it."""
    playground.reset()
    assert playground.slots == []

    playground.bring_back()
    assert ids(playground) == [2, 1, 0]


def test_playground_same_seed_same_start() -> None:
    """A seed is a start, legal, and another seed another one."""
    one, same, other = Playground(seed=7), Playground(seed=7), Playground(seed=8)

    assert one.slots == same.slots != other.slots
    assert (one.seed, violations(one.memslots)) == (7, [])
    assert "seed 7" in one.origin


# Logs as text.


@pytest.mark.parametrize("way", ["code", "link"])
def test_playground_log_comes_back_from_text(playground: Playground, way: str) -> None:
    """Creates, a refusal, a move, flags, a delete: the same requests, the same state."""
    playground.move(0, "4M")  # refused
    playground.move(0, "32M")
    playground.flip_dirty_logging(1)
    playground.delete(2)

    back = Playground.from_link(playground.link) if way == "link" else Playground.from_code(playground.code)

    assert back.requests == playground.requests
    assert back.slots == playground.slots
    assert (back.link, back.code) == (playground.link, playground.code)


def test_playground_code_runs_as_a_script(playground: Playground) -> None:
    """Anybody's Python makes the same array of it."""
    playground.move(0, "4M")  # refused: the script has to go on
    playground.move(0, "32M")
    space: dict[str, Any] = {}
    exec(playground.code, space)

    (vm,) = [value for value in space.values() if isinstance(value, Vm)]
    assert vm.memslots[0].memslots[:3] == playground.memslots.memslots[:3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "#ops=1~",
        "#ops=9~0.0.a0000",
        "#ops=1~zz",
        "import os\nos.remove('x')",
        "vm.close()",
        "vm = Vm(",
        "1" * 99,
    ],
)
def test_playground_text_that_is_no_log_is_refused(playground: Playground, text: str) -> None:
    """The message is one sentence, nothing runs, and the array stays."""
    with pytest.raises(PlaygroundError) as caught:
        playground.paste(text)

    assert len(str(caught.value)) > 20
    assert ids(playground) == [2, 1, 0]


# Captures.


def test_playground_capture_is_replayed_request_by_request() -> None:
    """The same end as replay(), and every moment on the way."""
    playground = Playground(capture=BOOT)
    end = replay(BOOT).vms[0].memslots[0]

    assert len(playground.requests) == len(list(requests_of(BOOT))) == 35
    assert playground.memslots.memslots[: playground.used_slots] == end
    playground.seek(2)
    assert ids(playground) == [1, 0]
    assert playground.verdict["change"] == Change.CREATE.value


def test_playground_capture_that_is_missing_is_told(tmp_path: Path) -> None:
    """With the path in it."""
    with pytest.raises(Exception, match=r"gone\.trace"):
        Playground(capture=tmp_path / "gone.trace")


# The widget.


@pytest.mark.parametrize(
    ("keyword", "words"), [("sede", "did you mean 'seed'"), ("slots", "no keyword 'slots'"), ("zzz", "it takes")]
)
def test_playground_unknown_keyword_is_refused(keyword: str, words: str) -> None:
    """With the nearest name."""
    with pytest.raises(TypeError, match=words):
        Playground(**{keyword: 1})


def test_playground_values_are_for_reading(playground: Playground) -> None:
    """The methods change them; an assignment is refused."""
    with pytest.raises(traitlets.TraitError):
        playground.slots = []


def send(playground: Playground, **content: Any) -> None:
    """Hand over a message as the front end sends it."""
    playground._receive(playground, content, [])


def test_playground_message_does_what_the_method_does(playground: Playground) -> None:
    """The mouse asks by message."""
    send(playground, do="create", number=1, guest_phys_addr=0x2000000, memory_size="640K")

    assert ids(playground) == [3, 2, 1, 0]
    assert playground.trouble == ""


@pytest.mark.parametrize(
    "content",
    [{"do": "undo_all"}, {"do": "create"}, {}, {"do": "move", "slot": 77, "guest_phys_addr": 0}, {"do": "_show"}],
)
def test_playground_message_that_goes_wrong_is_said(playground: Playground, content: dict[str, Any]) -> None:
    """Never a silence, and the array stays."""
    send(playground, number=1, **content)

    assert playground.trouble
    assert ids(playground) == [2, 1, 0]


def test_playground_picture_is_text_and_a_table(playground: Playground) -> None:
    """Where no widget runs, the array, the verdict and the log are there; nothing that a sanitiser takes."""
    bundle, _ = playground._repr_mimebundle_()  # type: ignore[misc]

    assert bundle["text/plain"] == str(playground.picture())
    assert "slot 2 is created at index 0" in bundle["text/plain"]
    assert "log: 3 of 3 requests" in bundle["text/plain"]
    assert "<table" in bundle["text/html"]
    assert not any(word in bundle["text/html"] for word in ("<svg", "<script", "<style", " class="))


def test_playground_traits_are_json(playground: Playground) -> None:
    """The state can travel."""
    assert json.dumps({name: getattr(playground, name) for name in playground.keys if not name.startswith("_")
                       and name not in ("layout", "comm", "tabbable", "tooltip")})  # fmt: skip
