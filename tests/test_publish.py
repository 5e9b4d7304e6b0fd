"""Publishing: at each moment readers see old or new, never half; generations and frees as in the kernel."""

import pytest

from memslot_lab.engine import Change, MemorySlot, violations
from memslot_lab.engine.errors import NoSuchSlotError
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    MemslotSet,
    Moment,
    Publisher,
    Reader,
    install,
    is_invalid,
    set_memslot,
    steps,
)
from memslot_lab.views.publishing import Timeline, seen_text

SLOTS = [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]
CHANGES = [
    (MemorySlot(6, 0x180, 0x10), Change.CREATE),
    (MemorySlot(5, 0x200, 0x80, flags=1), Change.FLAGS_ONLY),
    (MemorySlot(0, 0x400, 0x80), Change.MOVE),
    (MemorySlot(3, 0, 0), Change.DELETE),
]
each_change = pytest.mark.parametrize(("slot", "change"), CHANGES, ids=[change.value for _, change in CHANGES])


def machine(*, address_spaces: int = 1) -> Publisher:
    """Return a VM with four slots."""
    vm = Publisher(capacity=8, address_spaces=address_spaces)
    for slot_id, gfn in SLOTS:
        set_memslot(vm, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return vm


def drive(vm: Publisher, slot: MemorySlot, change: Change, *, prepare: bool = True) -> list[tuple[Moment, str, int]]:
    """Go through the moments; who is waited for leaves. Return what a reader would find at each."""
    found: list[tuple[Moment, str, int]] = []
    for moment in steps(vm, slot, change, lambda: prepare):
        found.append((moment, seen_text(vm.active), vm.active.generation))
        for reader in vm.readers:
            if reader.name in moment.waits_for:
                reader.leave()
    return found


@each_change
def test_readers_at_every_moment_see_old_or_marked_or_new(slot: MemorySlot, change: Change) -> None:
    """A reader enters before each step and stays as long as it may; its set never changes under it."""
    vm = machine()
    held: list[tuple[Reader, list[MemorySlot]]] = []
    for moment in steps(vm, slot, change):
        for reader, slots in held:
            if reader.inside:
                assert reader.slots.memslots[: reader.slots.used_slots] == slots
                assert not reader.slots.freed
        assert violations(vm.active) == []
        reader = vm.enter(f"reader {len(held)}")
        held.append((reader, vm.active.memslots[: vm.active.used_slots]))
        for waited in vm.readers:
            if waited.name in moment.waits_for:
                waited.leave()


@each_change
def test_publications_are_two_where_the_slot_is_marked_first(slot: MemorySlot, change: Change) -> None:
    """A delete and a move advance the generation twice, a create and new flags once, each by the address spaces."""
    for address_spaces in (1, 2):
        vm = machine(address_spaces=address_spaces)
        before = vm.active.generation
        set_memslot(vm, slot, change)

        twice = change in (Change.DELETE, Change.MOVE)
        assert vm.active.generation - before == address_spaces * (2 if twice else 1)


def test_delete_is_seen_whole_marked_gone() -> None:
    """Three things that a reader may find, in this order."""
    vm = machine()
    found = drive(vm, MemorySlot(5, 0, 0), Change.DELETE)

    assert list(dict.fromkeys(seen for _, seen, _ in found)) == ["1 5 0 3", "1 5! 0 3", "1 0 3"]


def test_generation_has_bit_63_while_the_writer_waits() -> None:
    """From the store of the pointer until the last reader of the old set has left."""
    vm = machine()
    cpu = vm.enter("cpu")
    moments = steps(vm, MemorySlot(6, 0x180, 0x10), Change.CREATE)
    while not next(moments).waits_for:
        pass
    for _ in range(3):
        assert next(moments).waits_for == ("cpu",)
        assert vm.active.generation & KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS

    cpu.leave()
    assert next(moments).waits_for == ()
    assert vm.active.generation == len(SLOTS) + 1


def test_generations_of_two_address_spaces_never_meet() -> None:
    """Space 0 counts 0, 2, 4, ... and space 1 counts 1, 3, 5, ..."""
    spaces = [machine(address_spaces=2), machine(address_spaces=2)]
    spaces[1].active.generation += 1
    seen: list[set[int]] = [set(), set()]
    for numbers, vm in zip(seen, spaces, strict=True):
        for slot, change in CHANGES:
            set_memslot(vm, slot, change)
            numbers.add(vm.active.generation)

    assert not seen[0] & seen[1]


@each_change
def test_failed_prepare_backs_out(slot: MemorySlot, change: Change) -> None:
    """Readers find what was there before; of a delete or a move the generation tells, of a create it does not."""
    vm = machine()
    before, active = seen_text(vm.active), vm.active
    drive(vm, slot, change, prepare=False)

    assert seen_text(vm.active) == before
    assert vm.active is active
    assert vm.active.generation - len(SLOTS) == (2 if change in (Change.DELETE, Change.MOVE) else 0)


@each_change
@pytest.mark.parametrize("prepare", [True, False])
def test_every_set_but_the_active_one_is_freed(slot: MemorySlot, change: Change, prepare: bool) -> None:
    """No set leaks, and none is freed that a reader could find."""
    vm = machine()
    sets: list[MemslotSet] = [vm.active]
    for moment in steps(vm, slot, change, lambda: prepare):
        sets.append(vm.active)
        if moment.waits_for:
            vm.wait_for_readers()

    assert {id(slots) for slots in sets if not slots.freed} == {id(vm.active)}


def test_marked_slot_is_the_one_of_the_change() -> None:
    """INVALID is a flag beside those that the slot has."""
    vm = machine()
    set_memslot(vm, MemorySlot(5, 0x200, 0x80, flags=3), Change.FLAGS_ONLY)
    for _ in steps(vm, MemorySlot(5, 0, 0), Change.DELETE):
        marked = [slot for slot in vm.active.memslots[: vm.active.used_slots] if is_invalid(slot)]
        assert [(slot.id, slot.flags & 3) for slot in marked] in ([], [(5, 3)])


def test_copy_leaves_stale_entries_behind() -> None:
    """A fresh copy holds the entries in use and nothing behind them."""
    vm = machine()
    set_memslot(vm, MemorySlot(5, 0, 0), Change.DELETE)
    copied = vm.active.copy()

    assert vm.active.memslots[3] is not None
    assert copied.memslots[3] is None
    assert copied.generation == vm.active.generation


def test_delete_of_a_slot_that_is_not_there_is_refused() -> None:
    """Nothing is published."""
    vm = machine()
    with pytest.raises(NoSuchSlotError, match="slot 7 is not there to delete"):
        set_memslot(vm, MemorySlot(7, 0, 0), Change.DELETE)

    assert vm.active.generation == len(SLOTS)


def test_install_of_the_active_set_is_refused() -> None:
    """The writer would wait for readers that never have to leave."""
    vm = machine()
    with pytest.raises(ValueError, match="the active one already; install a copy"):
        install(vm, vm.active)


def test_reader_outside_or_in_freed_memory_is_told() -> None:
    """In the kernel both are bugs that nobody tells."""
    vm = machine()
    reader = vm.enter("cpu")
    vm.free(vm.active)
    with pytest.raises(RuntimeError, match="looks into a set that was freed"):
        reader.find(0x100)
    reader.leave()
    with pytest.raises(RuntimeError, match="has left its read section"):
        reader.find(0x100)


def test_timeline_shows_who_sees_what() -> None:
    """A row a moment; a reader's column ends when it has left."""
    vm = machine()
    timeline = Timeline(vm)
    cpu = vm.enter("vCPU 0")
    for moment in steps(vm, MemorySlot(5, 0, 0), Change.DELETE):
        timeline.note(moment)
        if moment.waits_for:
            cpu.leave()
    lines = repr(timeline).splitlines()

    assert lines[0].split("   ")[-1].strip() == "vCPU 0 sees"
    assert any("4, in progress" in line and line.rstrip().endswith("1 5 0 3") for line in lines)
    assert lines[-1].rstrip().endswith("(left)")
