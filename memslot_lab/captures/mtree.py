"""The flat view that QEMU's monitor prints for "info mtree -f", QEMU 5.2 to 10.0: an end state, not a history.

It names no slot ids, flags or host addresses, so its rows become creates with ids in the order of their addresses.

Source: mtree_print_flatview(), softmmu/memory.c, QEMU v7.2; real output of v7.2 and v10.0.
"""

import re
from collections.abc import Iterable, Iterator

from memslot_lab.captures.log import BadLine, Event, Request, Unused
from memslot_lab.engine.region import UserspaceMemoryRegion

__all__ = ["MARK", "read_requests"]

MARK = b"FlatView #"

_MEMORY = re.compile(rb'^ AS "memory",')
_ROW = re.compile(rb"^  ([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, [\w/-]+\): (.*?)\s*$")
_SLOT = re.compile(rb" KVM(?: owner:.*)?$")
_OTHER = Unused(other=True)


def read_requests(lines: Iterable[tuple[int, bytes]]) -> Iterator[Event]:
    """Yield one event a line: a create for each row of the address space "memory" that is a KVM slot."""
    slot, memory = 0, False
    for number, line in lines:
        if line.startswith(MARK):
            memory = False
        memory = memory or bool(_MEMORY.match(line))
        row = _ROW.match(line)
        if memory and line.startswith(b"  0") and not row:
            why = f"no whole row: {line.strip()[:120].decode(errors='replace')!r}"
            yield BadLine(number, why, cut=not line.endswith(b"\n"))
        elif memory and row and _SLOT.search(row[3]):
            start, last = int(row[1], 16), int(row[2], 16)  # the end is inclusive
            yield Request(number, 0, UserspaceMemoryRegion(slot, 0, start, last - start + 1, 0), 0)
            slot += 1
        else:
            yield _OTHER
