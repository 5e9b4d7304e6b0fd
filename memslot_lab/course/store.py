"""A table of plain data in one file: whole after a crash, shared by processes, kind to other versions.

A change is read, made and written under a lock that the operating system takes from a dead process. The new file is
written beside the old one, flushed to the disk and put in its place at once, so a reader sees the old or the new one
and never half of either. What cannot be kept is said in a note, and the work goes on without.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

__all__ = ["Store", "Stored", "free_name", "write_whole"]

Table = dict[str, Any]

_PATIENCE = 5.0  # seconds for another process to end its change; one takes some milliseconds
_LONGEST = 10_000_000  # bytes; a course of a hundred exercises takes some thousand


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store holds, or would hold if it could be written.

    Parameters
    ----------
    data : dict[str, Any]
        The table, its version included.
    note : str
        What is wrong with the file and what becomes of it, for a person; empty when nothing is.
    """

    data: Table
    note: str = ""


class Store:
    """One such file.

    Parameters
    ----------
    path : Path
        Made at the first change.
    version : int
        Of the form that is written. A file of a higher one is left alone.
    fits : Callable[[dict[str, Any]], bool]
        Whether a table has the form of this version.
    """

    def __init__(self, path: Path, version: int, fits: Callable[[Table], bool]) -> None:
        self.path, self._version, self._fits = path, version, fits

    def read(self) -> Stored:
        """Return what is there, an empty table when nothing is; a damaged file is put aside."""
        try:
            return self._look()
        except _DamagedError:
            return self.change(lambda data: None)
        except OSError as error:
            return Stored(self._empty(), self._unread(error))

    def change(self, make: Callable[[Table], object]) -> Stored:
        """Let `make` change the table and write it; return the table as changed, written or not."""
        try:
            with _locked(self.path.with_name(f"{self.path.name}.lock")):
                return self._change_alone(make)
        except OSError as error:
            stored = self._without_writing()
            make(stored.data)
            return Stored(stored.data, stored.note or self._unwritten(error))

    def _change_alone(self, make: Callable[[Table], object]) -> Stored:
        note = ""
        try:
            stored = self._look()
        except _DamagedError as error:
            aside = self._put_aside()
            note = f"{self.path} is damaged ({error}); it is kept as {aside.name}, and a new one is begun"
            stored = Stored(self._empty())
        before = json.dumps(stored.data)
        make(stored.data)
        if not stored.note and json.dumps(stored.data) != before:
            write_whole(self.path, (json.dumps(stored.data, indent=1) + "\n").encode())
        return Stored(stored.data, stored.note or note)

    def _look(self) -> Stored:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return Stored(self._empty())
        data = _table(content)
        version = data.get("version")
        if type(version) is not int or version < 1:
            raise _DamagedError("it tells no version")
        if version > self._version:
            words = f"{self.path} has version {version}, and this memslot-lab knows {self._version}"
            return Stored(self._empty(), f"{words}; it is left alone and nothing is kept: install a newer memslot-lab")
        if not self._fits(data):
            raise _DamagedError("it does not have the form that memslot-lab writes")
        return Stored(data)

    def _without_writing(self) -> Stored:
        try:
            return self._look()
        except _DamagedError as error:
            return Stored(self._empty(), f"{self.path} is damaged ({error}), and nothing can be written beside it")
        except OSError as error:
            return Stored(self._empty(), self._unread(error))

    def _put_aside(self) -> Path:
        aside = free_name(self.path.parent, f"{self.path.stem}.damaged", self.path.suffix)
        self.path.rename(aside)
        return aside

    def _empty(self) -> Table:
        return {"version": self._version}

    def _unread(self, error: OSError) -> str:
        return f"{self.path} cannot be read ({_reason(error)}); it is left alone, and nothing is kept"

    def _unwritten(self, error: OSError) -> str:
        return f"{self.path} cannot be written ({_reason(error)}); it goes on, but nothing is kept"


class _DamagedError(Exception):
    """A file that is no store."""


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _table(content: bytes) -> Table:
    if len(content) > _LONGEST:
        raise _DamagedError(f"it has more than {_LONGEST:,} bytes")
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError):
        raise _DamagedError("it is no JSON") from None
    if not isinstance(data, dict):
        raise _DamagedError("it is no JSON object")
    return cast("Table", data)


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path with the date and time in its name under which nothing lies yet."""
    dated = f"{stem}.{datetime.now():%Y-%m-%d-%H%M%S}"
    names = (f"{dated}{f'-{n}' if n else ''}{suffix}" for n in count())
    return next(path for path in map(folder.joinpath, names) if not os.path.lexists(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that the old or the new one is there at any moment, a power cut included.

    Raises
    ------
    OSError
        It cannot be written; the old one is as it was.
    """
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _sweep(path: Path) -> None:
    """Take away what a killed writer left; the caller holds the lock, so nobody is at work on it."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        part.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    # A folder cannot be opened on Windows, nor flushed on some network file systems: the file is whole all the same.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# The lock.


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock file while the body runs; wait for who else holds it, but not for ever."""
    with path.open("ab") as file:
        end = time.monotonic() + _PATIENCE
        while not _try_lock(file.fileno()):
            if time.monotonic() > end:
                raise TimeoutError(None, "another process is at it")
            time.sleep(0.01)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    try:
        import fcntl
    except ImportError:  # a browser: one process, nobody to lock out
        fcntl = None

    def _try_lock(handle: int) -> bool:
        if fcntl is None:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: better a lost update now and then than no progress at all
            return True
        return True
