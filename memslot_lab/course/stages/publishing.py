"""The stage of a writer: a publisher with an audience of readers, who tell what they saw."""

from collections.abc import Sequence
from typing import NamedTuple

from memslot_lab.course.stages.base import Args, Stage
from memslot_lab.engine.model import Change, MemorySlot
from memslot_lab.engine.update import update_memslots
from memslot_lab.publish import MemslotSet, Publisher, Reader
from memslot_lab.views.publishing import seen_text

__all__ = ["Look", "PublishStage", "Story"]


class Look(NamedTuple):
    """What one reader found: when it entered, and when it looked last; and whether it was forgotten in an old set."""

    name: str
    entered: str
    generation: int
    left: str
    forgotten: bool
    flags: tuple[int, ...] = ()  # of the slots that it found, when it entered


class Story(NamedTuple):
    """What all readers found, and what was there in the end."""

    looks: tuple[Look, ...]
    waits: tuple[int, ...]  # the generation during each wait
    active: str
    generation: int
    memory: str  # what became of the old sets


class _Audience(Publisher):
    """A publisher with an audience: a reader enters before everything and after each set that is published.

    A reader leaves when the writer waits for it, and looks once more before it goes.
    """

    def __init__(self, used: Sequence[MemorySlot], address_spaces: int, generation: int) -> None:
        super().__init__(max(slot.id for slot in used) + 2, address_spaces=address_spaces)
        for slot in used:
            update_memslots(self.active, slot, Change.CREATE)
        self.active.generation = generation
        self._looks: list[tuple[Reader, str, int, tuple[int, ...]]] = []
        self._left: dict[Reader, str] = {}
        self._waits: list[int] = []
        self._held: list[str] = []  # frees of what somebody still needs
        self._published = [self.active]
        self._audience("before")

    def publish(self, slots: MemslotSet) -> None:
        super().publish(slots)
        self._published.append(slots)
        self._audience(f"after publish {len(self._looks)}")

    def wait_for_readers(self) -> None:
        going = [reader for reader in self.readers if reader.inside and reader.slots is not self.active]
        self._left |= {reader: _sees(reader) for reader in going}
        self._waits += [self.active.generation] * bool(going)
        super().wait_for_readers()

    def free(self, slots: MemslotSet) -> None:
        if slots is self.active:
            self._held.append("the set that readers find was freed")
        elif self.readers_of(slots):
            self._held.append("a set with a reader in it was freed")
        super().free(slots)

    def story(self) -> Story:
        """Return what was seen so far; who is still inside looks once more."""
        looks = (
            Look(reader.name, entered, generation, self._left.get(reader, _sees(reader)), self._forgot(reader), flags)
            for reader, entered, generation, flags in self._looks
        )
        active, generation = seen_text(self.active), self.active.generation
        return Story(tuple(looks), tuple(self._waits), active, generation, self._memory())

    def _forgot(self, reader: Reader) -> bool:
        return reader.inside and reader.slots is not self.active

    def _memory(self) -> str:
        left = {id(slots) for slots in self._published if slots is not self.active and not slots.freed}
        old = f"{len(left)} old set{'s'[len(left) == 1 :]} not freed" if left else "each old set is freed"
        return "; ".join([*self._held, old])

    def _audience(self, name: str) -> None:
        reader = self.enter(name)
        used = self.active.memslots[: max(self.active.used_slots, 0)]
        flags = tuple(slot.flags for slot in used)
        self._looks.append((reader, _sees(reader), self.active.generation, flags))


def _sees(reader: Reader) -> str:
    return "freed memory" if reader.slots.freed else seen_text(reader.slots)


class PublishStage(Stage):
    """A set in use; a call is told by an id, or by a slot to be created in the copy that is handed over.

    Parameters
    ----------
    used : sequence of MemorySlot
        What the active set holds.
    address_spaces, generation : int
        Of the VM, and of the set.
    """

    def __init__(self, used: Sequence[MemorySlot], address_spaces: int, generation: int) -> None:
        self._vm = _Audience(used, address_spaces, generation)

    def arguments(self, args: Args) -> Args:
        (what,) = args
        if not isinstance(what, MemorySlot):
            return (self._vm, what)
        new = self._vm.active.copy()
        update_memslots(new, what, Change.CREATE)
        return (self._vm, new)

    def take(self, value: object) -> object:
        return f"the set with {seen_text(value)}" if isinstance(value, MemslotSet) else value

    def read(self) -> Story:
        return self._vm.story()
