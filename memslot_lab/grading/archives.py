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
from typing import BinaryIO

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
)

_Opener = Callable[[], BinaryIO]
_Zipped = tuple[str, tuple[str, ...]]  # a path as it is shown, and in pieces


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
        self._open: OrderedDict[str, tuple[BinaryIO, zipfile.ZipFile]] = OrderedDict()

    def __enter__(self) -> "Archives":
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._close_oldest()

    def in_class_zip(self, path: Path) -> Iterator[Place]:
        """Yield what could be an answer in the zip that is all submissions; it may be of any size."""
        shown = fit_text(path.name)
        yield from self._places(lambda: _opened(path, None), (shown, ()), _Room(*_OF_CLASS), depth=0)

    def in_zip(self, path: Path, shown: str, parts: tuple[str, ...]) -> Iterator[Place]:
        """Yield what could be an answer in a zip that lies among the submissions."""
        yield from self._places(lambda: _opened(path, BIGGEST), (shown, parts), _Room(*_OF_STUDENT), depth=1)

    def _places(self, opener: _Opener, zipped: _Zipped, room: _Room, *, depth: int) -> Iterator[Place]:
        shown, parts = zipped
        if parts:
            yield marker(shown, parts)
        try:
            members = self._members(opener, shown, room)
        except UnfitError as problem:
            yield Place(shown, (*parts, ""), (0,), problem, lambda: b"")
            return
        for number, member in enumerate(members):
            yield from self._member(opener, member, number, zipped, room, depth)

    def _members(self, opener: _Opener, shown: str, room: _Room) -> list[zipfile.ZipInfo]:
        members = self._zip(opener, shown, room).infolist()
        read = [member for member in members if is_answer_name(member.filename) or is_zip_name(member.filename)]
        room.take(shown.rpartition("/")[2], len(members), sum(member.file_size for member in read))
        return members

    def _member(
        self, opener: _Opener, member: zipfile.ZipInfo, number: int, zipped: _Zipped, room: _Room, depth: int
    ) -> Iterator[Place]:
        name, (outer, outer_parts) = fit_text(member.filename), zipped
        shown, parts = f"{outer}!{name}", tuple(part for part in PurePosixPath(name).parts if part not in ("/", ".."))
        if not parts or any(map(is_hidden, parts)):
            return
        parts = (*outer_parts, *parts)
        if member.is_dir() and not is_answer_name(name.rstrip("/")):
            yield marker(shown.rstrip("/"), parts)
        elif is_zip_name(name):
            yield from self._nested(opener, member, (shown, parts), outer, room, depth)
        elif is_answer_name(name.rstrip("/")):
            saved = (*member.date_time, number)
            yield Place(shown, parts, saved, _problem(member), lambda: self._read(opener, outer, member))
        elif len(parts) == 1 and is_lms_name(name):
            yield marker(shown, parts)

    def _nested(
        self, opener: _Opener, member: zipfile.ZipInfo, zipped: _Zipped, outer: str, room: _Room, depth: int
    ) -> Iterator[Place]:
        shown, parts = zipped
        problem = _problem(member)
        if not problem and depth >= _DEEPEST:
            problem = UnfitError("zip-bomb", f"{parts[-1]} is a zip in a zip in a zip; hand in the notebook alone")
        if problem:
            yield Place(shown, (*parts, ""), (0,), problem, lambda: b"")
        else:
            own = room if depth else _Room(*_OF_STUDENT)
            yield from self._places(
                lambda: io.BytesIO(self._read(opener, outer, member)), zipped, own, depth=max(depth, 1) + 1
            )

    def _zip(self, opener: _Opener, shown: str, room: _Room | None = None) -> zipfile.ZipFile:
        if shown not in self._open:
            file = opener()
            try:
                if room:
                    _require_few(file, shown.rpartition("/")[2], room)
                self._open[shown] = file, zipfile.ZipFile(file)
            except _BROKEN as error:
                file.close()
                raise _bad_zip(shown, error) from None
            except UnfitError:
                file.close()
                raise
        self._open.move_to_end(shown)
        if len(self._open) > _KEPT:
            self._close_oldest()
        return self._open[shown][1]

    def _close_oldest(self) -> None:
        file, archive = self._open.popitem(last=False)[1]
        archive.close()  # leaves a file that it was given open
        file.close()

    def _read(self, opener: _Opener, shown: str, member: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip(opener, shown).open(member) as file:
                content = file.read(BIGGEST + 1)
        except _BROKEN as error:
            raise _bad_zip(shown, error) from None
        if len(content) > BIGGEST:
            raise too_large(fit_text(member.filename))
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


def _bad_zip(shown: str, error: Exception) -> UnfitError:
    name = shown.rpartition("/")[2]
    return UnfitError(
        "bad-zip", f"{name} cannot be unpacked ({fit_text(str(error))}); make a new zip, or hand in the file"
    )


def _problem(member: zipfile.ZipInfo) -> UnfitError | None:
    """Return why a member is not even read, None if it may be."""
    name, mode = fit_text(member.filename), member.external_attr >> 16
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
