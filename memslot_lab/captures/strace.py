"""KVM_SET_USER_MEMORY_REGION as strace 5.10 to 6.13 print it, with -f, -t, -tt, -T, -y and -X in any form.

Source: real logs of strace 5.10, 6.1 and 6.13.
"""

import errno
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from memslot_lab.captures.log import BadLine, Event, NewVm, Request, Undecoded, Unused
from memslot_lab.engine.errors import FieldWidthError
from memslot_lab.engine.region import KVM_MEM_GUEST_MEMFD, KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY
from memslot_lab.engine.region import UserspaceMemoryRegion as Region

__all__ = ["MARK", "read_requests"]

MARK = re.compile(rb"\bioctl\(\d+|<\.\.\. ioctl resumed>")

_THREAD = re.compile(rb"\s*(?:\[pid\s+)?(\d+)(?:<[^>]*>)?\]?\s")
_CALL = re.compile(
    rb"\bioctl\((?P<fd>\d+)(?:<[^>]*>)?, (?:"
    rb"(?P<create>KVM_CREATE_VM|0xae01)"
    rb"|(?P<region2>KVM_SET_USER_MEMORY_REGION2|0x40a0ae49|_IOC\(_IOC_WRITE, 0xae, 0x49, 0xa0\))"
    rb"|(?P<region>KVM_SET_USER_MEMORY_REGION|0x4020ae46)"
    rb")(?: /\*.*?\*/)?, "
)
_FIELDS = re.compile(
    rb"\{slot=(\w+), flags=([^,{}]+), guest_phys_addr=(\w+), memory_size=(\w+), userspace_addr=(\w+)\}"
)
_ANSWER = re.compile(rb"\) *= (-?\w+|\?)(?:<[^>]*>)?(?: (?:\(errno (\d+)\)|(E[A-Z0-9]+)))?(?=[\s(]|$)")
_RESUMED = b"<... ioctl resumed>"
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
        found = _CALL.search(line)
        if found:
            call = _Call(number, _thread(line), str(found.lastgroup), int(found["fd"]), line[found.end() :])
            if _UNFINISHED in call.rest:
                unfinished[call.thread] = call._replace(rest=call.rest.partition(_UNFINISHED)[0])
                yield _HALF
            else:
                yield _event(call, vms)
        elif _RESUMED in line and _thread(line) in unfinished:
            call = unfinished.pop(_thread(line))
            yield _event(call._replace(rest=call.rest + line.partition(_RESUMED)[2]), vms)
        elif not line.endswith(b"\n") and not _ENDED.search(line):
            yield BadLine(number, _why("the log ends inside this line", line), cut=True)
        elif b"KVM_SET_USER_MEMORY_REGION" in line:
            yield BadLine(number, _why("no ioctl() in strace's form", line), cut=False)
        else:
            yield _OTHER
    for call in unfinished.values():
        yield Undecoded(call.line, vms.of(call), "the call never returned in this log")


def _thread(line: bytes) -> int:
    found = _THREAD.match(line)
    return int(found[1]) if found else 0  # without -f there is one thread, and no number


def _event(call: _Call, vms: "_Vms") -> Event:
    """Read a whole call."""
    answer = _ANSWER.search(call.rest)
    if not answer:
        return BadLine(call.line, _why("no answer behind the request", call.rest), cut=not call.rest.endswith(b"\n"))
    if answer[1] == b"?":
        return Undecoded(call.line, vms.of(call), "the call was interrupted")
    value = int(answer[1], 0)
    if call.kind == "create":
        return NewVm(call.line, *vms.new(call.thread, value)) if value >= 0 else _OTHER
    if call.kind == "region2":
        return Undecoded(call.line, vms.of(call), "strace prints no fields of KVM_SET_USER_MEMORY_REGION2")
    fields = _FIELDS.match(call.rest)
    if not fields:
        if _POINTER.match(call.rest):
            return Undecoded(call.line, vms.of(call), "strace could not read the fields")
        return BadLine(call.line, _why("no complete region", call.rest), cut=False)
    slot, flags, gpa, size, hva = fields.groups()
    try:
        region = Region(int(slot, 0), _flags(flags), int(gpa, 0), int(size, 0), int(hva, 0))
        return Request(call.line, vms.of(call), region, _errno(answer) if value < 0 else 0)
    except (ValueError, FieldWidthError) as error:
        return BadLine(call.line, _why(str(error), call.rest), cut=False)


def _flags(text: bytes) -> int:
    if text == b"0":
        return 0
    bits = 0
    for name in _COMMENT.sub(b"", text).strip().split(b"|"):
        bits |= _FLAGS[name] if name in _FLAGS else int(name, 0)
    return bits


def _errno(answer: re.Match[bytes]) -> int:
    number, name = answer[2], (answer[3] or b"").decode()
    if number:
        return int(number)
    if name not in _ERRNOS:
        raise ValueError(f"unknown error {name!r}")
    return _ERRNOS[name]


def _why(rule: str, text: bytes) -> str:
    return f"{rule}: {text.strip()[:120].decode(errors='replace')!r}"


class _Vms:
    """Which VM a descriptor means to a thread.

    Threads share the descriptors of their process, which strace does not name: a thread that made no VM on a
    descriptor is taken for one of the process that made one, with the nearest lower thread number.
    """

    def __init__(self) -> None:
        self._count = 0
        self._made: dict[int, dict[int, int]] = {}  # descriptor: {thread that made it: VM}
        self._known: dict[tuple[int, int], int] = {}  # (thread, descriptor): VM

    def new(self, thread: int, fd: int) -> tuple[int, int]:
        """Begin a VM on a descriptor; return it and the VM that it replaces (-1 for none)."""
        made = self._made.setdefault(fd, {})
        replaced, made[thread] = made.get(thread, -1), self._count
        self._known = {key: vm for key, vm in self._known.items() if key[1] != fd}
        self._count += 1
        return made[thread], replaced

    def of(self, call: _Call) -> int:
        """Return the VM that the call is for; begin one if the log holds no KVM_CREATE_VM."""
        key = call.thread, call.fd
        if key not in self._known:
            if call.fd not in self._made:
                self.new(call.thread, call.fd)
            made = self._made[call.fd]
            maker = max((thread for thread in made if thread <= call.thread), default=min(made))
            self._known[key] = made[maker]
        return self._known[key]
