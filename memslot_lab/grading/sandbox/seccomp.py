"""The list of system calls that a child may make, as a program for the kernel's filter.

Everything else is refused with EPERM. Calls of another machine's kind (int 0x80, x32) kill: their numbers mean
something else, so nobody makes them by mistake.
"""

import ctypes
import errno
import struct
from functools import cache

from .syscalls import ALLOWED, AUDIT_ARCH, CHECKED, call, machine, numbers

__all__ = ["filter_for", "install"]

# Classic BPF: load a word of the call, compare it, return a verdict.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # byte offsets in struct seccomp_data
_X32 = 0x40000000  # set in the number of a call of the x32 ABI

_SET_MODE_FILTER = 1

# Argument by argument: what it may be, in its low 32 bits; the kernel takes these as int or unsigned int.
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX
_FCNTL = (0, 1, 2, 3, 4, 1030)  # duplicate, close-on-exec, flags; no owner, signal, lock, pipe size or seal
_PRCTL = (15, 16)  # the thread's name


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _one_of(number: int, argument: int, values: tuple[int, ...]) -> bytes:
    """Return the rule that allows a call where the low half of an argument is one of `values`."""
    steps = [_step(_LOAD, _FIRST_ARGUMENT + 8 * argument)]
    steps += [_step(_EQUAL, value, yes=len(values) - i) for i, value in enumerate(values)]
    steps += [_step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW)]
    return _step(_EQUAL, number, no=len(steps)) + b"".join(steps)


def _zero(number: int, *words: int) -> bytes:
    """Return the rule that allows a call where the given 32-bit words of its arguments are 0."""
    steps = list[bytes]()
    for i, word in enumerate(words):
        steps += [_step(_LOAD, _FIRST_ARGUMENT + 4 * word), _step(_EQUAL, 0, no=2 * (len(words) - i) - 1)]
    steps += [_step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)]
    return _step(_EQUAL, number, no=len(steps)) + b"".join(steps)


@cache
def filter_for(pid: int) -> bytes:
    """Return the filter's program for the process `pid`, which may send signals to itself."""
    of = numbers(CHECKED)
    program = _step(_LOAD, _ARCH) + _step(_EQUAL, AUDIT_ARCH[machine()], yes=1) + _step(_RETURN, _KILL)
    program += _step(_LOAD, _NUMBER)
    if machine() == "x86_64":
        program += _step(_AT_LEAST, _X32, no=1) + _step(_RETURN, _KILL)
    for number in numbers(ALLOWED).values():
        program += _step(_EQUAL, number, no=1) + _step(_RETURN, _ALLOW)
    program += _one_of(of["ioctl"], 1, _TERMINAL_QUESTIONS) + _one_of(of["fcntl"], 1, _FCNTL)
    program += _one_of(of["prctl"], 0, _PRCTL) + _one_of(of["kill"], 0, (pid,)) + _one_of(of["tgkill"], 0, (pid,))
    program += _zero(of["prlimit64"], 0, 4, 5)  # of oneself, and no new limit: a pointer in two halves
    return program + _step(_RETURN, _REFUSE)


def install(program: bytes) -> None:
    """Put this process under the filter, for good; raise OSError where the kernel refuses."""
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    call("seccomp", _SET_MODE_FILTER, 0, ctypes.c_char_p(header))
