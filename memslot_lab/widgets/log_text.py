"""A log of requests as a Python script and as the fragment of a link, there and back.

What comes back is read, never run: a script may hold the calls that `code_of()` writes, and nothing else.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from memslot_lab.engine.errors import MemslotError
from memslot_lab.engine.region import UserspaceMemoryRegion, Vm

__all__ = ["HostAddresses", "PlaygroundError", "code_of", "link_of", "read_log"]

_USUAL_SLOTS = 509
_FIRST_HOST, _LAST_HOST = 0x7000_0000_0000, 0x7F00_0000_0000
_ROUND = 2 << 20  # bytes; where an allocator would put large memory
_LONGEST = 1 << 20  # characters
_FIELDS = ("slot", "flags", "guest_phys_addr", "memory_size", "userspace_addr")


class PlaygroundError(ValueError):
    """Something that a playground was asked for and cannot do, in words for whoever asked."""


class HostAddresses:
    """Where the memory of each slot would lie in the host, as a VMM might choose it.

    The choice hangs on the requests before alone, so that a link need not name it.
    """

    def __init__(self) -> None:
        self._of: dict[int, int] = {}
        self._next = _FIRST_HOST

    def note(self, region: UserspaceMemoryRegion) -> None:
        """Take in a request."""
        if region.memory_size:
            self._of[region.slot] = region.userspace_addr
            end = region.userspace_addr + region.memory_size
            if self._next < end < _LAST_HOST:
                self._next = -(-end // _ROUND) * _ROUND

    def usual(self, slot: int, size: int) -> int:
        """Return the address that the slot had before, or a fresh one; 0 for a delete."""
        return self._of.get(slot, self._next) if size else 0


# Code.

_HEAD = "vm = Vm(user_slots={})"
_CALL = "vm.set_user_memory_region(UserspaceMemoryRegion({}, {:#x}, {:#x}, {:#x}, {:#x}))"
_IMPORTS = {
    False: "from memslot_lab.engine import UserspaceMemoryRegion, Vm, for_each_memslot",
    True: "from contextlib import suppress\n\n"
    "from memslot_lab.engine import MemslotError, UserspaceMemoryRegion, Vm, for_each_memslot",
}
_REFUSED = "with suppress(MemslotError):"
_TAIL = "for slot in for_each_memslot(vm.memslots[0]):\n    print(slot)"


def code_of(requests: list[tuple[UserspaceMemoryRegion, str]], user_slots: int) -> str:
    """Return a script that makes the requests; with each, why it is refused, if it is.

    Examples
    --------
    >>> print(code_of([(UserspaceMemoryRegion(0, 0, 0x0, 0xA0000, 0x700000000000), "")], 509))
    from memslot_lab.engine import UserspaceMemoryRegion, Vm, for_each_memslot
    <BLANKLINE>
    vm = Vm(user_slots=509)
    # slot, flags, guest_phys_addr, memory_size, userspace_addr
    vm.set_user_memory_region(UserspaceMemoryRegion(0, 0x0, 0x0, 0xa0000, 0x700000000000))
    <BLANKLINE>
    for slot in for_each_memslot(vm.memslots[0]):
        print(slot)
    <BLANKLINE>
    """
    lines = [_IMPORTS[any(why for _, why in requests)], "", _HEAD.format(user_slots), f"# {', '.join(_FIELDS)}"]
    for region, why in requests:
        call = _CALL.format(*_values(region))
        lines += [f"{_REFUSED}  # {why}", f"    {call}"] if why else [call]
    return "\n".join([*lines, "", _TAIL, ""])


def _values(region: UserspaceMemoryRegion) -> tuple[int, ...]:
    return tuple(getattr(region, name) for name in _FIELDS)


_KNOWN = {ast.dump(node) for text in (*_IMPORTS.values(), _TAIL) for node in ast.parse(text).body}


def _read_code(text: str) -> tuple[list[UserspaceMemoryRegion], int]:
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise PlaygroundError(f"line {error.lineno}: this is no Python ({error.msg}); paste the whole log") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise PlaygroundError(f"this is no Python ({error}); paste the log as it was copied") from error
    regions, user_slots = list[UserspaceMemoryRegion](), _USUAL_SLOTS
    for node in body:
        if ast.dump(node) in _KNOWN:
            continue
        if isinstance(node, ast.Assign):
            user_slots = _read_machine(node, regions)
        else:
            regions += map(_read_call, _calls(node))
    if not regions and user_slots == _USUAL_SLOTS and not body:
        raise PlaygroundError("there is nothing to read; paste a log as Python code, or a link with #ops=")
    return regions, user_slots


def _calls(node: ast.stmt) -> Iterable[ast.stmt]:
    """Return the statements in a block for refused requests, or the statement itself."""
    if isinstance(node, ast.With) and [ast.unparse(item) for item in node.items] == ["suppress(MemslotError)"]:
        return node.body
    return [node]


def _read_machine(node: ast.Assign, regions: list[UserspaceMemoryRegion]) -> int:
    match node:
        case ast.Assign(
            targets=[ast.Name("vm")],
            value=ast.Call(ast.Name("Vm"), [], [ast.keyword("user_slots", ast.Constant(int(user_slots)))]),
        ) if not regions:
            return _machine(user_slots, f"line {node.lineno}")
        case _:
            raise _foreign(node)


def _machine(user_slots: int, where: str) -> int:
    try:
        Vm(user_slots)
    except MemslotError as error:
        raise PlaygroundError(f"{where}: {error}") from error
    return user_slots


def _read_call(node: ast.stmt) -> UserspaceMemoryRegion:
    match node:
        case ast.Expr(
            ast.Call(
                ast.Attribute(ast.Name("vm"), "set_user_memory_region"),
                [ast.Call(ast.Name("UserspaceMemoryRegion"), args, keywords)],
                [],
            )
        ):
            return _region(_arguments(args, keywords, node), f"line {node.lineno}")
        case _:
            raise _foreign(node)


def _arguments(args: list[ast.expr], keywords: list[ast.keyword], node: ast.stmt) -> list[int]:
    given = dict(zip(_FIELDS, args, strict=False)) | {str(keyword.arg): keyword.value for keyword in keywords}
    values = [value.value for name in _FIELDS if isinstance(value := given.get(name), ast.Constant)]
    numbers = [value for value in values if type(value) is int]
    if len(args) + len(keywords) != len(_FIELDS) or len(given) != len(_FIELDS) or len(numbers) != len(_FIELDS):
        words = f"line {node.lineno}: a request takes five whole numbers ({', '.join(_FIELDS)})"
        raise PlaygroundError(f"{words}, not {_brief(node)}; write each as a number, in hex or decimal")
    return numbers


def _region(values: Iterable[int], where: str) -> UserspaceMemoryRegion:
    try:
        return UserspaceMemoryRegion(*values)
    except MemslotError as error:
        raise PlaygroundError(f"{where}: {error}") from error


def _foreign(node: ast.stmt) -> PlaygroundError:
    rule = "only the calls that the log itself writes are read, and nothing is run"
    return PlaygroundError(f"line {node.lineno}: {_brief(node)!r} is not understood: {rule}; leave this line out")


def _brief(node: ast.stmt) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 60 else f"{text[:57]}..."


# Links.

_VERSION = "1"
_OPS = re.compile(r"(?:^|[#&?])ops=([^&\s]*)")
_OP = re.compile(
    r"(?P<slot>\d+)\.(?:(?P<gone>del)|(?P<gpa>[0-9a-f]+)\.(?P<size>[0-9a-f]+)"
    r"(?:\.f(?P<flags>[0-9a-f]+))?(?:\.h(?P<hva>[0-9a-f]+))?)",
    re.ASCII,
)


def link_of(regions: Iterable[UserspaceMemoryRegion], user_slots: int) -> str:
    """Return the fragment of a link: slot, then address and size in hex, parted by dots; ``~`` between requests.

    Flags follow as ``.f1`` where there are any, a host address as ``.h700000200000`` where it is not the usual one.

    Examples
    --------
    >>> link_of([UserspaceMemoryRegion(0, 1, 0x0, 0xA0000, 0x700000000000), UserspaceMemoryRegion(0, 0, 0, 0, 0)], 509)
    '#ops=1~0.0.a0000.f1~0.del'
    """
    head = _VERSION if user_slots == _USUAL_SLOTS else f"{_VERSION}-{user_slots}"
    return f"#ops={'~'.join([head, *_ops(regions)])}"


def _ops(regions: Iterable[UserspaceMemoryRegion]) -> Iterator[str]:
    hosts = HostAddresses()
    for region in regions:
        slot, flags, gpa, size, hva = _values(region)
        usual = hosts.usual(slot, size) == hva
        hosts.note(region)
        if not (flags or gpa or size or hva):
            yield f"{slot}.del"
        else:
            yield f"{slot}.{gpa:x}.{size:x}" + (f".f{flags:x}" if flags else "") + ("" if usual else f".h{hva:x}")


def _read_link(text: str) -> tuple[list[UserspaceMemoryRegion], int]:
    head, *ops = unquote(text).lower().split("~")
    version, _, user_slots = head.partition("-")
    if version != _VERSION:
        raise PlaygroundError(
            f"the link is of version {version[:20]!r}, and this playground reads version {_VERSION}; copy it anew"
        )
    if user_slots and not re.fullmatch(r"\d{1,9}", user_slots, re.ASCII):
        raise PlaygroundError(f"the link names {user_slots[:20]!r} slot ids; that must be a number, copy it anew")
    hosts, regions = HostAddresses(), list[UserspaceMemoryRegion]()
    for number, op in enumerate(ops, 1):
        regions.append(_read_op(op, f"request {number} of the link", hosts))
        hosts.note(regions[-1])
    return regions, _machine(int(user_slots), "the link") if user_slots else _USUAL_SLOTS


def _read_op(op: str, where: str, hosts: HostAddresses) -> UserspaceMemoryRegion:
    found = _OP.fullmatch(op)
    if not found or len(op) > 100:
        form = "slot.address.size in hex, perhaps .f1 and .h7000 behind, or slot.del"
        raise PlaygroundError(f"{where}, {op[:40]!r}, cannot be read: expected {form}; copy the link anew")
    slot, size = int(found["slot"]), int(found["size"] or "0", 16)
    gpa, flags = int(found["gpa"] or "0", 16), int(found["flags"] or "0", 16)
    hva = int(found["hva"], 16) if found["hva"] else hosts.usual(slot, size)
    return _region((slot, flags, gpa, size, hva), where)


def read_log(text: str) -> tuple[list[UserspaceMemoryRegion], int]:
    """Return the requests of a script or a link, and how many slot ids their VM has.

    Raises
    ------
    PlaygroundError
        It is neither, or holds what is not understood; says where, and what to do.
    """
    if len(text) > _LONGEST:
        raise PlaygroundError(f"the text is {len(text):,} characters long; {_LONGEST:,} are the most, leave some out")
    found = _OPS.search(text.strip())
    return _read_link(found[1]) if found and "\n" not in text.strip() else _read_code(text)
