"""The flat view that QEMU's monitor prints for "info mtree -f", QEMU 5.2 to 10.0: an end state, not a history.

It names no slot ids, flags or host addresses, so its rows become creates with ids in the order of their addresses.

Source: mtree_print_flatview(), softmmu/memory.c, QEMU v7.2; real output of v7.2 and v10.0.
"""

import re
from collections.abc import Iterable, Iterator

from memslot_lab.captures.log import BadLine, Event, NewVm, Request, Unused, bad_line
from memslot_lab.engine.errors import FieldWidthError
from memslot_lab.engine.region import UserspaceMemoryRegion

__all__ = ["MARK", "read_requests"]

MARK = re.compile(rb"^FlatView #\d")

_MEMORY = re.compile(rb'^ AS "memory",')
_ROW = re.compile(rb"^  ([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, [\w/-]+\): (.*?)\s*$")
_SLOT = re.compile(rb" KVM(?: owner:.*)?$")
_OTHER = Unused(other=True)


def read_requests(lines: Iterable[tuple[int, bytes]]) -> Iterator[Event]:
    """Yield one event a line: a create for each row of the address space "memory" that is a KVM slot.

    Each further view of that address space, where the command was given again, is a VM of its own.
    """
    vm, slot, memory = -1, 0, False
    for number, line in lines:
        row = _ROW.match(line)
        if MARK.match(line):
            memory = False
            yield _OTHER
        elif _MEMORY.match(line):
            vm, slot, memory = vm + 1, 0, True
            yield NewVm(number, vm, vm - 1)
        elif memory and not line.endswith(b"\n") and not (row and _SLOT.search(row[3])):
            yield bad_line(number, "no whole row", line)
        elif memory and row and _SLOT.search(row[3]):
            yield _request(number, vm, slot, row)
            slot += 1
        elif memory and not row and line.startswith(b"  0"):
            yield bad_line(number, "no whole row", line)
        else:
            yield _OTHER


def _request(number: int, vm: int, slot: int, row: re.Match[bytes]) -> Request | BadLine:
    start, last = int(row[1], 16), int(row[2], 16)  # the end is inclusive
    try:
        return Request(number, vm, UserspaceMemoryRegion(slot, 0, start, last - start + 1, 0), 0)
    except FieldWidthError as error:
        return BadLine(number, str(error), cut=False)
