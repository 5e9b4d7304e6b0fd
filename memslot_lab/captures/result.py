"""What a replayed log did: to each VM, and where the engine and the recorded kernel differ."""

from collections import Counter
from dataclasses import dataclass, field
from errno import errorcode
from pathlib import Path
from typing import Any, NamedTuple

from memslot_lab.captures.log import BadLine, NewVm, Request, Undecoded
from memslot_lab.engine.model import Change, MemorySlot
from memslot_lab.engine.region import UserspaceMemoryRegion

__all__ = ["Answer", "Disagreement", "Replay", "Span", "VmReplay", "errno_name"]


class Answer(NamedTuple):
    """What the engine says to a request.

    Parameters
    ----------
    request : Request
        With the recorded answer.
    change : Change or None
        What the request would do; None if it is refused, or changes nothing.
    errno : int
        0, or a positive errno.
    why : str
        The reason of a refusal.
    """

    request: Request
    change: Change | None
    errno: int
    why: str

    @property
    def applied(self) -> bool:
        """Whether the array was changed: both sides accept the request, and there is something to do."""
        return self.change is not None and not self.request.errno


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A request that the kernel and the engine answered differently.

    Parameters
    ----------
    line : int
        Line of the log, from 1.
    vm : int
        Which VM, from 0.
    region : UserspaceMemoryRegion
        The request.
    recorded, engine : int
        The two answers: 0, or a positive errno.
    why : str
        The engine's reason, empty where it accepts.
    """

    line: int
    vm: int
    region: UserspaceMemoryRegion
    recorded: int
    engine: int
    why: str


@dataclass(frozen=True, slots=True)
class Span:
    """A slot that stood unchanged in the array from one request to another.

    Parameters
    ----------
    slot : MemorySlot
        The slot.
    address_space : int
        Its address space.
    first, end : int
        It is there after the requests `first`..`end`-1 of its VM, counted from 0.
    """

    slot: MemorySlot
    address_space: int
    first: int
    end: int


@dataclass(slots=True)
class VmReplay:
    """What the log did to one VM.

    Attributes
    ----------
    line : int
        Line of the log where the VM begins, or that of its first request.
    memslots : list[list[MemorySlot]]
        The used slots at the end, highest GFN first, for each address space.
    kinds : Counter[str]
        Requests by kind: the names of Change, NOTHING for no change, REFUSED.
    shifts, compares : int
        What the updates cost in all.
    warnings : list[str]
        Sites of kernel warnings, in order.
    generation : int
        How many sets of memslots were installed: once for a create or new flags, twice for a delete or a move.
    undecoded : int
        Requests whose fields or answer the log does not hold: what they did is missing here.
    spans : list[Span]
        Who stood where and when, if `replay()` was asked for the history.
    """

    line: int
    memslots: list[list[MemorySlot]] = field(default_factory=list[list[MemorySlot]])
    kinds: Counter[str] = field(default_factory=Counter[str])
    shifts: int = 0
    compares: int = 0
    warnings: list[str] = field(default_factory=list[str])
    generation: int = 0
    undecoded: int = 0
    spans: list[Span] = field(default_factory=list[Span])

    @property
    def requests(self) -> int:
        """How many requests the VM got."""
        return self.kinds.total()

    @property
    def used_slots(self) -> int:
        """How many slots the VM has at the end, over all address spaces."""
        return sum(map(len, self.memslots))

    def to_json(self) -> dict[str, Any]:
        """Return plain data; slots are listed highest GFN first, one address space after the other."""
        return {
            "line": self.line,
            "requests": self.requests,
            "kinds": dict(self.kinds),
            "used_slots": self.used_slots,
            "slots": [
                {
                    "id": slot.id,
                    "base_gfn": slot.base_gfn,
                    "npages": slot.npages,
                    "flags": slot.flags,
                    "userspace_addr": slot.userspace_addr,
                    "address_space": space,
                }
                for space, slots in enumerate(self.memslots)
                for slot in slots
            ],
            "shifts": self.shifts,
            "compares": self.compares,
            "warnings": self.warnings,
            "generation": self.generation,
            "undecoded": self.undecoded,
        }


@dataclass(slots=True)
class Replay:
    """What a whole log did.

    Attributes
    ----------
    path : Path
        The log.
    format : str
        "strace", "qemu_trace" or "mtree".
    vms : list[VmReplay]
        One for each VM, in the order of their appearance.
    disagreements : list[Disagreement]
        Requests that the engine answers otherwise than the kernel did.
    bad_lines : list[BadLine]
        Lines that should hold a request and cannot be read; passed over.
    undecoded : list[Undecoded]
        Requests whose fields or answer the log does not hold; passed over.
    guesses : list[NewVm]
        VMs whose requests may have been taken for another's.
    ignored_lines : int
        Lines with something else.
    """

    path: Path
    format: str
    vms: list[VmReplay] = field(default_factory=list[VmReplay])
    disagreements: list[Disagreement] = field(default_factory=list[Disagreement])
    bad_lines: list[BadLine] = field(default_factory=list[BadLine])
    undecoded: list[Undecoded] = field(default_factory=list[Undecoded])
    guesses: list[NewVm] = field(default_factory=list[NewVm])
    ignored_lines: int = 0

    @property
    def kinds(self) -> Counter[str]:
        """Requests by kind, over all VMs."""
        return sum((vm.kinds for vm in self.vms), Counter[str]())

    @property
    def requests(self) -> int:
        """How many requests were replayed."""
        return self.kinds.total()

    @property
    def refused(self) -> int:
        """How many of them the kernel or the engine refused."""
        return self.kinds["REFUSED"]

    def to_json(self) -> dict[str, Any]:
        """Return plain data, as `memslot-lab replay --json` prints it."""
        return {
            "capture": str(self.path),
            "format": self.format,
            "requests": self.requests,
            "applied": self.requests - self.refused,
            "refused": self.refused,
            "ignored_lines": self.ignored_lines,
            "kinds": dict(self.kinds),
            "vms": [vm.to_json() for vm in self.vms],
            "disagreements": [
                {
                    "line": one.line,
                    "vm": one.vm,
                    "request": {name: getattr(one.region, name) for name in _REGION_FIELDS},
                    "recorded": errno_name(one.recorded),
                    "engine": errno_name(one.engine),
                    "why": one.why,
                }
                for one in self.disagreements
            ],
            "bad_lines": [{"line": bad.line, "why": bad.why} for bad in self.bad_lines],
            "undecoded": [{"line": one.line, "vm": one.vm, "why": one.why} for one in self.undecoded],
            "guesses": [{"line": one.line, "vm": one.vm, "why": one.guess} for one in self.guesses],
        }


_REGION_FIELDS = ("slot", "flags", "guest_phys_addr", "memory_size", "userspace_addr")


def errno_name(number: int) -> str:
    """Return "0", or the name of an errno."""
    return errorcode.get(number, str(number))
