"""What watching costs: the worst create on 509 slots, plain, recorded, as JSON and as a page."""

import json
from collections.abc import Callable
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import record

N, RUNS = 509, 15
HIGHEST = MemorySlot(N - 1, N * 16, 16)


def machine() -> Memslots:
    """Return an array with room for one more slot, whose GFN will be the highest."""
    slots = Memslots(N)
    for slot_id in range(N - 1):
        update_memslots(slots, MemorySlot(slot_id, slot_id * 16, 16), Change.CREATE)
    return slots


def milliseconds(work: Callable[[], object]) -> float:
    """Return the time of one run."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e3


def main() -> None:
    """Print the medians of interleaved runs, and the sizes."""
    slots = machine()
    tape = record(update_memslots, slots, HIGHEST, Change.CREATE)
    work: dict[str, Callable[[], object]] = {
        "the create itself": lambda: update_memslots(slots.copy(), HIGHEST, Change.CREATE),
        "recorded (aim: at most 60)": lambda: record(update_memslots, slots, HIGHEST, Change.CREATE),
        "its tape to JSON": lambda: json.dumps(tape.to_json()),
        "every state of it": lambda: [tape.state(step) for step in range(len(tape))],
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(RUNS):
        for name, run in work.items():
            times[name].append(milliseconds(run))
    events = sum(1 + len(frame.reads) + len(frame.writes) + len(frame.compares) for frame in tape)
    print(f"{tape.shifts} shifts, {len(tape)} frames, {events} events")
    for name, runs in times.items():
        print(f"{name:28} {median(runs):8.2f} ms   (best {min(runs):.2f})")
    text = json.dumps(tape.to_json(), separators=(",", ":"))
    print(f"{'JSON (aim: at most 200)':28} {len(text) / 1e3:8.1f} KB")
    with TemporaryDirectory() as folder:
        print(f"{'page':28} {tape.to_html(f'{folder}/tape.html').stat().st_size / 1e3:8.1f} KB")


if __name__ == "__main__":
    main()
