"""The engine against the founding mail's own C, compiled here from a copy given with ``--seed-mail PATH``."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations
from memslot_lab.engine.model import WarningSite

HARNESS = Path(__file__).with_name("oracle_harness.c")
FUNCTIONS = (
    "kvm_memslot_delete",
    "kvm_memslot_insert_back",
    "kvm_memslot_move_backward",
    "kvm_memslot_move_forward",
    "update_memslots",
)
SITES: tuple[str, ...] = get_args(WarningSite)  # in the order in which the mail warns, as the harness numbers them
CAPACITIES = (1, 2, 3, 4, 6, 8, 12, 24, 64)
SEEDS = range(1_000)
LENGTH = 100  # operations a seed


def test_engine_on_100_000_random_operations_equals_compiled_c(
    request: pytest.FixtureRequest, require_program: Callable[..., str], tmp_path: Path
) -> None:
    """Every state after every legal and illegal operation is the C's, every warning in order."""
    mail: Path | None = request.config.getoption("--seed-mail")
    if mail is None:
        pytest.skip("no --seed-mail PATH was given; the mail's C is not part of this repository")
    program = compile_harness(require_program("cc", "gcc", "clang"), cut_functions(mail.read_text()), tmp_path)

    runs = [run_engine(seed) for seed in SEEDS]
    text = "\n".join(line for run in runs for line in run.operations)
    done = subprocess.run([program], input=text, capture_output=True, text=True, timeout=300, check=False)

    lines = iter(done.stdout.splitlines())
    for run in runs:
        for number, state in enumerate(run.states):
            assert state == next(lines, "nothing more"), f"seed {run.seed}, after {run.operations[: number + 2]}"
    assert (done.returncode, done.stderr, next(lines, None)) == (0, "", None)

    met = Counter(site for run in runs for site in run.warnings)
    stores = sum(not state.endswith("|") for run in runs for state in run.states)
    figures = {
        "seeds": f"{SEEDS.start}..{SEEDS.stop - 1}",
        "operations": sum(len(run.states) for run in runs),
        "warnings": dict(met),
        "stores in front of the array": stores,
    }
    sys.stdout.write(f"{figures}\n")  # docs/exactness.md quotes it
    assert set(met) == set(SITES)
    assert stores


def test_cut_functions_from_a_text_without_them_names_those_missing() -> None:
    """A mail that lacks functions is refused by their names."""
    text = "static inline int kvm_memslot_insert_back(struct kvm_memslots *slots)\r\n{\r\n\treturn 0;\r\n}\r\n"

    with pytest.raises(LookupError, match=r"^kvm_memslot_delete, kvm_memslot_move_backward, .* not in the mail"):
        cut_functions(text)


def cut_functions(mail: str) -> str:
    """Return the five C functions out of the mail's text."""
    lines = "\n".join(line.rstrip() for line in mail.splitlines())
    found = {
        name: match[0]
        for name in FUNCTIONS
        if (match := re.search(rf"^static [a-z ]+\b{name}\(.*?^}}$", lines, re.MULTILINE | re.DOTALL))
    }
    if missing := [name for name in FUNCTIONS if name not in found]:
        raise LookupError(f"{', '.join(missing)} not in the mail; give a plain text copy, not quoted, not wrapped")
    return "\n\n".join(found.values()) + "\n"


def compile_harness(compiler: str, functions: str, folder: Path) -> Path:
    """Compile the harness around the functions; return the program."""
    (folder / "seed_functions.h").write_text(functions)
    program = folder / "oracle"
    command = [compiler, "-std=gnu11", "-O2", "-I", folder, HARNESS, "-o", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return program


class Run(NamedTuple):
    """One seed's operations as the harness reads them, and the states that the engine made of them."""

    seed: int
    operations: list[str]
    states: list[str]
    warnings: list[str]


def run_engine(seed: int) -> Run:
    """Make random operations, all legal or of all kinds, and run the engine on them."""
    rng = Random(seed)
    legal = rng.random() < 0.5
    slots = Memslots(rng.choice(CAPACITIES))
    unit = 1 << rng.randrange(40)
    run = Run(seed, [f"R {slots.capacity}"], [], [])
    for number in range(LENGTH):
        forced = ""
        if not legal and number == LENGTH - 1:  # the last, as nothing sensible can follow
            slots.used_slots, forced = 0, "U 0 "
        slot, change = legal_operation(rng, slots, unit) if legal else any_operation(rng, slots, unit)

        already = len(slots.warnings)
        slots.before_array = None
        update_memslots(slots, slot, change)
        warnings = slots.warnings[already:]

        if legal:
            assert not violations(slots) + warnings, f"seed {seed}, after {run.operations}"
        run.operations.append(f"{forced}{change.value[0]} {' '.join(map(str, fields(slot)))}")
        run.states.append(state_line(slots, [warning.site for warning in warnings]))
        run.warnings.extend(warning.site for warning in warnings)
    return run


def legal_operation(rng: Random, slots: Memslots, unit: int) -> tuple[MemorySlot, Change]:
    """Draw an operation that a kernel's caller would let through: known ids, no GFN twice."""
    used = slots.memslots[: slots.used_slots]
    free_ids = sorted(set(range(slots.capacity)) - {slot.id for slot in used})
    free_gfns = sorted({unit * place for place in range(3 * slots.capacity)} - {slot.base_gfn for slot in used})
    changes = [Change.CREATE] * bool(free_ids) + [Change.DELETE, Change.MOVE, Change.FLAGS_ONLY] * bool(used)
    change = rng.choice(changes)
    if change is Change.CREATE:
        return random_slot(rng, rng.choice(free_ids), rng.choice(free_gfns)), change
    old = rng.choice(used)
    if change is Change.MOVE:
        return replace(old, base_gfn=rng.choice(free_gfns)), change
    if change is Change.FLAGS_ONLY:
        return replace(old, flags=rng.randrange(4)), change
    return (old if rng.random() < 0.2 else MemorySlot(old.id, 0, 0)), change


def any_operation(rng: Random, slots: Memslots, unit: int) -> tuple[MemorySlot, Change]:
    """Draw an operation without a look at what is there; only a create beyond the array is left out."""
    change = rng.choice(
        [change for change in Change if change is not Change.CREATE or slots.used_slots < slots.capacity]
    )
    slot_id = rng.randrange(slots.capacity)
    index = slots.id_to_index[slot_id]
    if change is Change.FLAGS_ONLY and index >= 0:
        return replace(slots.memslots[index], flags=rng.randrange(4)), change
    return random_slot(rng, slot_id, unit * rng.randrange(slots.capacity)), change


def random_slot(rng: Random, slot_id: int, base_gfn: int) -> MemorySlot:
    """Return a slot whose other fields are random."""
    return MemorySlot(slot_id, base_gfn, rng.randrange(1, 1 << 31), rng.randrange(4), rng.randrange(1 << 47))


def fields(slot: MemorySlot) -> tuple[int, ...]:
    """Return the fields in the order of the harness."""
    return slot.id, slot.base_gfn, slot.npages, slot.flags, slot.userspace_addr


def state_line(slots: Memslots, warnings: list[str]) -> str:
    """Return the state as the harness prints it."""

    def rows(entries: Iterable[MemorySlot | None]) -> str:
        return "".join(f"{','.join(map(str, fields(slot)))} " for slot in entries if slot is not None)

    used = max(slots.used_slots, 0)
    parts = (
        slots.used_slots,
        rows(slots.memslots[:used]),
        rows(slots.memslots[used:]),
        "".join(f"{index} " for index in slots.id_to_index),
        "".join(f"{SITES.index(site)} " for site in warnings),
        rows([slots.before_array]),
    )
    return "|".join(map(str, parts))
