"""What a zip holds, read member by member into memory and never unpacked to the disk; a zip in it once more.

A zip that a student made has one limit, with all zips in it. A class's own may hold many of them, each within limits.
"""

import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from memslot_lab.course.answers import BIGGEST
from memslot_lab.grading.naming import is_lms_name
from memslot_lab.grading.places import (
    Place,
    fit_text,
    is_answer_name,
    is_hidden,
    is_zip_name,
    marker,
    not_regular,
    open_regular,
    too_large,
)
from memslot_lab.grading.unfit import UnfitError

__all__ = ["Archives"]

_OF_CLASS = 100_000, 4_000_000_000  # files, and bytes of what is unpacked: 20,000 notebooks with pictures
_OF_STUDENT = 20_000, 200_000_000
_ENTRY = b"PK\x01\x02"  # where each file is named, at a zip's end
_RATIO, _SMALL = 200, 1_000_000  # how far a member may grow; text in a notebook grows by 3 to 20
_DEEPEST = 2  # a zip in a zip: what Canvas makes of students who hand in a zip
_KEPT = 3  # open at a time
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # an unknown way of packing
    RuntimeError,  # a password
    OSError,
    ValueError,
    OverflowError,
    MemoryError,  # a dictionary of 4 GiB
)
_UTF_8 = 0x800  # set where a name is


class _Zip(NamedTuple):
    """A zip that may be opened, and opened again.

    Parameters
    ----------
    key : tuple[Path | int, ...]
        Which one it is: its path; for a zip in a zip the number of the member too. What is shown may be equal.
    open : Callable[[], BinaryIO]
        Raises `UnfitError`.
    shown : str
        Its path as it is shown.
    parts : tuple[str, ...]
        The same in pieces.
    """

    key: tuple[Path | int, ...]
    open: Callable[[], BinaryIO]
    shown: str
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.shown.rpartition("/")[2]


class _Room:
    """How much may still come."""

    def __init__(self, files: int, size: int) -> None:
        self.files, self._size = files, size

    def take(self, name: str, files: int, size: int) -> None:
        """Take of it; raise UnfitError where it is too little."""
        self.files, self._size = self.files - files, self._size - size
        if self.files < 0 or self._size < 0:
            held = f"{name} holds {files:,} files, answers of {size:,} bytes"
            raise UnfitError("zip-bomb", f"{held}, too many in all for one zip; hand in the notebook alone")


class Archives:
    """Opens zips and keeps the last few of them open; a context manager."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[Path | int, ...], tuple[BinaryIO, zipfile.ZipFile]] = OrderedDict()

    def __enter__(self) -> "Archives":
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._close_oldest()

    def in_class_zip(self, path: Path) -> Iterator[Place]:
        """Yield what could be an answer in the zip that is all submissions; it may be of any size."""
        shown = fit_text(path.name)
        whole = _Zip((path,), lambda: _opened(path, None), shown, ())
        yield from self._places(whole, _Room(*_OF_CLASS), depth=0)

    def in_zip(self, path: Path, shown: str, parts: tuple[str, ...]) -> Iterator[Place]:
        """Yield what could be an answer in a zip that lies among the submissions."""
        whole = _Zip((path,), lambda: _opened(path, BIGGEST), shown, parts)
        yield from self._places(whole, _Room(*_OF_STUDENT), depth=1)

    def _places(self, whole: _Zip, room: _Room, *, depth: int) -> Iterator[Place]:
        if whole.parts:
            yield marker(whole.shown, whole.parts)
        try:
            members = self._members(whole, room)
        except UnfitError as problem:
            yield Place(whole.shown, (*whole.parts, ""), (0,), problem, lambda: b"")
            return
        for number, member in enumerate(members):
            yield from self._member(whole, member, number, room, depth)

    def _members(self, whole: _Zip, room: _Room) -> list[zipfile.ZipInfo]:
        members = self._archive(whole, room).infolist()
        read = [member for member in members if is_answer_name(member.filename) or is_zip_name(member.filename)]
        room.take(whole.name, len(members), sum(member.file_size for member in read))
        return members

    def _member(self, whole: _Zip, member: zipfile.ZipInfo, number: int, room: _Room, depth: int) -> Iterator[Place]:
        name = _name_of(member)
        shown, parts = f"{whole.shown}!{name}", tuple(p for p in PurePosixPath(name).parts if p not in ("/", ".."))
        if not parts or any(map(is_hidden, parts)):
            return
        parts = (*whole.parts, *parts)
        if member.is_dir() and not is_answer_name(name.rstrip("/")):
            yield marker(shown.rstrip("/"), parts)
        elif is_zip_name(name):
            inner = _Zip((*whole.key, number), lambda: io.BytesIO(self._read(whole, member)), shown, parts)
            yield from self._nested(inner, _problem(member), room, depth)
        elif is_answer_name(name.rstrip("/")):
            saved = (*member.date_time, number)
            yield Place(shown, parts, saved, _problem(member), lambda: self._read(whole, member))
        elif len(parts) == 1 and is_lms_name(name):
            yield marker(shown, parts)

    def _nested(self, inner: _Zip, problem: UnfitError | None, room: _Room, depth: int) -> Iterator[Place]:
        if not problem and depth >= _DEEPEST:
            words = f"{inner.parts[-1]} is a zip in a zip in a zip; hand in the notebook alone"
            problem = UnfitError("zip-bomb", words)
        if problem:
            yield Place(inner.shown, (*inner.parts, ""), (0,), problem, lambda: b"")
        else:
            own = room if depth else _Room(*_OF_STUDENT)
            yield from self._places(inner, own, depth=max(depth, 1) + 1)

    def _archive(self, whole: _Zip, room: _Room | None = None) -> zipfile.ZipFile:
        if whole.key not in self._open:
            file = whole.open()
            try:
                if room:
                    _require_few(file, whole.name, room)
                self._open[whole.key] = file, zipfile.ZipFile(file)
            except _BROKEN as error:
                file.close()
                raise _bad_zip(whole, error) from None
            except UnfitError:
                file.close()
                raise
        self._open.move_to_end(whole.key)
        if len(self._open) > _KEPT:
            self._close_oldest()
        return self._open[whole.key][1]

    def _close_oldest(self) -> None:
        file, archive = self._open.popitem(last=False)[1]
        archive.close()  # leaves a file that it was given open
        file.close()

    def _read(self, whole: _Zip, member: zipfile.ZipInfo) -> bytes:
        try:
            with self._archive(whole).open(member) as file:
                content = file.read(BIGGEST + 1)
        except _BROKEN as error:
            raise _bad_zip(whole, error) from None
        if len(content) > BIGGEST:
            raise too_large(_name_of(member))
        return content


def _opened(path: Path, biggest: int | None) -> BinaryIO:
    return os.fdopen(open_regular(path, biggest), "rb")


def _require_few(file: BinaryIO, name: str, room: _Room) -> None:
    """Refuse a zip that names more files than there is room for, before each of them is read."""
    if file.seek(0, os.SEEK_END) <= BIGGEST:  # a larger one is a class's own
        file.seek(0)
        named = file.read().count(_ENTRY)
        if named > room.files:
            room.take(name, named, 0)
    file.seek(0)


def _bad_zip(whole: _Zip, error: Exception) -> UnfitError:
    why = "it asks for too much memory" if isinstance(error, MemoryError) else fit_text(str(error))
    return UnfitError("bad-zip", f"{whole.name} cannot be unpacked ({why}); make a new zip, or hand in the file")


def _name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's name as text; Linux's zip writes UTF-8 and does not say so."""
    try:
        name = member.filename if member.flag_bits & _UTF_8 else member.filename.encode("cp437").decode()
    except UnicodeError:
        name = member.filename
    return fit_text(name)


def _problem(member: zipfile.ZipInfo) -> UnfitError | None:
    """Return why a member is not even read, None if it may be."""
    name, mode = _name_of(member), member.external_attr >> 16
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or name[1:2] == ":":
        return UnfitError("bad-path", f"{name} is a name that leads out of the zip; make a new zip of the file alone")
    if member.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        return not_regular(path.name, stat.S_IFDIR if member.is_dir() else mode)
    if member.file_size > BIGGEST:
        return too_large(path.name)
    if member.file_size > max(_SMALL, _RATIO * member.compress_size):
        return UnfitError(
            "zip-bomb", f"{path.name} unpacks to {member.file_size:,} bytes; make a new zip of your own file"
        )
    return None
