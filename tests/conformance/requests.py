"""Read tests/data/live_guest_memfd.jsonl; take a `Vm`'s whole state as plain data."""

import json
from dataclasses import fields
from typing import Any

from memslot_lab.engine import Memslots, Vm

from .operations import DATA


def load_lines(name: str) -> list[dict[str, Any]]:
    """Return the objects of tests/data/NAME.jsonl."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


def snapshot(vm: Vm) -> list[Any]:
    """Return everything that a request can change, but for the count of publications."""
    # Private tables are part of the state too: a refused request must not bind a guest_memfd.
    return [vm._files.copy(), vm._bindings.copy(), *map(array_of, vm.memslots)]


def array_of(slots: Memslots) -> dict[str, Any]:
    """Return every field by name, the lists copied; slots and warnings are frozen."""
    values = {field.name: getattr(slots, field.name) for field in fields(slots)}
    return {name: value.copy() if isinstance(value, list) else value for name, value in values.items()}
