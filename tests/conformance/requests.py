"""Read the requests of tests/data/live_*.jsonl; take a `Vm`'s whole state as plain data."""

import json
import re
from dataclasses import fields
from errno import errorcode
from typing import Any

from memslot_lab.engine import MemslotError, Memslots, UserspaceMemoryRegion, Vm
from memslot_lab.engine.region import UserspaceMemoryRegion2

from .operations import DATA

HOST = 1 << 44  # stands for H; low enough for a region of 2**31 pages


def load_lines(name: str) -> list[dict[str, Any]]:
    """Return the objects of tests/data/NAME.jsonl."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


def parse_request(text: str, *, host: int = HOST, descriptors: dict[str, int] | None = None) -> UserspaceMemoryRegion:
    """Return the request that a text such as ``slot=0x0 flags=0x0 gpa=0x0 size=0x200000 hva=H+0x0`` tells.

    `host` takes the place of H; `descriptors` gives the numbers of descriptors that have names.
    """
    said = dict(word.split("=") for word in text.removesuffix(" (REGION2)").split())
    hva = sum(host if word == "H" else int(word, 16) for word in said.pop("hva").split("+"))
    memfd = said.pop("memfd", "0")
    slot, flags, gpa, size = (int(said.pop(key), 16) for key in ("slot", "flags", "gpa", "size"))
    if not text.endswith(" (REGION2)"):
        return UserspaceMemoryRegion(slot, flags, gpa, size, hva)
    fd = int(memfd) if re.fullmatch(r"\d+", memfd) else (descriptors or {})[memfd]
    return UserspaceMemoryRegion2(slot, flags, gpa, size, hva, fd, int(said.pop("offset", "0"), 16))


def verdict(vm: Vm, request: UserspaceMemoryRegion) -> str:
    """Make the request; return 0 or the errno's name, as the data files write it."""
    try:
        vm.set_user_memory_region(request)
    except MemslotError as error:
        return errorcode[error.errno]
    return "0"


def snapshot(vm: Vm) -> list[Any]:
    """Return everything that a request can change, but for the count of publications."""
    # Private tables are part of the state too: a refused request must not bind a guest_memfd.
    return [vm._files.copy(), vm._bindings.copy(), *map(array_of, vm.memslots)]


def array_of(slots: Memslots) -> dict[str, Any]:
    """Return every field by name, the lists copied; slots and warnings are frozen."""
    values = {field.name: getattr(slots, field.name) for field in fields(slots)}
    return {name: value.copy() if isinstance(value, list) else value for name, value in values.items()}
