"""In the forked child: give up every right, then answer one request after the other.

Nothing of a submission is read before the last right is gone.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import struct
from collections.abc import Callable
from typing import Any

from . import landlock, wire
from .limits import Limits
from .syscalls import call

__all__ = ["answer_all", "give_up_rights", "keep_limits", "keep_only", "say"]

_LINE = 3  # the descriptor of the socket to the judge
_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38  # PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS
_KILL = 9
_NOTE = 4096  # bytes
_PIECE = 1 << 16  # bytes that are read at once
_MANY = 1 << 16  # descriptors; the worker has a handful
_CAPABILITIES_3 = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_BEHIND = 10  # steps of niceness: many programs of one child must not slow down the judging of another
_STACK = 8 << 20  # bytes; deep recursion in C ends here on every machine


def keep_only(nothing: int, output: int, line: int) -> None:
    """Keep three open files: ``/dev/null`` as input, the output, the line to the judge."""
    # Moved out of the way first: a source may stand where another one goes.
    nothing, output, line = (fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, 10) for source in (nothing, output, line))
    for source, target in ((nothing, 0), (output, 1), (output, 2), (line, _LINE)):
        os.dup2(source, target, inheritable=False)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.closerange(_LINE + 1, most if 0 < most < _MANY else _MANY)


def keep_limits(limits: Limits, used_bytes: int) -> None:
    """Set the resource limits; `used_bytes` of address space are there already."""
    values = {
        resource.RLIMIT_AS: used_bytes + limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.output_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if limits.processes:
        values[resource.RLIMIT_NPROC] = limits.processes
        os.nice(_BEHIND)
    for name, value in values.items():
        hard = resource.getrlimit(name)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (least, least))


def give_up_rights(rules: int | None, parent: int) -> None:
    """Drop all capabilities and every way to new ones, and come under Landlock's rules; there is no way back.

    Parameters
    ----------
    rules : int or None
        The descriptor of the rules; None: this kernel has no Landlock, and the room is shut in another way.
    parent : int
        The process with which this one dies; 0: the first of its namespace, which dies with the one around it.

    Raises
    ------
    OSError
        One of them is refused; the child must not go on.
    """
    header = struct.pack("=Ii", _CAPABILITIES_3, 0)
    call("capset", ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))
    call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if rules is not None:
        landlock.restrict(rules)
    if parent:
        call("prctl", _DIE_WITH_PARENT, _KILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


def say(words: dict[str, object], line: int) -> None:
    """Tell the judge something that nobody asked: whether the child is confined.

    Parameters
    ----------
    words : dict
        The message.
    line : int
        The descriptor of the line before `keep_only()` moved it; both are tried.
    """
    for descriptor in (line, _LINE):
        with contextlib.suppress(OSError):
            _write(wire.encode(words, most=_NOTE), descriptor)
            return


def answer_all(answer: Callable[[Any], object], limits: Limits) -> None:
    """Answer requests until the judge hangs up; bytes are an answer in JSON already."""
    most = limits.frame_bytes
    while data := _read_frame():
        request = json.loads(data)  # the judge's own words
        reply: dict[str, object] = {"id": request["id"]}
        try:
            made = answer(request["ask"])
            if type(made) is bytes:
                frame = wire.framed(b'{"id":"%b","answer":%b}' % (request["id"].encode(), made), most=most)
            else:
                frame = wire.encode(reply | {"answer": made}, most=most)
        except BaseException as error:  # of whatever kind: the judge is told which
            frame = wire.encode(reply | {"error": _name_of(error)}, most=most)
        _write(frame)


def _name_of(error: BaseException) -> str:
    """Return what happened, in one of the words that the judge knows; nothing of the error itself is asked."""
    for kinds, name in (
        (MemoryError, "memory"),
        (wire.TooLargeError, "too-large"),
        (wire.GarbledError, "garbled"),
        (SystemExit, "ended"),
    ):
        if issubclass(type(error), kinds):
            return name
    return "raised"


def _read_frame() -> bytes:
    """Return what the next frame holds, nothing when the judge has hung up; there is never more than one on its way."""
    data = os.read(_LINE, _PIECE)
    while data and len(data) < 4 + int.from_bytes(data[:4], "big"):
        piece = os.read(_LINE, _PIECE)
        data = data + piece if piece else b""
    return data[4:]


def _write(data: bytes, line: int = _LINE) -> None:
    while data:
        data = data[os.write(line, data) :]
