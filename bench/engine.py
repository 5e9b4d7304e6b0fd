"""What update_memslots() costs beside a bare loop that does the same list writes.

509 slots are created with ascending GFNs, so each shifts all others: 129,286 shifts.
"""

from statistics import median
from time import perf_counter_ns

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots

N, RUNS = 509, 21
SHIFTS = N * (N - 1) // 2
NEW = [MemorySlot(slot_id, slot_id * 16, 16) for slot_id in range(N)]


def engine() -> Memslots:
    """Create all slots by the engine."""
    slots = Memslots(N)
    for slot in NEW:
        update_memslots(slots, slot, Change.CREATE)
    return slots


def bare() -> Memslots:
    """Write the same entries and indices in the same order, without a look at any GFN."""
    slots = Memslots(N)
    memslots, id_to_index = slots.memslots, slots.id_to_index
    for slot in NEW:
        i = slots.used_slots
        slots.used_slots += 1
        while i > 0:
            memslots[i] = memslots[i - 1]
            id_to_index[memslots[i].id] = i
            i -= 1
        memslots[0] = slot
        id_to_index[slot.id] = 0
    return slots


def main() -> None:
    """Print the medians of interleaved runs, and their ratio."""
    assert engine() == bare()
    times: dict[str, list[int]] = {"engine": [], "bare loop": []}
    for _ in range(RUNS):
        for name, function in (("engine", engine), ("bare loop", bare)):
            start = perf_counter_ns()
            function()
            times[name].append(perf_counter_ns() - start)
    for name, runs in times.items():
        print(f"{name:10} {median(runs) / SHIFTS:6.1f} ns a shift")
    print(f"ratio      {median(times['engine']) / median(times['bare loop']):6.2f}  (aim: at most 1.6)")


if __name__ == "__main__":
    main()
