"""Read a log line by line: plain or gzip, in constant memory, with the line number in every error."""

import gzip
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from memslot_lab.engine.region import UserspaceMemoryRegion

__all__ = ["BadLine", "CaptureError", "Event", "NewVm", "Request", "Undecoded", "Unused", "bad_line", "numbered_lines"]

_LONGEST_LINE = 1 << 20
_LINES_BETWEEN_REPORTS = 1 << 14
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}


class CaptureError(Exception):
    """A log that cannot be used as a whole."""


class Request(NamedTuple):
    """A region request and the kernel's recorded answer.

    Parameters
    ----------
    line : int
        Line that holds the request, from 1.
    vm : int
        Which VM of the log, from 0 in the order of their appearance.
    region : UserspaceMemoryRegion
        The request.
    errno : int
        The recorded answer: 0, or a positive errno.
    """

    line: int
    vm: int
    region: UserspaceMemoryRegion
    errno: int


class NewVm(NamedTuple):
    """A VM begins; it takes the place of the VM `replaces`, to which no request follows (-1: of none).

    `guess` says why requests to it may be taken for those of another VM, if they may.
    """

    line: int
    vm: int
    replaces: int
    guess: str = ""


class Undecoded(NamedTuple):
    """A region request of which the log does not hold the fields, or not the answer; `why` says which.

    `effect` is False where the kernel refused it, so that nothing is missing.
    """

    line: int
    vm: int
    why: str
    effect: bool = True


class BadLine(NamedTuple):
    """A line that should hold a region request and cannot be read; `cut` if it looks cut off."""

    line: int
    why: str
    cut: bool


class Unused(NamedTuple):
    """A line with nothing to replay: `other`, or (False) the first half of a request."""

    other: bool


Event = Request | NewVm | Undecoded | BadLine | Unused


def bad_line(number: int, rule: str, text: bytes) -> BadLine:
    """Return that a line breaks a rule, with its beginning; without an end of line it is taken for cut off."""
    words = f"{rule}: {text.strip()[:120].decode(errors='replace')!r}"
    return BadLine(number, words, cut=not text.endswith(b"\n"))


def numbered_lines(path: Path, *, progress: bool = False) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, line) of a text log, gzip or not.

    Parameters
    ----------
    path : Path
        The log.
    progress : bool
        Draw a bar on standard error if that is a terminal and tqdm is installed.

    Raises
    ------
    CaptureError
        No such file, no permission, empty, binary, packed otherwise than by gzip, or a damaged gzip file.
    """
    number = 0
    try:
        with path.open("rb") as raw, _bar(path, progress) as report:
            head = raw.peek(6)[:6]
            packer = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
            if packer:
                raise CaptureError(f"{path}: packed with {packer}; unpack it first (gzip is read as it is)")
            stream = gzip.GzipFile(fileobj=raw) if head.startswith(b"\x1f\x8b") else raw
            while line := stream.readline(_LONGEST_LINE):
                number += 1
                if b"\0" in line:
                    raise CaptureError(f"{path}: line {number} holds a NUL byte: a binary file, no log of requests")
                if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    raise CaptureError(f"{path}: line {number} is over {_LONGEST_LINE} bytes long: no log of requests")
                yield number, line
                if report and not number % _LINES_BETWEEN_REPORTS:
                    report(raw.tell())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CaptureError(f"{path}: the gzip file is damaged after line {number} ({error}); copy it anew") from error
    except OSError as error:
        where = f"cannot be read after line {number}" if number else "cannot be opened, so it has no line 1"
        raise CaptureError(f"{path}: {where} ({error.strerror}); check the path") from error
    if not number:
        raise CaptureError(f"{path}: the file is empty (line 1 is missing); was the log written to another file?")


@contextmanager
def _bar(path: Path, wanted: bool) -> Generator[Callable[[int], object] | None]:
    """Give a function that shows the position in the file on a bar, or None where none can be seen."""
    if not (wanted and path.is_file() and sys.stderr.isatty() and find_spec("tqdm")):
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, desc=path.name, leave=False, delay=1) as bar:
        yield lambda position: bar.update(position - bar.n)
