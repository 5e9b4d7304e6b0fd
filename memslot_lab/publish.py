"""How a changed array reaches its readers: a copy is edited and published whole; who reads sees old or new, never half.

A virtual CPU looks a guest frame up while another thread changes the memory map. The kernel makes it enter a read
section (SRCU) first. What it finds there is the set of memslots that was published when it entered, and stays so
until it leaves. The writer edits a set that nobody can reach, publishes it by one store of a pointer, and waits
until every reader of the old one has left.

Source: kvm_set_memslot(), install_new_memslots(), kvm_dup_memslots(), virt/kvm/kvm_main.c, v5.7; the flag and the
generation's bit: include/linux/kvm_host.h, v5.7.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias, cast

from memslot_lab.engine.errors import NoSuchSlotError
from memslot_lab.engine.lookup import id_to_memslot, search_memslots
from memslot_lab.engine.model import Change, Gfn, MemorySlot, Memslots
from memslot_lab.engine.update import update_memslots

__all__ = [
    "KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS",
    "KVM_MEMSLOT_INVALID",
    "MemslotSet",
    "Moment",
    "Publisher",
    "Reader",
    "install",
    "is_invalid",
    "set_memslot",
    "steps",
]

KVM_MEMSLOT_INVALID = 1 << 16  # a flag of a slot that is about to be deleted or moved
KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS = 1 << 63  # a bit of the generation while a writer waits for the readers

Prepare: TypeAlias = Callable[[], bool]


@dataclass(slots=True)
class MemslotSet(Memslots):
    """An array with the number that tells its readers whether what they remember is still true.

    Attributes
    ----------
    generation : int
        Grows with each set installed; bit 63 is set while readers of the set before may still be there.
    freed : bool
        Whether its memory was given back; nobody may look at it then.

    Notes
    -----
    Source: struct kvm_memslots, include/linux/kvm_host.h, v5.7.
    """

    generation: int = field(default=0, init=False)
    freed: bool = field(default=False, init=False)

    def copy(self) -> "MemslotSet":
        """Return an independent copy, without the entries behind the used ones.

        Notes
        -----
        Source: kvm_dup_memslots(), virt/kvm/kvm_main.c, v5.7.
        """
        new = cast("MemslotSet", Memslots.copy(self))
        new.memslots[new.used_slots :] = cast("list[MemorySlot]", [None] * (new.capacity - new.used_slots))
        return new


def is_invalid(slot: MemorySlot) -> bool:
    """Return whether a slot is marked: its frames may be looked up, and are not to be used."""
    return bool(slot.flags & KVM_MEMSLOT_INVALID)


@dataclass(eq=False, slots=True)
class Reader:
    """One who is inside a read section, a virtual CPU for instance; from `Publisher.enter()`.

    Parameters
    ----------
    name : str
        What it is called.
    slots : MemslotSet
        The set that was active when it entered; all that it can see.
    inside : bool
        Whether it has not left yet.
    """

    name: str
    slots: MemslotSet
    inside: bool = True

    def find(self, gfn: Gfn) -> MemorySlot | None:
        """Return the slot that holds a frame in the set that this reader entered with.

        Raises
        ------
        RuntimeError
            It has left, or its set was freed under it: in the kernel a use after free.
        """
        if not self.inside:
            raise RuntimeError(f"reader {self.name} has left its read section; enter again to look")
        if self.slots.freed:
            raise RuntimeError(f"reader {self.name} looks into a set that was freed; wait for readers before a free")
        return search_memslots(self.slots, gfn)

    def leave(self) -> None:
        """End the read section."""
        self.inside = False


class Publisher:
    """The set that readers find, and the readers.

    Parameters
    ----------
    capacity : int
        Number of slot ids.
    address_spaces : int
        How many the VM has; each set installed adds so much to the generation.

    Attributes
    ----------
    active : MemslotSet
        What a reader that enters now will see. Publishing is storing here.
    readers : list[Reader]
        Everybody who ever entered, in order.
    """

    def __init__(self, capacity: int = 512, *, address_spaces: int = 1) -> None:
        self.active = MemslotSet(capacity)
        self.address_spaces = address_spaces
        self.readers: list[Reader] = []

    def enter(self, name: str) -> Reader:
        """Begin a read section; what is active now is what the reader sees until it leaves."""
        reader = Reader(name, self.active)
        self.readers.append(reader)
        return reader

    def readers_of(self, slots: MemslotSet) -> list[Reader]:
        """Return who is still inside with this set."""
        return [reader for reader in self.readers if reader.inside and reader.slots is slots]

    def publish(self, slots: MemslotSet) -> None:
        """Make a set the active one: one store of a pointer, so that no reader finds it half there."""
        self.active = slots

    def wait_for_readers(self) -> None:
        """Return when everybody has left who entered with another set than the active one.

        Nobody runs beside the writer here, so those readers leave now.
        """
        for reader in self.readers:
            if reader.inside and reader.slots is not self.active:
                reader.leave()

    def free(self, slots: MemslotSet) -> None:
        """Give a set's memory back."""
        slots.freed = True


@dataclass(frozen=True, slots=True)
class Moment:
    """What the writer has just done; the publisher is as it is at that moment.

    Parameters
    ----------
    doing : str
        In a few words.
    function : str
        The kernel's function that does it.
    waits_for : tuple[str, ...]
        Readers that have to leave before the next moment comes.
    """

    doing: str
    function: str
    waits_for: tuple[str, ...] = ()


def install(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    """Publish a set, wait for the readers of the one before, count the generation on; return the one before.

    Raises
    ------
    ValueError
        It is the active set itself: nobody could ever leave it.

    Notes
    -----
    Source: install_new_memslots(), virt/kvm/kvm_main.c, v5.7.
    """
    old = vm.active
    for _ in _install(vm, slots):
        vm.wait_for_readers()
    return old


def _install(vm: Publisher, slots: MemslotSet) -> Iterator[Moment]:
    old = vm.active
    if slots is old:
        raise ValueError("this set is the active one already; install a copy of it, or the other set")
    generation = old.generation
    slots.generation = generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    yield Moment("publish the set; bit 63 of its generation says: wait", "install_new_memslots()", _names(vm, old))
    while vm.readers_of(old):
        yield Moment("wait for the readers of the old set", "install_new_memslots()", _names(vm, old))
    slots.generation = generation + vm.address_spaces
    yield Moment("all have left; count the generation on", "install_new_memslots()")


def _names(vm: Publisher, slots: MemslotSet) -> tuple[str, ...]:
    return tuple(reader.name for reader in vm.readers_of(slots))


def steps(vm: Publisher, slot: MemorySlot, change: Change, prepare: Prepare = lambda: True) -> Iterator[Moment]:
    """Change the memory map, and stop after each thing done, so that others can look; the caller asks for the next.

    Parameters
    ----------
    vm : Publisher
        Changed as the moments are drawn from the iterator.
    slot : MemorySlot
        New value of the slot; for a delete a blank one with the id.
    change : Change
        What happens to it.
    prepare : callable, optional
        What the architecture does before the change is final; False makes the kernel back out.

    Yields
    ------
    Moment
        A wait is yielded again and again until the readers that it names have left.

    Raises
    ------
    NoSuchSlotError
        A delete or a move of a slot that is not there.

    Notes
    -----
    Source: kvm_set_memslot(), virt/kvm/kvm_main.c, v5.7.
    """
    slots = vm.active.copy()
    yield Moment("copy the active set; only the writer knows the copy", "kvm_dup_memslots()")
    marked = change is Change.DELETE or change is Change.MOVE
    if marked:
        old = id_to_memslot(slots, slot.id)
        if old is None:
            raise NoSuchSlotError(f"slot {slot.id} is not there to {change.value.lower()}; create it first")
        slots.memslots[slots.id_to_index[slot.id]] = replace(old, flags=old.flags | KVM_MEMSLOT_INVALID)
        yield Moment("mark the slot INVALID in the copy", "kvm_set_memslot()")
        original = vm.active
        yield from _install(vm, slots)
        yield Moment("throw away what was mapped through the slot", "kvm_arch_flush_shadow_memslot()")
        # Subtle: what is edited now is the *first* set. Nobody can reach it any more, and nobody is left in it.
        slots = original
    if not prepare():
        yield Moment("prepare fails: back out", "kvm_arch_prepare_memory_region()")
        unused = vm.active if marked else slots
        if marked:
            yield from _install(vm, slots)
    else:
        update_memslots(slots, slot, change)
        yield Moment("edit the set that nobody can reach", "update_memslots()")
        unused = vm.active
        yield from _install(vm, slots)
    vm.free(unused)
    yield Moment("free the set that nobody needs", "kvm_set_memslot()")


def set_memslot(vm: Publisher, slot: MemorySlot, change: Change, prepare: Prepare = lambda: True) -> None:
    """Change the memory map from the first step to the last; readers that must leave do so.

    Examples
    --------
    >>> vm = Publisher(capacity=4)
    >>> set_memslot(vm, MemorySlot(id=1, base_gfn=0x100, npages=0x10), Change.CREATE)
    >>> cpu = vm.enter("vCPU 0")
    >>> set_memslot(vm, MemorySlot(id=1, base_gfn=0, npages=0), Change.DELETE)
    >>> cpu.inside, vm.active.used_slots, vm.active.generation
    (False, 0, 3)
    """
    for moment in steps(vm, slot, change, prepare):
        if moment.waits_for:
            vm.wait_for_readers()
