"""Run the operations of the vectors with any `update_memslots()`; take the state as plain data.

tests/data/README.md describes the format.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from memslot_lab.engine import Change, MemorySlot, Memslots

DATA = Path(__file__).parents[1] / "data"

Update: TypeAlias = Callable[[Memslots, MemorySlot, Change], None]
State: TypeAlias = dict[str, Any]


def load_sequences(name: str) -> list[dict[str, Any]]:
    """Return the sequences of tests/data/NAME.jsonl, each with an `id` that is unique, and its `file`."""
    sequences = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]
    for sequence in sequences:
        sequence["id"] = sequence["name"] if sequence["seed"] is None else f"{sequence['name']} seed={sequence['seed']}"
        sequence["file"] = name
    return sequences


def step(update: Update, slots: Memslots, operation: str) -> State:
    """Apply one operation to `slots`; return the state after it, with the warnings of this operation alone."""
    warned = len(slots.warnings)
    slots.before_array = None
    apply(update, slots, operation)
    return observe(slots, warned=warned)


def apply(update: Update, slots: Memslots, operation: str) -> None:
    """Do to `slots` what a line such as ``CREATE 3 100 16`` says."""
    verb, *words = operation.split()
    number, *values = map(int, words)
    if verb == "POKE_USED":
        slots.used_slots = number
        return

    index = slots.id_to_index[number]
    old = slots.memslots[index] if index >= 0 else MemorySlot(number, 0, 0)
    blank = MemorySlot(number, 0, 0)
    new, change = {
        "CREATE": lambda: (MemorySlot(number, *values), Change.CREATE),
        "MOVE": lambda: (replace(old, base_gfn=values[0]), Change.MOVE),
        "FLAGS": lambda: (replace(old, flags=values[0]), Change.FLAGS_ONLY),
        "DELETE": lambda: (blank, Change.DELETE),
        "DELETE_FULL": lambda: (old, Change.DELETE),
    }[verb]()
    update(slots, new, change)


def observe(slots: Memslots, *, warned: int = 0) -> State:
    """Return the state as a vector tells it; `warned` warnings are of earlier operations."""
    used = max(slots.used_slots, 0)  # a delete may leave -1, see POKE_USED
    state: State = {
        "used": slots.used_slots,
        "slots": [_row(slot) for slot in slots.memslots[:used]],
        "stale": [_row(slot) for slot in slots.memslots[used:] if slot is not None],
        "index": {str(slot_id): index for slot_id, index in enumerate(slots.id_to_index) if index != -1},
        "warnings": [warning.site for warning in slots.warnings[warned:]],
    }
    if slots.before_array is not None:
        state["before_array"] = _row(slots.before_array)
    return state


def expected(state: State) -> State:
    """Return what a vector's state says of the array; its counts need a watched run."""
    return {key: value for key, value in state.items() if key not in ("op", "shifts", "compares")}


def like(want: State, got: State) -> State:
    """Return `got` in the form of `want`, which is shortened above 12 slots."""
    if "digest" not in want:
        return got
    return {"used": got["used"], "warnings": got["warnings"], "digest": digest(got)}


def digest(state: State) -> str:
    """Return the short form of a state's tables."""
    index = [[int(slot_id), place] for slot_id, place in state["index"].items()]
    text = json.dumps([state["slots"], state["stale"], index], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _row(slot: MemorySlot | None) -> list[int] | None:
    return None if slot is None else [slot.id, slot.base_gfn, slot.npages, slot.flags]
