"""The list of system calls that a child may make, as a program for the kernel's filter.

Everything else is refused with EPERM. Calls of another machine's kind (int 0x80, x32) kill: their numbers mean
something else, so nobody makes them by mistake.
"""

import ctypes
import errno
import struct
from functools import cache

from .syscalls import ALLOWED, AUDIT_ARCH, CHECKED, PROGRAMS, call, machine, numbers

__all__ = ["filter_for", "filter_with_programs", "install"]

# Classic BPF: load a word of the call, compare it, return a verdict.
_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE = _ERROR | errno.EPERM
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # byte offsets in struct seccomp_data
_X32 = 0x40000000  # set in the number of a call of the x32 ABI

_SET_MODE_FILTER = 1

# Argument by argument: what it may be, in its low 32 bits; the kernel takes these as int or unsigned int.
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX
_FCNTL = (0, 1, 2, 3, 4, 1030)  # duplicate, close-on-exec, flags; no owner, signal, lock, pipe size or seal
_PRCTL = (15, 16)  # the thread's name

# With programs: file locks; whether a socket waits, and how much has come; no namespace, no brother of the parent.
_LOCKS = (5, 6, 7)
_SOCKET_WAITS = (0x5421, 0x541B)  # FIONBIO, FIONREAD
_UNIX, _INTERNET = 1, 2
_USUAL_POLICY = 0  # SCHED_OTHER, which ZeroMQ's threads ask for
_NEW_ROOMS = 0x7E020000 | 0x8000  # CLONE_NEW*, CLONE_PARENT


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _one_of(number: int, argument: int, values: tuple[int, ...], *, otherwise: int = _REFUSE) -> bytes:
    """Return the rule that allows a call where the low half of an argument is one of `values`."""
    steps = [_step(_LOAD, _FIRST_ARGUMENT + 8 * argument)]
    steps += [_step(_EQUAL, value, yes=len(values) - i) for i, value in enumerate(values)]
    steps += [_step(_RETURN, otherwise), _step(_RETURN, _ALLOW)]
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
    rules = _one_of(of["ioctl"], 1, _TERMINAL_QUESTIONS) + _one_of(of["fcntl"], 1, _FCNTL)
    rules += _one_of(of["kill"], 0, (pid,)) + _one_of(of["tgkill"], 0, (pid,))
    return _program(numbers(ALLOWED), rules)


@cache
def filter_with_programs() -> bytes:
    """Return the filter's program for a child that may start programs, in namespaces that hold all that it can reach.

    It may send signals, to what is in its own; and open sockets, where its network has no other machine.
    """
    of = numbers(CHECKED) | numbers(PROGRAMS)
    rules = _one_of(of["ioctl"], 1, _TERMINAL_QUESTIONS + _SOCKET_WAITS) + _one_of(of["fcntl"], 1, _FCNTL + _LOCKS)
    # ZeroMQ asks for the network's interfaces by a socket, and takes this answer alone for none.
    rules += _one_of(of["socket"], 0, (_UNIX, _INTERNET), otherwise=_ERROR | errno.EOPNOTSUPP)
    rules += _one_of(of["socketpair"], 0, (_UNIX,))
    # Its flags lie where no filter can read them; told that there is none, the C library takes clone.
    rules += _step(_EQUAL, of["clone3"], no=1) + _step(_RETURN, _ERROR | errno.ENOSYS)
    flags = [_step(_LOAD, _FIRST_ARGUMENT), _step(_ANY_OF, _NEW_ROOMS, no=1)]
    flags += [_step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW)]
    rules += _step(_EQUAL, of["clone"], no=len(flags)) + b"".join(flags)
    rules += _one_of(of["sched_setscheduler"], 1, (_USUAL_POLICY,))
    checked = ("socket", "socketpair", "clone", "clone3", "sched_setscheduler")
    freely = {name: number for name, number in of.items() if name in ("kill", "tgkill")}
    freely |= {name: number for name, number in numbers(PROGRAMS).items() if name not in checked}
    return _program(numbers(ALLOWED) | freely, rules)


def _program(allowed: dict[str, int], rules: bytes) -> bytes:
    """Return a program that allows these calls, and others by rules; and what is common to all."""
    of = numbers(CHECKED)
    program = _step(_LOAD, _ARCH) + _step(_EQUAL, AUDIT_ARCH[machine()], yes=1) + _step(_RETURN, _KILL)
    program += _step(_LOAD, _NUMBER)
    if machine() == "x86_64":
        program += _step(_AT_LEAST, _X32, no=1) + _step(_RETURN, _KILL)
    for number in allowed.values():
        program += _step(_EQUAL, number, no=1) + _step(_RETURN, _ALLOW)
    program += rules + _one_of(of["prctl"], 0, _PRCTL)
    program += _zero(of["prlimit64"], 0, 4, 5)  # of oneself, and no new limit: a pointer in two halves
    return program + _step(_RETURN, _REFUSE)


def install(program: bytes) -> None:
    """Put this process under the filter, for good; raise OSError where the kernel refuses."""
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    call("seccomp", _SET_MODE_FILTER, 0, ctypes.c_char_p(header))
