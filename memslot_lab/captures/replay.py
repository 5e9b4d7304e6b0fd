"""Replay a real log through the engine and compare every verdict with the recorded one."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from errno import EINVAL
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path

from memslot_lab.captures import mtree, qemu_trace, strace
from memslot_lab.captures.log import BadLine, CaptureError, Event, NewVm, Request, Undecoded, Unused, numbered_lines
from memslot_lab.captures.result import Answer, Disagreement, Replay, Span, VmReplay
from memslot_lab.cost import cost_of
from memslot_lab.engine.errors import MemslotError
from memslot_lab.engine.lookup import for_each_memslot
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.engine.region import UserspaceMemoryRegion, UserspaceMemoryRegion2, Vm

__all__ = ["replay", "requests_of"]

_MEMFD_SIZE = 1 << 63  # no log tells how large a guest_memfd is


def replay(
    path: Path | str, *, history: int = 0, progress: bool = False, each: Callable[[Answer], object] | None = None
) -> Replay:
    """Replay a log of QEMU's trace event, of strace, or a flat view, plain or gzip; the content tells which.

    A request that only one side accepts is a disagreement, and is not applied.

    Parameters
    ----------
    path : Path or str
        The log.
    history : int
        Keep the spans of the first so many requests of each VM.
    progress : bool
        Draw a bar on standard error if that is a terminal and tqdm is installed.
    each : callable, optional
        Called with the answer to each request, in order.

    Raises
    ------
    CaptureError
        The file cannot be read, holds no request, or ends inside one.

    Notes
    -----
    Cost: constant memory but for what is reported; the file is read once, line by line.
    """
    path = Path(path)
    name, events = _open(path, progress=progress)
    player = _Player(path, name, history, each)
    for event in events:
        if type(event) is Request:  # nearly always, and faster than isinstance()
            player.request(event)
        else:
            player.other(event)
    return player.finish()


def requests_of(path: Path | str) -> Iterator[Request]:
    """Yield the requests of a log one by one, as they were recorded; lines that cannot be read are passed over.

    Raises
    ------
    CaptureError
        The file cannot be read or is no log of requests.
    """
    _, events = _open(Path(path), progress=False)
    return (event for event in events if isinstance(event, Request))


def _open(path: Path, *, progress: bool) -> tuple[str, Iterator[Event]]:
    """Tell the format by the first line that has one of them; return its name and one event a line."""
    lines = numbered_lines(path, progress=progress)
    number = 0
    for number, line in lines:
        for name, reader in (("strace", strace), ("qemu_trace", qemu_trace), ("mtree", mtree)):
            if reader.MARK.search(line):
                events = reader.read_requests(chain([(number, line)], lines))
                return name, chain(repeat(Unused(other=True), number - 1), events)
    raise CaptureError(
        f"{path}: no region request in its {number} lines; expected a log of qemu -trace kvm_set_user_memory, "
        f"of strace -f -e trace=ioctl, or the output of info mtree -f"
    )


@lru_cache(maxsize=4096)
def _shifts_and_compares(change: Change, used_slots: int, old: int, new: int) -> tuple[int, int]:
    cost = cost_of(change, used_slots=used_slots, old=old, new=new)
    return cost.shifts, cost.compares


class _Player:
    """The VMs of a log while it is read."""

    def __init__(self, path: Path, name: str, history: int, each: Callable[[Answer], object] | None) -> None:
        self.result = Replay(path, name)
        self._history = history
        self._each = each
        self._running: dict[int, _RunningVm] = {}

    def request(self, event: Request) -> None:
        """Answer a request."""
        running = self._running.get(event.vm) or self._begin(event.line, event.vm)
        disagreement = running.request(event)
        if disagreement:
            self.result.disagreements.append(disagreement)
        if self._each:
            self._each(Answer(event, *running.verdict))

    def other(self, event: Event) -> None:
        """Take in what a line without a request says."""
        if isinstance(event, Unused):
            self.result.ignored_lines += event.other
        elif isinstance(event, NewVm):
            if event.replaces in self._running:
                self._running.pop(event.replaces).finish()
            self._begin(event.line, event.vm)
            if event.guess:
                self.result.guesses.append(event)
        elif isinstance(event, Undecoded):
            self.result.undecoded.append(event)
            running = self._running.get(event.vm) or self._begin(event.line, event.vm)
            running.report.undecoded += event.effect
        elif isinstance(event, BadLine):
            self.result.bad_lines.append(event)

    def finish(self) -> Replay:
        """Close all VMs; refuse a log without requests or with half a request at its end."""
        result = self.result
        bad = result.bad_lines[-1] if result.bad_lines else None
        if bad and bad.cut:
            raise CaptureError(
                f"{result.path}: the log ends in line {bad.line} inside a request ({bad.why}); "
                f"{result.requests} requests before it are whole: delete line {bad.line}, or log again"
            )
        if not result.requests and not result.undecoded and result.format != "mtree":  # TCG has no slots
            first = f"; line {result.bad_lines[0].line}: {result.bad_lines[0].why}" if bad else ""
            raise CaptureError(
                f"{result.path}: looks like {result.format}, but no line holds a whole region request{first}"
            )
        for running in self._running.values():
            running.finish()
        return result

    def _begin(self, line: int, vm: int) -> "_RunningVm":
        self._running[vm] = _RunningVm(line, self._history)
        self.result.vms.append(self._running[vm].report)
        return self._running[vm]


class _RunningVm:
    """One VM of the log while it gets requests."""

    def __init__(self, line: int, history: int) -> None:
        self.report = VmReplay(line)
        self.verdict: tuple[Change | None, int, str] = (None, 0, "")  # on the last request
        self._vm = Vm()
        self._count = 0
        self._history = history
        self._standing: dict[int, tuple[int, MemorySlot]] = {}  # slot number: since which request, as what
        self._memfds: dict[int, int] = {}  # descriptor in the log: descriptor here

    def request(self, event: Request) -> Disagreement | None:
        """Answer a request, carry it out if both sides accept it, and count what it costs."""
        vm, report, region = self._vm, self.report, event.region
        if isinstance(region, UserspaceMemoryRegion2):
            region = self._translate(region)

        change, verdict, why = None, 0, ""
        try:
            change = vm.classify(region)
        except MemslotError as error:
            if event.errno != EINVAL and self._learns(region):
                return self.request(event)
            verdict, why = error.errno, str(error)
            with suppress(MemslotError):
                vm.set_user_memory_region(region)  # refused again, and what backing out installs is counted

        if verdict or event.errno:
            report.kinds["REFUSED"] += 1
        elif change is None:
            report.kinds["NOTHING"] += 1
        else:
            report.kinds[change.value] += 1
            self._apply(region, change)
        self._count += 1
        self.verdict = change, verdict, why
        if verdict != event.errno:
            return Disagreement(event.line, event.vm, event.region, event.errno, verdict, why)
        return None

    def _learns(self, region: UserspaceMemoryRegion) -> bool:
        """Take in what no log says: any answer but EINVAL shows a second address space, or a larger user space."""
        vm, end = self._vm, region.userspace_addr + region.memory_size
        if region.slot >> 16 == 1 == len(vm.memslots):
            vm.memslots.append(Memslots(vm.memslots[0].capacity))
        elif end > vm.user_end:
            vm.user_end = end
        else:
            return False
        return True

    def finish(self) -> None:
        """Fill in what the report says of the end."""
        report = self.report
        report.memslots = [list(for_each_memslot(slots)) for slots in self._vm.memslots]
        report.warnings = [warning.site for slots in self._vm.memslots for warning in slots.warnings]
        report.generation = self._vm.publications
        for number in list(self._standing):
            self._end_span(number, min(self._count, self._history))

    def _apply(self, region: UserspaceMemoryRegion, change: Change) -> None:
        slots, slot_id = self._vm.memslots[region.slot >> 16], region.slot & 0xFFFF
        used_slots, old = slots.used_slots, slots.id_to_index[slot_id]
        self._vm.apply(region, change)
        new = slots.id_to_index[slot_id]

        shifts, compares = _shifts_and_compares(change, used_slots, old, new)
        self.report.shifts += shifts
        self.report.compares += compares
        if self._count < self._history:
            self._end_span(region.slot, self._count)
            if change is not Change.DELETE:
                self._standing[region.slot] = self._count, slots.memslots[new]

    def _end_span(self, number: int, end: int) -> None:
        if number in self._standing:
            first, slot = self._standing.pop(number)
            self.report.spans.append(Span(slot, number >> 16, first, end))

    def _translate(self, region: UserspaceMemoryRegion2) -> UserspaceMemoryRegion2:
        """Name a guest_memfd by the descriptor that it has here."""
        if region.guest_memfd not in self._memfds:
            self._memfds[region.guest_memfd] = self._vm.create_guest_memfd(_MEMFD_SIZE)
        return replace(region, guest_memfd=self._memfds[region.guest_memfd])
