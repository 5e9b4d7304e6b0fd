"""KVM_SET_USER_MEMORY_REGION as strace 5.10 to 6.13 print it, with -f, -t, -tt, -T, -y and -X in any form.

Source: real logs of strace 5.10, 6.1 and 6.13.
"""

import errno
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from memslot_lab.captures.log import Event, NewVm, Request, Undecoded, Unused, bad_line
from memslot_lab.engine.errors import FieldWidthError
from memslot_lab.engine.region import KVM_MEM_GUEST_MEMFD, KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY
from memslot_lab.engine.region import UserspaceMemoryRegion as Region

__all__ = ["MARK", "read_requests"]

MARK = re.compile(rb"\bioctl\(\d|<\.\.\. ioctl resumed>")

# The prefix may hold a thread ("123 ", "[pid 123] ", "123<qemu> "), then a clock in several forms.
_PREFIX = rb"\s*(?:\[pid\s+)?(?P<thread>\d{1,10})(?:<[^>]*>)?\]?\s"
_THREAD = re.compile(_PREFIX)
_CALL = re.compile(
    rb"(?:" + _PREFIX + rb")?.*?\bioctl\((?P<fd>\d{1,10})(?:<[^,]*>)?, (?:"
    rb"(?P<region2>KVM_SET_USER_MEMORY_REGION2|0x40a0ae49|_IOC\(_IOC_WRITE, 0xae, 0x49, 0xa0\))"
    rb"|(?P<region>KVM_SET_USER_MEMORY_REGION|0x4020ae46)"
    rb"|(?P<create>KVM_CREATE_VM|0xae01)"
    rb")(?: /\*.*?\*/)?, "
)
_RESUMED = re.compile(rb"<\.\.\. ioctl resumed>")
_FIELDS = re.compile(
    rb"\{slot=(\w+), flags=([^,{}]+), guest_phys_addr=(\w+), memory_size=(\w+), userspace_addr=(\w+)\}"
)
_ANSWER = re.compile(rb"\) *= (-?\w+|\?)(?:<[^()]*>)?(?: (?:\(errno (\d+)\)|(E[A-Z0-9]+)))?(?=[\s(]|$)")
_UNFINISHED = b"<unfinished ...>"
_COMMENT = re.compile(rb"/\*.*?\*/")
_POINTER = re.compile(rb"0x[0-9a-f]+|NULL")
_FLAGS = {
    b"KVM_MEM_LOG_DIRTY_PAGES": KVM_MEM_LOG_DIRTY_PAGES,
    b"KVM_MEM_READONLY": KVM_MEM_READONLY,
    b"KVM_MEM_GUEST_MEMFD": KVM_MEM_GUEST_MEMFD,
}
_ENDED = re.compile(rb"\) *= |\+\+\+|---")
_ERRNOS = {name: number for number, name in errno.errorcode.items()}
_OTHER, _HALF = Unused(other=True), Unused(other=False)


class _UntoldError(Exception):
    """The log does not hold what a call asked or got; `effect` is False for a call that changed nothing."""

    def __init__(self, why: str, *, effect: bool = True) -> None:
        super().__init__(why)
        self.effect = effect


class _Call(NamedTuple):
    """An ioctl() that matters here, up to where the log leaves it."""

    line: int
    thread: int
    kind: str  # "create", "region" or "region2"
    fd: int
    rest: bytes  # all behind the request's name


def read_requests(lines: Iterable[tuple[int, bytes]]) -> Iterator[Event]:
    """Yield one event a line, and at the end one for each call that never returned.

    A call that is split in two takes effect where it returns, and is known by the line of its first half.
    """
    vms = _Vms()
    unfinished: dict[int, _Call] = {}
    for number, line in lines:
        if unfinished and (lost := _lost(line, unfinished)):
            yield from _untold(unfinished.pop(lost), vms)
        if found := _CALL.match(line):
            call = _Call(number, int(found["thread"] or 0), str(found.lastgroup), int(found["fd"]), line[found.end() :])
            if _UNFINISHED in call.rest:
                unfinished[call.thread] = call._replace(rest=call.rest.partition(_UNFINISHED)[0])
                yield _HALF
            else:
                yield _event(call, vms)
        elif unfinished and (found := _RESUMED.search(line)) and (thread := _waiting(line, unfinished)) is not None:
            call = unfinished.pop(thread)
            yield _event(call._replace(rest=call.rest + line[found.end() :]), vms)
        elif not line.endswith(b"\n") and not _ENDED.search(line):
            yield bad_line(number, "the log ends inside this line", line)
        elif b"ioctl(" in line and (b"KVM_SET_USER_MEMORY_REGION" in line or b"KVM_CREATE_VM" in line):
            yield bad_line(number, "no ioctl() in strace's form", line)._replace(cut=False)
        else:
            yield _OTHER
    for call in unfinished.values():
        yield from _untold(call, vms)


def _thread(line: bytes) -> int:
    found = _THREAD.match(line)
    return int(found[1]) if found else 0  # without -f there is one thread, and no number


def _waiting(line: bytes, unfinished: dict[int, _Call]) -> int | None:
    """Return the thread whose call this line resumes, None if its call is not one of these.

    On a terminal the number is left out while only one thread is left.
    """
    thread = _thread(line)
    if thread in unfinished:
        return thread
    return next(iter(unfinished)) if len(unfinished) == 1 and 0 in (thread, *unfinished) else None


def _lost(line: bytes, unfinished: dict[int, _Call]) -> int:
    """Return the thread that goes on, in this line, without having returned from its call; 0 for none."""
    thread = _thread(line)
    going_on = thread in unfinished and not _RESUMED.search(line) and b" --- " not in line and b" +++ " not in line
    return thread if going_on else 0


def _untold(call: _Call, vms: "_Vms") -> Iterator[Event]:
    if call.kind != "create":
        yield Undecoded(call.line, vms.of(call), "the call never returned in this log")


def _event(call: _Call, vms: "_Vms") -> Event:
    """Read a whole call."""
    try:
        if call.kind == "region":
            region, error = _region_and_errno(call.rest.partition(b" <")[0].rstrip())  # without the time of -T
            return Request(call.line, vms.of(call), region, error)
        value = _answer(call.rest)
        if call.kind == "create":
            return vms.new(call.line, call.thread, value) if value >= 0 else _OTHER
        raise _UntoldError("strace prints no fields of KVM_SET_USER_MEMORY_REGION2", effect=value >= 0)
    except _UntoldError as error:
        return _OTHER if call.kind == "create" else Undecoded(call.line, vms.of(call), str(error), error.effect)
    except (ValueError, FieldWidthError) as error:
        return bad_line(call.line, str(error), call.rest)


@lru_cache(maxsize=4096)  # a guest that boots again asks for the same regions again
def _region_and_errno(text: bytes) -> tuple[Region, int]:
    answer = _answer(text)
    fields = _FIELDS.match(text)
    if not fields:
        if _POINTER.match(text):
            raise _UntoldError("strace could not read the fields", effect=answer >= 0)
        raise ValueError("no whole region")
    slot, flags, gpa, size, hva = fields.groups()
    return Region(int(slot, 0), _flags(flags), int(gpa, 0), int(size, 0), int(hva, 0)), max(0, -answer)


def _answer(text: bytes) -> int:
    """Return what the call returned: a number, or a negative errno."""
    found = _ANSWER.search(text)
    if not found:
        raise ValueError("no answer behind the request")
    value, number, name = found[1], found[2], (found[3] or b"").decode()
    if value == b"?":
        raise _UntoldError("the call was interrupted")
    if value != b"-1":
        return int(value, 0)
    if not number and name not in _ERRNOS:
        raise ValueError(f"unknown error {name!r}")
    return -int(number) if number else -_ERRNOS[name]


def _flags(text: bytes) -> int:
    if text == b"0":
        return 0
    bits = 0
    for name in _COMMENT.sub(b"", text).strip().split(b"|"):
        bits |= _FLAGS[name] if name in _FLAGS else int(name, 0)
    return bits


class _Vms:
    """Which VM a descriptor means to a thread.

    Threads share the descriptors of their process, which strace does not name: a thread that made no VM on a
    descriptor is taken for one of the process that made one, with the nearest lower thread number. Where several
    threads made one, that is a guess, and the event says so.
    """

    def __init__(self) -> None:
        self._count = 0
        self._made: dict[int, dict[int, int]] = {}  # descriptor: {thread that made it: VM}
        self._known: dict[tuple[int, int], int] = {}  # (thread, descriptor): VM

    def new(self, line: int, thread: int, fd: int) -> NewVm:
        """Begin a VM on a descriptor, in place of the one that the same thread made on it."""
        made = self._made.setdefault(fd, {})
        replaced, made[thread] = made.get(thread, -1), self._count
        self._known = {key: vm for key, vm in self._known.items() if key[1] != fd}
        self._count += 1
        makers = ", ".join(map(str, made))
        guess = f"threads {makers} each made a VM on descriptor {fd}; which one a thread means is a guess"
        return NewVm(line, made[thread], replaced, guess if len(made) > 1 else "")

    def of(self, call: _Call) -> int:
        """Return the VM that the call is for; begin one if the log holds no KVM_CREATE_VM."""
        key = call.thread, call.fd
        if key not in self._known:
            if call.fd not in self._made:
                self.new(call.line, call.thread, call.fd)
            made = self._made[call.fd]
            maker = max((thread for thread in made if thread <= call.thread), default=min(made))
            self._known[key] = made[maker]
        return self._known[key]
