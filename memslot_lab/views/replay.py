"""A replayed log as text."""

from collections.abc import Iterator

from memslot_lab.captures.result import Replay, VmReplay, errno_name
from memslot_lab.views.units import address_range, flag_names, size_of

__all__ = ["replay_text"]

_MOST = 10  # of a kind of trouble, and of virtual machines


def replay_text(result: Replay) -> str:
    """Return what a log did, for people: the counts, what went wrong, and each VM's final array.

    Of more than 10 VMs, only the first 10 that end with slots are shown.
    """
    kinds = ", ".join(f"{count:,} {name.lower()}" for name, count in sorted(result.kinds.items())) or "none"
    lines = [f"{result.path.name} ({result.format}): {_count(result.requests, 'request')} ({kinds})"]
    lines += [f"{_count(result.ignored_lines, 'other line')}, {_count(len(result.vms), 'virtual machine')}"]
    if result.format == "mtree":
        lines += ["a flat view holds an end state: its slots are made lowest first, with ids, flags and host made up"]
    lines += _troubles(result)
    for number, vm in _shown(result):
        lines += ["", *_vm(number, vm)]
    left_out = len(result.vms) - len(_shown(result))
    if left_out:
        lines += ["", f"{_count(left_out, 'more virtual machine')}: --json lists them all"]
    return "\n".join(lines)


def _shown(result: Replay) -> list[tuple[int, VmReplay]]:
    vms = list(enumerate(result.vms))
    if len(vms) > _MOST:
        vms = [(number, vm) for number, vm in vms if vm.used_slots][:_MOST]
    return vms


def _troubles(result: Replay) -> Iterator[str]:
    disagreements = [
        f"line {one.line}: slot {one.region.slot:#x}: the kernel answered {errno_name(one.recorded)}, "
        f"the engine {one.why or errno_name(one.engine)}"
        for one in result.disagreements
    ]
    if disagreements:
        yield from _listed("disagreement", " with the recorded verdict", disagreements)
    elif result.format != "mtree":
        yield "no disagreements with the recorded verdict"
    bad_lines = [f"line {bad.line}: {bad.why}" for bad in result.bad_lines]
    yield from _listed("unreadable region line", ", passed over", bad_lines)
    undecoded = [f"line {one.line}: {one.why}" for one in result.undecoded]
    yield from _listed("request", " that the log does not tell, passed over", undecoded)
    yield from _listed("guess", "", [f"line {one.line}: {one.guess}" for one in result.guesses])


def _listed(name: str, rest: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"{_count(len(items), name)}{rest}:"
        yield from (f"  {item}" for item in items[:_MOST])
        if len(items) > _MOST:
            yield f"  and {len(items) - _MOST:,} more (--json lists them all)"


def _vm(number: int, vm: VmReplay) -> Iterator[str]:
    yield (
        f"VM {number} (from line {vm.line}): {_count(vm.used_slots, 'slot')} after {_count(vm.requests, 'request')}; "
        f"{_count(vm.shifts, 'shift')}, {_count(vm.compares, 'comparison')}, "
        f"{_count(len(vm.warnings), 'kernel warning')}, generation {vm.generation:,}"
    )
    if vm.undecoded:
        yield f"  {vm.undecoded} of its requests are not in the log: the real array may differ"
    for space, slots in enumerate(vm.memslots):
        if not slots and space:
            continue
        if len(vm.memslots) > 1:
            yield f"  address space {space}"
        header = ("index", "slot", "guest physical address", "size", "flags", "host address")
        rows = [
            (
                str(i),
                str(slot.id),
                address_range(slot.base_gfn, slot.npages),
                size_of(slot.npages),
                flag_names(slot.flags),
                f"{slot.userspace_addr:#x}",
            )
            for i, slot in enumerate(slots)
        ]
        yield "  FRONT: highest GFN"
        yield from _table([header, *rows])
        yield "  BACK: lowest GFN"


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 'es' if name.endswith('s') else 's'}"


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        # Numbers stand at the right edge of their column, names at the left.
        cells = (
            cell.ljust(width) if i in (2, 4) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  " + "  ".join(cells).rstrip()
