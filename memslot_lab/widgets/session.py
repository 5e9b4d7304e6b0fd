"""What a playground does, without a widget: a log of requests, a cursor in it, and the verdict on each.

Every verdict is that of `Vm.set_user_memory_region()`; nothing here knows the rules a second time.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

from memslot_lab.captures.log import CaptureError, Request
from memslot_lab.captures.replay import requests_of
from memslot_lab.engine.lookup import id_to_memslot
from memslot_lab.engine.model import MemorySlot, Memslots
from memslot_lab.engine.region import (
    KVM_MEM_GUEST_MEMFD,
    KVM_MEM_LOG_DIRTY_PAGES,
    PAGE_SHIFT,
    UserspaceMemoryRegion,
    Vm,
)
from memslot_lab.engine.update import update_memslots
from memslot_lab.watch import Tape, record
from memslot_lab.widgets.log_text import HostAddresses, PlaygroundError, code_of, link_of, read_log
from memslot_lab.widgets.verdict import Entry, Verdict, answer, handed_over

__all__ = ["Entry", "PlaygroundError", "Session", "Verdict", "random_start"]

USER_SLOTS, MOST_SLOTS = 509, 32764  # on x86 before and since v5.12; the second for a capture with higher ids
LONGEST_LOG = 2000  # requests; a longer capture is cut, and says so
_SHELF = 20  # logs
_WINDOW, _GRID = 16 << 20, 256 << 10  # bytes: where random slots lie, and what their borders are multiples of


class Session:
    """A log of requests and a VM that has got those before the cursor.

    Parameters
    ----------
    entries : iterable of Entry
        The log to begin with; the cursor stands at its end.
    user_slots : int
        As `Vm` takes it.

    Attributes
    ----------
    entries : list[Entry]
        The whole log, those requests included that were taken back.
    cursor : int
        How many of them count.
    vm : Vm
        The machine after these.
    shelf : list[tuple[list[Entry], int, int]]
        Logs that were replaced or cut, the last one last, each with its cursor and `user_slots`.
    """

    def __init__(self, entries: Iterable[Entry] = (), *, user_slots: int = USER_SLOTS) -> None:
        self.shelf: list[tuple[list[Entry], int, int]] = []
        self._begin(entries, user_slots)

    def replace(self, entries: Iterable[Entry], *, user_slots: int = USER_SLOTS) -> None:
        """Begin anew with another log; the old one goes on the shelf."""
        self._shelve()
        self._begin(entries, user_slots)

    def _begin(self, entries: Iterable[Entry], user_slots: int) -> None:
        self.user_slots = user_slots
        self.entries = list(entries)
        self._verdicts: list[Verdict] = []
        self.vm, self.cursor = self._machine(), 0
        self.seek(len(self.entries))

    def _shelve(self) -> None:
        if self.entries:
            self.shelf = [*self.shelf[1 - _SHELF :], (self.entries[:], self.cursor, self.user_slots)]

    def bring_back(self) -> None:
        """Return to the log that was replaced or cut last.

        Raises
        ------
        PlaygroundError
            There is none.
        """
        if not self.shelf:
            raise PlaygroundError("there is no log to bring back; none has been replaced or cut so far")
        entries, cursor, user_slots = self.shelf.pop()
        self._begin(entries, user_slots)
        self.seek(cursor)

    def _machine(self) -> Vm:
        return Vm(self.user_slots)

    # The cursor.

    def seek(self, cursor: int) -> None:
        """Go to the state after so many requests, or as near as one can."""
        cursor = max(0, min(cursor, len(self.entries)))
        if cursor < self.cursor:
            self.vm, self.cursor = self._machine(), 0
        for number in range(self.cursor, cursor):
            verdict = answer(self.vm, self.entries[number])
            if number == len(self._verdicts):
                self._verdicts.append(verdict)
        self.cursor = cursor

    def undo(self) -> bool:
        """Take back the last request that changed something; return whether there was one."""
        back = next((n for n in reversed(range(self.cursor)) if self._verdicts[n].change), None)
        if back is not None:
            self.seek(back)
        return back is not None

    def redo(self) -> bool:
        """Make the next request count again that changes something; return whether there was any."""
        ahead = range(self.cursor, len(self.entries))
        if ahead:
            self.seek(next((n for n in ahead if self.verdict_of(n).change), ahead[-1]) + 1)
        return bool(ahead)

    # Requests.

    def request(self, region: UserspaceMemoryRegion) -> Verdict:
        """Make a request behind the cursor; a log that went on there goes on the shelf.

        Raises
        ------
        PlaygroundError
            The log is as long as one may be.
        """
        if self.cursor >= LONGEST_LOG:
            raise PlaygroundError(f"the log holds {LONGEST_LOG} requests, which is the most; undo some, or reset")
        if self.cursor < len(self.entries):
            self._shelve()
        del self.entries[self.cursor :], self._verdicts[self.cursor :]
        self.entries.append(Entry(region))
        self.seek(len(self.entries))
        return self._verdicts[-1]

    def set_region(self, slot: int, gpa: int, size: int, flags: int = 0, hva: int | None = None) -> Verdict:
        """Request a slot, by default at the host address that it has, or at a fresh one."""
        if hva is None:
            there = self.slot(slot)
            hva = there.userspace_addr if there and size else self._hosts().usual(slot, size)
        return self.request(UserspaceMemoryRegion(slot, flags, gpa, size, hva))

    def move(self, slot: int, gpa: int) -> Verdict:
        """Request that a slot begins at another address."""
        there = self.present(slot)
        return self.set_region(slot, gpa, there.npages << PAGE_SHIFT, there.flags)

    def flip_dirty_logging(self, slot: int) -> Verdict:
        """Request dirty logging for a slot that has none, and none for one that has it."""
        there = self.present(slot)
        flags = there.flags ^ KVM_MEM_LOG_DIRTY_PAGES
        return self.set_region(slot, there.base_gfn << PAGE_SHIFT, there.npages << PAGE_SHIFT, flags)

    def delete(self, slot: int) -> Verdict:
        """Request the delete of a slot."""
        return self.set_region(slot, 0, 0)

    def renumber(self, slot: int, to: int) -> Verdict:
        """Give a slot another id: delete it, then create it anew; two requests, for the kernel knows no other way.

        Raises
        ------
        PlaygroundError
            The slot is not there, or `to` is.
        """
        there = self.present(slot)
        if self.slot(to):
            raise PlaygroundError(f"slot {to} is there already; choose a free id, such as {self.free_id()}")
        gpa, size = there.base_gfn << PAGE_SHIFT, there.npages << PAGE_SHIFT
        if 0 <= to < self.user_slots:
            self.delete(slot)
        return self.set_region(to, gpa, size, there.flags, there.userspace_addr)

    def _hosts(self) -> HostAddresses:
        hosts = HostAddresses()
        for entry in self.entries[: self.cursor]:
            hosts.note(entry.region)
        return hosts

    # What is there.

    @property
    def memslots(self) -> Memslots:
        """The array, to be looked at only."""
        return self.vm.memslots[0]

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on the request before the cursor."""
        return self._verdicts[self.cursor - 1] if self.cursor else None

    def verdict_of(self, number: int) -> Verdict:
        """Return the verdict on a request of the log, also on one that was taken back."""
        return self._verdicts[number]

    def slot(self, slot_id: int) -> MemorySlot | None:
        """Return a slot, None if it is not there."""
        return id_to_memslot(self.memslots, slot_id) if 0 <= slot_id < self.memslots.capacity else None

    def present(self, slot_id: int) -> MemorySlot:
        """Return a slot that is there.

        Raises
        ------
        PlaygroundError
            It is not.
        """
        there = self.slot(slot_id)
        if there is None:
            raise PlaygroundError(f"slot {slot_id} is not there; choose one of those on the axis, or create it")
        return there

    def free_id(self) -> int:
        """Return the smallest id that no slot has; it may be outside what a full VM takes."""
        table = self.memslots.id_to_index[: self.user_slots]
        return table.index(-1) if -1 in table else self.user_slots

    def tape(self) -> Tape | None:
        """Record the last change before the cursor once more; None if nothing was changed yet."""
        last = next((n for n in reversed(range(self.cursor)) if self._verdicts[n].change), None)
        if last is None:
            return None
        change, vm = self._verdicts[last].change, self._machine()
        for entry in self.entries[:last]:
            answer(vm, entry)
        return record(update_memslots, vm.memslots[0], handed_over(self.entries[last].region, change), change)

    # The log as text.

    @property
    def code(self) -> str:
        """The log up to the cursor as a script."""
        entries = zip(self.entries[: self.cursor], self._verdicts, strict=False)
        return code_of([(entry.region, str(v.error) if v.error else "") for entry, v in entries], self.user_slots)

    @property
    def link(self) -> str:
        """The log up to the cursor as the fragment of a link."""
        return link_of([entry.region for entry in self.entries[: self.cursor]], self.user_slots)

    def paste(self, text: str) -> None:
        """Take over a log from what `code` or `link` gave.

        Raises
        ------
        PlaygroundError
            It is neither; the log is as it was.
        """
        regions, user_slots = read_log(text)
        if len(regions) > LONGEST_LOG:
            raise PlaygroundError(f"these are {len(regions)} requests; {LONGEST_LOG} are the most, leave some out")
        self.replace(map(Entry, regions), user_slots=user_slots)

    def load(self, path: Path | str, *, vm: int | None = None) -> str:
        """Take over the requests of a capture; return in words which.

        Parameters
        ----------
        path : Path or str
            A log that `replay()` reads.
        vm : int, optional
            Which VM of it, from 0; by default the one with the most requests.

        Raises
        ------
        CaptureError
            The file cannot be read or holds no such VM; the log is as it was.
        PlaygroundError
            Its memory is backed by guest_memfd.
        """
        entries, user_slots, words = _capture(Path(path), vm)
        self.replace(entries, user_slots=user_slots)
        return words


# Where a log may come from.


def random_start(seed: int) -> list[Entry]:
    """Return the creates of four to seven slots, in an order and with ids by chance; the same for the same seed."""
    chance = Random(seed)
    count = chance.randint(4, 7)
    borders = sorted(chance.sample(range(_WINDOW // _GRID), 2 * count))
    ranges = [(low * _GRID, (high - low) * _GRID) for low, high in zip(borders[::2], borders[1::2], strict=True)]
    chance.shuffle(ranges)
    ids = chance.sample(range(count + 2), count)
    hosts, entries = HostAddresses(), list[Entry]()
    for slot, (gpa, size) in zip(ids, ranges, strict=True):
        entries.append(Entry(UserspaceMemoryRegion(slot, 0, gpa, size, hosts.usual(slot, size))))
        hosts.note(entries[-1].region)
    return entries


def _capture(path: Path, vm: int | None) -> tuple[list[Entry], int, str]:
    requests = list(requests_of(path))
    counts = Counter(request.vm for request in requests)
    if not counts:
        raise CaptureError(f"{path}: holds no request to a VM; log one that uses KVM, or take another file")
    if vm is not None and vm not in counts:
        raise CaptureError(f"{path}: holds no request to VM {vm}; choose one of the VMs {sorted(counts)}")
    chosen = counts.most_common(1)[0][0] if vm is None else vm
    mine = [request for request in requests if request.vm == chosen]
    entries = [_entry(request, path) for request in mine if not request.region.slot >> 16][:LONGEST_LOG]
    words = f"{path.name}: {len(entries)} requests"
    if len(counts) > 1:
        words += f" of VM {chosen} (of {len(counts)} VMs)"
    if len(entries) < len(mine):
        words += f"; {len(mine) - len(entries)} more, of another address space or beyond {LONGEST_LOG}, are left out"
    highest = max((entry.region.slot for entry in entries if not entry.recorded), default=0)
    return entries, USER_SLOTS if highest < USER_SLOTS else MOST_SLOTS, words


def _entry(request: Request, path: Path) -> Entry:
    region = request.region
    if region.flags & KVM_MEM_GUEST_MEMFD:
        where = f"{path}: line {request.line}"
        raise PlaygroundError(f"{where} uses a guest_memfd, which a playground has not; replay() can read it")
    fields = (region.slot, region.flags, region.guest_phys_addr, region.memory_size, region.userspace_addr)
    return Entry(UserspaceMemoryRegion(*fields), request.errno)
