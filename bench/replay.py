"""How fast a long log is replayed: a million lines made by repeating real ones, on one core.

A QEMU trace does not tell where a VM begins, so each repetition ends by deleting the slots that are left.
The last log has no two regions alike, which is the worst case of the reader's cache.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from memslot_lab.captures import qemu_trace, strace
from memslot_lab.captures.log import numbered_lines
from memslot_lab.captures.replay import replay

CAPTURES = Path(__file__).parents[1] / "tests" / "data" / "captures"
EVENT = "kvm_set_user_memory Slot#{} flags=0x0 gpa={:#x} size={:#x} ua={:#x} ret=0\n"
RUNS = 3


def repeated_trace() -> Iterable[str]:
    """Repeat a boot of a PC, and take its slots away again."""
    path = CAPTURES / "q72-pc-boot-vgastd.trace"
    left = [EVENT.format(s.id, s.base_gfn << 12, 0, s.userspace_addr) for s in replay(path).vms[0].memslots[0]]
    return cycle(path.read_text().splitlines(keepends=True) + left)


def repeated_strace() -> Iterable[str]:
    """Repeat a boot of a Q35 machine; each begins a new VM."""
    return cycle((CAPTURES / "q72-strace-q35-ts.strace").read_text().splitlines(keepends=True))


def all_different() -> Iterator[str]:
    """Create and delete nine slots again and again, at addresses that never come back."""
    for n in range(1 << 30):
        yield EVENT.format(n % 9, n << 12, 0x1000, 0x7F0000000000 + (n << 12))
        if n >= 8:
            yield EVENT.format((n + 1) % 9, (n - 8) << 12, 0, 0x7F0000000000)


def main(lines: int = 1_000_000) -> None:
    """Print requests a second and the share that parsing takes, medians of several runs."""
    print(f"{'log':18} {'lines':>9} {'lines/s':>9} {'requests/s':>10} {'reading and parsing':>20}")
    logs = {
        "q72 pc boot": (repeated_trace(), qemu_trace),
        "strace -f -tt -T": (repeated_strace(), strace),
        "all different": (all_different(), qemu_trace),
    }
    with TemporaryDirectory() as folder:
        for name, (text, reader) in logs.items():
            path = Path(folder, "log")
            with path.open("w") as file:
                file.writelines(islice(chain(text), lines))
            whole: list[float] = []
            parsing: list[float] = []
            for _ in range(RUNS):
                start = process_time()
                for _ in reader.read_requests(numbered_lines(path)):
                    pass
                parsing.append(process_time() - start)
                start = process_time()
                result = replay(path)
                whole.append(process_time() - start)
            assert not result.disagreements, result.disagreements[0]
            seconds = median(whole)
            print(
                f"{name:18} {lines:9,} {lines / seconds:9,.0f} {result.requests / seconds:10,.0f} "
                f"{median(parsing) / seconds:19.0%}"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
