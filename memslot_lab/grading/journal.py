"""The journal of a grading run: each mark is written down as it comes, so that whatever ends the run loses little.

A line is a JSON object behind the first 16 hex digits of its SHA-256. Lines are only ever added. The header names what
the marks follow from; a run with another header would mix marks that cannot be compared.

A line goes to the operating system at once, so that a killed process loses none. It is forced to the disk every
second: a power cut may lose the marks of the last second, which are then made again, and costs no wrong one, since
a line that is not whole counts for nothing. A sync a line would be slower than the judge on many disks.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from memslot_lab.course.errors import CourseError
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.submission import Submission

__all__ = ["NAME", "Journal", "JournalError", "key_of"]

NAME = "journal.jsonl"
_SYNC_EVERY = 1.0  # seconds
_DIGITS = 16
_FIRST = b' {"header":'

Key = tuple[str, str, str, str]


class JournalError(CourseError):
    """A journal that cannot be begun, gone on with or written."""


def key_of(submission: Submission) -> Key:
    """Return what a mark belongs to: an answer that was changed since is another."""
    return submission.student, submission.exercise, submission.place, submission.digest


class Journal:
    """A journal open for writing, with the marks that it holds; a context manager.

    Parameters
    ----------
    out : Path
        The folder of results; made when it is missing.
    header : dict[str, Any]
        What the marks follow from, plain data.
    resume : bool
        Go on with the one that is there, if there is one.

    Raises
    ------
    JournalError
        One is there without `resume`, it has another header, or another run is at it.
    OSError
        It cannot be read or written.
    """

    def __init__(self, out: Path, header: dict[str, Any], *, resume: bool) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.path = out / NAME
        self.marks: dict[Key, Mark] = {}
        self._synced = time.monotonic()
        self._file = self._opened()
        try:
            _lock(self._file, self.path)
            self._begin(header, resume)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with suppress(OSError) if kind else nullcontext():  # what ended the run is to be told, not what followed
            self.close()

    def close(self) -> None:
        """Force all to the disk and close."""
        if not self._file.closed:
            try:
                os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def add(self, submission: Submission, mark: Mark) -> None:
        """Write a mark down.

        Raises
        ------
        OSError
            The disk is full, or gone; what was written before stays good.
        """
        key = key_of(submission)
        self._write({"key": list(key), "mark": mark.to_json()})
        self.marks[key] = mark

    def _opened(self) -> BinaryIO:
        # Subtle: O_APPEND with no buffer: a line is one write, and a torn one has nothing of this run behind it.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        return cast("BinaryIO", os.fdopen(os.open(self.path, flags, 0o644), "r+b", buffering=0))

    def _begin(self, header: dict[str, Any], resume: bool) -> None:
        lines, length = _whole_lines(self._file)
        head = next(lines, None)
        if head is None and not self._is_torn_header():
            raise JournalError(f"{self.path} is no journal of memslot-lab; move it away, or choose another --out")
        if head is not None and not resume:
            words = f"{self.path} holds the marks of a run; give --resume to go on with it, or choose another --out"
            raise JournalError(words)
        if head is not None and head.get("header") != header:
            raise JournalError(f"{self.path} is of another run ({_differences(head, header)}); choose another --out")
        self._read(lines)
        self._cut(length())
        if head is None:
            self._write({"header": header})

    def _is_torn_header(self) -> bool:
        """Return whether a run of ours could have begun the file and been killed before its first line was whole."""
        self._file.seek(0)
        start = self._file.read(1 << 16)
        digits, behind = start[:_DIGITS], start[_DIGITS:]
        begun = behind.startswith(_FIRST[: len(behind)]) and b"\n" not in start
        return begun and all(byte in b"0123456789abcdef" for byte in digits)

    def _read(self, lines: Iterator[dict[str, Any]]) -> None:
        for line in lines:
            student, exercise, place, digest = line["key"]
            self.marks[student, exercise, place, digest] = Mark.from_json(line["mark"])

    def _cut(self, length: int) -> None:
        """Take away what is behind the last whole line."""
        if os.fstat(self._file.fileno()).st_size > length:
            self._file.truncate(length)

    def _write(self, data: dict[str, Any]) -> None:
        line = _line(data)
        before = os.fstat(self._file.fileno()).st_size
        try:
            while line:
                line = line[self._file.write(line) :]
            self._sync()
        except OSError as error:
            with suppress(OSError):
                self._cut(before)
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def _sync(self) -> None:
        if time.monotonic() - self._synced >= _SYNC_EVERY:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()


def _line(data: dict[str, Any]) -> bytes:
    body = json.dumps(data, separators=(",", ":"), allow_nan=False).encode()
    return sha256(body).hexdigest()[:_DIGITS].encode() + b" " + body + b"\n"


def _whole_lines(file: BinaryIO) -> tuple[Iterator[dict[str, Any]], Callable[[], int]]:
    """Return the lines that are whole, the header first or none, and where the last of those ended that were read."""
    file.seek(0)
    end = 0

    def lines() -> Iterator[dict[str, Any]]:
        nonlocal end
        at = 0
        with os.fdopen(os.dup(file.fileno()), "rb") as reader:
            for line in reader:
                at += len(line)
                data = _data(line)
                if data is not None:
                    end = at
                    yield data
                elif not end:
                    return

    return lines(), lambda: end


def _data(line: bytes) -> dict[str, Any] | None:
    """Return what a line says, None if it is not whole."""
    digest, _, body = line.partition(b" ")
    if not body.endswith(b"\n") or sha256(body[:-1]).hexdigest()[:_DIGITS].encode() != digest:
        return None
    return json.loads(body)


def _differences(head: dict[str, Any], header: dict[str, Any]) -> str:
    old: dict[str, Any] = head.get("header") or {}
    names = sorted(name for name in {*old, *header} if old.get(name) != header.get(name))
    return f"another {' and '.join(names)}"


def _lock(file: BinaryIO, path: Path) -> None:
    """Hold the journal as long as it is open; the system lets go when the process dies."""
    try:
        import fcntl
    except ImportError:  # Windows, where nothing can be graded but on demand
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise JournalError(f"another run is writing {path}; wait for its end, or choose another --out") from None
    except OSError:  # a file system without locks
        return
