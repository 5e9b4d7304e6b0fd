"""Walk through a log: request by request, and within a request frame by frame, forward and back."""

from collections import defaultdict
from pathlib import Path

from memslot_lab.captures.log import CaptureError
from memslot_lab.captures.replay import replay
from memslot_lab.captures.result import Answer
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.engine.region import PAGE_SHIFT
from memslot_lab.engine.update import update_memslots
from memslot_lab.watch import Tape, record

__all__ = ["Walk"]

_BETWEEN_COPIES = 256  # changes of an array: replaying so many takes a few milliseconds
_STEPS = 1 << 20  # lines that one request may run: an array of 32767 entries is walked to its end


class Walk:
    """A place in a log, and ways to go on from there.

    Each array is kept as what was done to it, with a copy every some hundred changes; a tape is only recorded of the
    request that is looked at.

    Parameters
    ----------
    path : Path or str
        The log.
    progress : bool
        Draw a bar while the log is read, as `replay()` does.

    Attributes
    ----------
    result : Replay
        What the whole log did.
    answers : list[Answer]
        What the engine says to each request.
    number : int
        The request looked at, from 0.
    step : int
        The frame looked at; 0 where the request has no tape.

    Raises
    ------
    CaptureError
        The log cannot be read, or holds no request.
    """

    def __init__(self, path: Path | str, *, progress: bool = False) -> None:
        self.answers: list[Answer] = []
        self.number, self.step = 0, 0
        self._histories: defaultdict[tuple[int, int], _History] = defaultdict(_History)
        self._places: list[int] = []  # for each request, how many changes its array had seen before
        self._recorded: tuple[int, Tape | None] = (-1, None)
        self.result = replay(path, progress=progress, each=self._take)
        if not self.answers:
            raise CaptureError(f"{path}: no request to step through; replay it without --step to see what it holds")

    def _take(self, answer: Answer) -> None:
        history = self._histories[_array_of(answer)]
        self.answers.append(answer)
        self._places.append(len(history.changes))
        if answer.applied and answer.change is not None:
            history.add(_slot_of(answer), answer.change)

    # Where we are.

    @property
    def answer(self) -> Answer:
        """What the engine says to the request looked at."""
        return self.answers[self.number]

    @property
    def tape(self) -> Tape | None:
        """What the request does to its array; None if it does nothing."""
        return self._tape_of(self.number)

    @property
    def slots(self) -> Memslots:
        """The array before the request; not to be changed, and good until the next step."""
        return self._slots_before(self.number)

    @property
    def last(self) -> int:
        """The last frame of the request."""
        return len(self.tape) - 1 if self.tape else 0

    def _tape_of(self, number: int) -> Tape | None:
        if self._recorded[0] != number:
            answer, tape = self.answers[number], None
            if answer.applied:
                slots, slot = self._slots_before(number), _slot_of(answer)
                tape = record(update_memslots, slots, slot, answer.change, steps=_STEPS)
            self._recorded = (number, tape)
        return self._recorded[1]

    def _slots_before(self, number: int) -> Memslots:
        return self._histories[_array_of(self.answers[number])].before(self._places[number])

    # Where to go. Each returns whether there was a way.

    def go_to(self, number: int, step: int = 0) -> bool:
        """Go to a request, from 0, and a frame of it, where -1 is the last."""
        if not 0 <= number < len(self.answers):
            return False
        self.number = number
        self.step = self.last if step < 0 else min(step, self.last)
        return True

    def next_frame(self) -> bool:
        """Go one frame on, from the last to the next request."""
        return self.go_to(self.number, self.step + 1) if self.step < self.last else self.go_to(self.number + 1)

    def previous_frame(self) -> bool:
        """Go one frame back, from the first to the end of the request before."""
        return self.go_to(self.number, self.step - 1) if self.step else self.go_to(self.number - 1, -1)

    def next_write(self) -> bool:
        """Go on to the next frame that writes, in this request or a later one."""
        for number in range(self.number, len(self.answers)):
            for step in self._writes(number):
                if (number, step) > (self.number, self.step):
                    return self.go_to(number, step)
        return False

    def previous_write(self) -> bool:
        """Go back to the last frame before this one that writes, in this request or an earlier one."""
        for number in range(self.number, -1, -1):
            for step in reversed(self._writes(number)):
                if (number, step) < (self.number, self.step):
                    return self.go_to(number, step)
        return False

    def _writes(self, number: int) -> list[int]:
        return [frame.step for frame in self._tape_of(number) or () if frame.writes]


class _History:
    """One array through time: what was done to it, and copies of it to go on from."""

    def __init__(self) -> None:
        self.changes: list[tuple[MemorySlot, Change]] = []
        self._capacity = 1
        self._copies: list[Memslots] = []  # of the array before change 0, 256, 512 ...
        self._cursor: tuple[int, Memslots] | None = None  # the array before one change

    def add(self, slot: MemorySlot, change: Change) -> None:
        self.changes.append((slot, change))
        self._capacity = max(self._capacity, slot.id + 1)  # the kernel's 32767 entries would only cost time

    def before(self, end: int) -> Memslots:
        """Return the array before change number `end`; good until the next call."""
        if not self._copies:
            self._copies.append(Memslots(self._capacity))
        nearest = min(end // _BETWEEN_COPIES, len(self._copies) - 1)
        begin = nearest * _BETWEEN_COPIES
        if self._cursor and begin <= self._cursor[0] <= end:
            begin, slots = self._cursor
        else:
            slots = self._copies[nearest].copy()
        for done in range(begin, end):
            update_memslots(slots, *self.changes[done])
            if done + 1 == len(self._copies) * _BETWEEN_COPIES:
                self._copies.append(slots.copy())
        self._cursor = (end, slots)
        return slots


def _array_of(answer: Answer) -> tuple[int, int]:
    """Return which array: VM and address space."""
    return answer.request.vm, answer.request.region.slot >> 16


def _slot_of(answer: Answer) -> MemorySlot:
    """Return the slot that the kernel hands to `update_memslots()`: blank but for its id to delete it."""
    region = answer.request.region
    if answer.change is Change.DELETE:
        return MemorySlot(region.slot & 0xFFFF, 0, 0)
    base_gfn, npages = region.guest_phys_addr >> PAGE_SHIFT, region.memory_size >> PAGE_SHIFT
    return MemorySlot(region.slot & 0xFFFF, base_gfn, npages, region.flags, region.userspace_addr)
