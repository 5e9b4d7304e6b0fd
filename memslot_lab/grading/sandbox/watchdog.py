"""Ends a child that may start programs when all that it has started is too much together.

The kernel's own limits hold one process each, and the number of processes not at all where the judge is root. So they
are counted from outside, some twenty times a second; what comes up between two counts is what the machine must bear.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Watchdog"]

_PAUSE = 0.05  # seconds
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Watchdog:
    """Watches the child of a worker from its beginning to its end; a context manager.

    Parameters
    ----------
    pid : int
        The worker's, in whose third generation the child is: the one that waits, the one that forks, the child.
    processes : int
        How many processes and threads all may have together.
    memory_bytes : int
        How much memory all may have together; what two of them share counts twice.
    """

    def __init__(self, pid: int, *, processes: int, memory_bytes: int) -> None:
        self._forking = next(_children(pid), 0)
        self._processes, self._memory = processes, memory_bytes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self.words = ""  # why the child was ended; empty when it was not

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        child = next(_children(self._forking), 0)
        try:
            handle = os.pidfd_open(child)  # so that never another process of the same number is meant
        except OSError:
            return
        try:
            while not self._over.wait(_PAUSE):
                if words := self._too_much(child):
                    self.words = words
                    with suppress(ProcessLookupError):
                        signal.pidfd_send_signal(handle, signal.SIGKILL)
                    return
        finally:
            os.close(handle)

    def _too_much(self, child: int) -> str:
        count = memory = 0
        for pid in _below(child):
            count += len(_tasks(pid))
            memory += _resident(pid)
            if count > self._processes:
                return f"stopped: it started more than {self._processes} processes and threads"
            if memory > self._memory:
                return f"stopped: it used more than {self._memory >> 20} MiB of memory"
        return ""


def _below(pid: int) -> Iterator[int]:
    """Yield a process and all that came from it; what has lost its parent belongs to the first of the namespace."""
    waiting = [pid]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += _children(pid)


def _children(pid: int) -> Iterator[int]:
    for task in _tasks(pid):
        with suppress(OSError):
            yield from map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())


def _tasks(pid: int) -> list[str]:
    try:
        return [task.name for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # gone since
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
