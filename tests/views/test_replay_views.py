"""What a replayed log looks like, as text and as a picture."""

import os
from pathlib import Path

import pytest

from memslot_lab.captures.replay import replay
from memslot_lab.views.memory_plot import PlotError, memory_figure, save_memory_plot
from memslot_lab.views.replay import replay_text
from memslot_lab.views.units import flag_names, size_of

CAPTURES = Path(__file__).parents[1] / "data" / "captures"


def test_replay_text_of_a_boot_shows_the_array_between_labelled_ends() -> None:
    """Highest GFN first, both ends labelled, addresses in hex, sizes for people."""
    text = replay_text(replay(CAPTURES / "q72-pc-boot-vgastd.trace"))

    lines = text.splitlines()
    front, back = lines.index("  FRONT: highest GFN"), lines.index("  BACK: lowest GFN")
    assert back - front == 1 + 1 + 9
    assert lines[front + 2].split() == ["0", "1", "0xfffc0000..0xffffffff", "256", "KiB", "readonly", "0x7fe46a800000"]
    assert lines[back - 1].split()[:5] == ["8", "0", "0x0..0x9ffff", "640", "KiB"]
    assert "35 requests (22 create, 13 delete)" in text
    assert "68 shifts, 71 comparisons" in text
    assert "no disagreements" in text


def test_replay_text_of_many_vms_is_short_and_says_so() -> None:
    """Ten arrays are shown, the others are counted."""
    text = replay_text(replay(CAPTURES / "s61-live-scenarios.strace"))

    assert text.count("FRONT") == 10
    assert "95 more virtual machines: --json lists them all" in text
    assert "strace prints no fields" in text


@pytest.mark.parametrize(("npages", "text"), [(1, "4 KiB"), (0xA0, "640 KiB"), (0xFF00, "255 MiB"), (1 << 30, "4 TiB")])
def test_size_is_whole_in_its_unit(npages: int, text: str) -> None:
    """Sizes are given in the largest unit that leaves a whole number."""
    assert size_of(npages) == text


def test_flags_have_names() -> None:
    """Several names stand side by side, none is a dash."""
    assert [flag_names(flags) for flags in (0, 1, 3)] == ["-", "log-dirty", "log-dirty, readonly"]


@pytest.mark.parametrize("name", ["q72-pc-boot-vgastd.trace", "q72-pc-dimm-100-shuffled.trace"])
def test_memory_figure_labels_every_slot_that_stands_at_the_end(name: str) -> None:
    """For 10 slots and for 100, each id can be read, and no two labels of one instant share a place."""
    result = replay(CAPTURES / name, history=2000)

    axis = memory_figure(result, most=2000).axes[0]

    labels = {text.get_text().partition(":")[0] for text in axis.texts}
    assert {str(slot.id) for slot in result.vms[0].memslots[0]} <= labels
    assert len(axis.patches) == len(result.vms[0].spans)


def test_memory_plot_writes_a_picture(tmp_path: Path) -> None:
    """The file is a PNG of a sensible size."""
    path = tmp_path / "a.png"

    save_memory_plot(replay(CAPTURES / "s61-live-scenarios.strace", history=10), path, most=10)

    assert path.read_bytes().startswith(b"\x89PNG")


def test_memory_plot_over_its_own_capture_is_refused(tmp_path: Path) -> None:
    """The log is not lost, whatever it is called."""
    log = tmp_path / "log.png"
    log.write_bytes((CAPTURES / "q72-microvm.trace").read_bytes())

    with pytest.raises(PlotError, match="the capture itself"):
        save_memory_plot(replay(log, history=10), log, most=10)

    assert log.read_bytes() == (CAPTURES / "q72-microvm.trace").read_bytes()


def test_memory_plot_of_an_odd_file_name_is_drawn(tmp_path: Path) -> None:
    """A name is no formula and need not be text."""
    log = tmp_path / os.fsdecode(b"a$_$b\xff.trace")
    log.write_bytes((CAPTURES / "q72-microvm.trace").read_bytes())

    save_memory_plot(replay(log, history=10), tmp_path / "a.png", most=10)

    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("name", ["a.nonsense", "no/such/folder/a.png", "", "noending"])
def test_memory_plot_that_cannot_be_written_says_why(name: str, tmp_path: Path) -> None:
    """An unknown ending and a missing folder are errors with a next step."""
    result = replay(CAPTURES / "q72-microvm.trace", history=10)

    with pytest.raises(PlotError, match=r"an ending|choose another folder"):
        save_memory_plot(result, tmp_path / name, most=10)


def test_memory_figure_without_slots_is_refused() -> None:
    """Where nothing was mapped there is nothing to draw."""
    with pytest.raises(PlotError, match="nothing to draw"):
        memory_figure(replay(CAPTURES / "q72-mtree-f-q35-tcg.mtree"), most=10)
