"""Where submissions are marked: one after the other here, in processes of this machine, or on a dask cluster.

Each of these yields submissions with their marks as they come; that the marks are the same is tested. A judge asks one
child at a time, so there is one a process. A process that is killed costs nobody a mark: what it had is marked anew.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import Any, TypeAlias
from uuid import uuid4

from memslot_lab.course.errors import CourseError
from memslot_lab.grading.marks import Marked, unjudged
from memslot_lab.grading.submission import Submission

__all__ = ["Executor", "ExecutorError", "Marker", "in_processes", "in_turn", "on_dask"]

Marker: TypeAlias = Callable[[Submission], Marked]
Executor: TypeAlias = Callable[[Marker, Iterable[Submission]], Iterator[tuple[Submission, Marked]]]

_PATIENCE = 5.0  # seconds in which a cluster has to answer
_WAITING = 4  # submissions a worker that are read ahead: more would only take memory
_KILLED = "what marked this one was killed twice, perhaps for want of memory; the teacher has to look at it"


class ExecutorError(CourseError):
    """A cluster that cannot be used."""


def in_turn(mark: Marker, submissions: Iterable[Submission]) -> Iterator[tuple[Submission, Marked]]:
    """Mark one after the other, in this process."""
    for submission in submissions:
        yield submission, mark(submission)


def in_processes(jobs: int) -> Executor:
    """Return what marks in so many processes of this machine; the marker must be one that can be pickled."""

    def run(mark: Marker, submissions: Iterable[Submission]) -> Iterator[tuple[Submission, Marked]]:
        left, waiting = iter(submissions), dict[Future[Marked], Submission]()
        while True:
            try:
                yield from _pooled(mark, left, jobs, waiting)
                return
            except BrokenProcessPool:
                lost = [*waiting.values()]
            waiting.clear()
            yield from _one_by_one(mark, lost)

    return run


def _pooled(
    mark: Marker, submissions: Iterable[Submission], jobs: int, waiting: dict[Future[Marked], Submission]
) -> Iterator[tuple[Submission, Marked]]:
    """Mark in a pool; raise BrokenProcessPool when a process dies, with what it lost in `waiting`."""
    pool = _pool(mark, jobs)
    try:
        for submission in submissions:
            waiting[_submit(pool, submission)] = submission
            if len(waiting) >= _WAITING * jobs:
                yield from _done(waiting)
        while waiting:
            yield from _done(waiting)
    finally:  # Ctrl-C: let those that have begun end, and begin no other
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, submission: Submission) -> Future[Marked]:
    try:
        return pool.submit(_mark, submission)
    except BrokenProcessPool as error:  # so that this submission is among the lost ones
        future: Future[Marked] = Future()
        future.set_exception(error)
        return future


def _done(waiting: dict[Future[Marked], Submission]) -> Iterator[tuple[Submission, Marked]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        marked = future.result()  # raises before it is taken off the list
        yield waiting.pop(future), marked


def _one_by_one(mark: Marker, lost: list[Submission]) -> Iterator[tuple[Submission, Marked]]:
    """Mark those that were lost with their process, each with nothing beside it that could be blamed."""
    while lost:
        pool = _pool(mark, 1)
        try:
            while lost:
                marked = pool.submit(_mark, lost[0]).result()
                yield lost.pop(0), marked
        except BrokenProcessPool:
            submission = lost.pop(0)
            yield submission, Marked(unjudged(submission, "grader-error", _KILLED))
        finally:
            pool.shutdown(cancel_futures=True)


# Inside one process of the pool.

_marker: Marker | None = None


def _pool(mark: Marker, jobs: int) -> ProcessPoolExecutor:
    from multiprocessing import get_context

    # Spawned: a fork of this process would take along whatever threads and files it has.
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(mark,))


def _begin(mark: Marker) -> None:
    global _marker
    _marker = mark
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent says what becomes of it
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """End this process when the parent is gone: the queue that it waits at would never tell."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    parent = parent_process()
    assert parent
    wait_for([parent.sentinel])
    os._exit(1)


def _mark(submission: Submission) -> Marked:
    assert _marker
    return _marker(submission)


# On a cluster.


def on_dask(address: str) -> Executor:
    """Return what marks on the workers of a dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, "tcp://127.0.0.1:8786". Its workers need this version of the package; submissions go to
        them by content, so that no files are shared.

    Raises
    ------
    ExecutorError
        dask is not installed, or there is no cluster.
    """
    try:
        distributed: Any = import_module("distributed")  # it has few types
    except ImportError:
        words = "dask is not installed here; `pip install 'memslot-lab[dask]'` installs it, or leave --dask out"
        raise ExecutorError(words) from None
    try:
        distributed.comm.parse_host_port(address.partition("://")[2] or address)  # a client that fails at it lingers
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        words = f"{address} answers no dask scheduler ({error}); start one with `dask scheduler`, or leave --dask out"
        raise ExecutorError(words) from None

    def run(mark: Marker, submissions: Iterable[Submission]) -> Iterator[tuple[Submission, Marked]]:
        with client:
            yield from _on_workers(distributed, client, mark, submissions)

    return run


def _on_workers(
    distributed: Any, client: Any, mark: Marker, submissions: Iterable[Submission]
) -> Iterator[tuple[Submission, Marked]]:
    workers = sum(client.nthreads().values())
    if not workers:
        raise ExecutorError("the dask cluster has no workers; start some with `dask worker ADDRESS`")
    waiting: dict[str, Submission] = {}
    coming = distributed.as_completed(loop=client.loop)
    run = uuid4().hex

    def done() -> tuple[Submission, Marked]:
        future: Any = next(coming)
        submission = waiting.pop(future.key)
        try:
            return submission, future.result()
        except distributed.KilledWorker:  # dask has tried it on several workers
            return submission, Marked(unjudged(submission, "grader-error", _KILLED))

    for number, submission in enumerate(submissions):
        key = f"memslot-lab-{run}-{number}"
        waiting[key] = submission
        coming.add(client.submit(mark, submission, key=key, pure=False))
        if len(waiting) >= 2 * _WAITING * workers:
            yield done()
    while waiting:
        yield done()
