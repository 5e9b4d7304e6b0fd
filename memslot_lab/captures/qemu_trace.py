"""QEMU's trace event kvm_set_user_memory, as QEMU 5.2 to 10.0 write it with the log backend.

Source: the event's lines in accel/kvm/trace-events, QEMU v5.2, v7.2, v10.0; real logs of all three.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from memslot_lab.captures.log import Event, Request, Unused, bad_line
from memslot_lab.engine.errors import FieldWidthError
from memslot_lab.engine.region import KVM_MEM_GUEST_MEMFD, UserspaceMemoryRegion, UserspaceMemoryRegion2

__all__ = ["MARK", "read_requests"]

# The space behind the name keeps QEMU's own error messages out, which begin with kvm_set_user_memory_region.
_NAME = b"kvm_set_user_memory "
MARK = re.compile(_NAME)

_EVENT = re.compile(
    rb"kvm_set_user_memory (?:AddrSpace#(\d+) )?Slot#(\d+) flags=0x([0-9a-fA-F]+) gpa=0x([0-9a-fA-F]+)"
    rb" size=0x([0-9a-fA-F]+) ua=0x([0-9a-fA-F]+)(?: guest_memfd=(-?\d+) guest_memfd_offset=0x([0-9a-fA-F]+))?"
    rb" ret=(-?\d+)\s*"
)
_OTHER = Unused(other=True)


def read_requests(lines: Iterable[tuple[int, bytes]]) -> Iterator[Event]:
    """Yield one event a line; every request belongs to VM 0, since the trace does not name its VM."""
    for number, line in lines:
        start = line.find(_NAME)
        if start >= 0:
            try:
                region, error = _region_and_errno(line[start:])
            except (ValueError, FieldWidthError) as trouble:
                yield bad_line(number, str(trouble), line[start:])
                continue
            # Subtle: of a last line without its end, only an answer of 0 is sure to be whole.
            whole = not error or line.endswith(b"\n")
            yield Request(number, 0, region, error) if whole else bad_line(number, "no whole errno", line)
        elif not line.endswith(b"\n") and any(line.endswith(_NAME[:length]) for length in range(4, len(_NAME))):
            yield bad_line(number, "no whole line", line)
        else:
            yield _OTHER


@lru_cache(maxsize=4096)  # a guest that boots again asks for the same regions again
def _region_and_errno(event: bytes) -> tuple[UserspaceMemoryRegion, int]:
    found = _EVENT.fullmatch(event)
    if not found:
        raise ValueError("no whole kvm_set_user_memory event")
    space, slot, flags, gpa, size, hva, memfd, offset, result = found.groups()
    fields = int(slot) | int(space or 0) << 16, int(flags, 16), int(gpa, 16), int(size, 16), int(hva, 16)
    # Subtle: v10.0 prints an offset even for ordinary memory; only the flag tells.
    if memfd and fields[1] & KVM_MEM_GUEST_MEMFD:
        return UserspaceMemoryRegion2(*fields, int(memfd), int(offset, 16)), -int(result)
    return UserspaceMemoryRegion(*fields), -int(result)
