"""Exercise 08: classify. Judged on what it says to a request, rule by rule, and on the array being left alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from errno import errorcode
from random import Random
from typing import cast

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.looks import look, same_value, value_text
from memslot_lab.course.seen import ALL, Args, Aspect, Difference, Seen
from memslot_lab.course.stages.arrays import ArrayStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import Change, MemorySlot, MemslotError, Memslots, UserspaceMemoryRegion, Vm
from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SIZE
from memslot_lab.views.array import Picture, show, show_diff

__all__ = ["JUDGED", "RegionCase", "classify", "region_text"]

_NOTHING = "None, for nothing changes"
_HOST = 1 << 44
_USER_END = (1 << 47) - PAGE_SIZE
_MAX_GPA = 1 << 52


def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    """Return what a request would do to the array, None for nothing, or the name of the errno."""
    return _answer(slots, region)[0]


def _answer(slots: Memslots, region: UserspaceMemoryRegion) -> tuple[Change | str | None, str]:
    """Return what the engine says, and its reason where it refuses."""
    vm = Vm(user_slots=1)  # its own array is not used
    vm.user_slots, vm.memslots = slots.capacity, [slots]
    try:
        return vm.classify(region), ""
    except MemslotError as error:
        return errorcode[error.errno], Exception.__str__(error)


@dataclass(frozen=True, slots=True)
class RegionCase(ArrayCase):
    """One array, and requests that are asked about."""

    def form(self, value: object) -> object:
        """Return what was said; words for nothing, so that None can be a right answer."""
        return _NOTHING if value is None else value

    def difference(self, seen: Seen) -> Difference | None:
        if Aspect.RETURNED not in self.looked_at:
            return look(seen, self.looked_at)
        if same_value(seen.value, seen.right):
            return None
        got, want = (_said(value) for value in (seen.value, seen.right))
        return Difference(f"returned {got}", f"returned {want}", f"It returned {got}; want {want}. {self._why(seen)}")

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show(before) if Aspect.RETURNED in self.looked_at else show_diff(got, want, before=before)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        region = cast("UserspaceMemoryRegion", args[0])
        return f"{name}(slots, {region_text(region, brief=brief)})"

    def args_text(self, args: Args) -> str:
        return f"slot {cast('UserspaceMemoryRegion', args[0]).slot}"

    def slots(self) -> Memslots:
        """Return the array that is asked about."""
        return ArrayStage(self.capacity, self.used, self.stale).slots

    def _why(self, seen: Seen) -> str:
        region = cast("UserspaceMemoryRegion", seen.args[0])
        if isinstance(seen.value, int) and not isinstance(seen.value, bool):
            return "An errno is named here, not numbered."
        why = _answer(self.slots(), region)[1]
        if why:
            return f"The rule: {why.partition('; ')[0]}."
        return _WHYS[seen.right].format(region.slot)


_WHYS: dict[object, str] = {
    Change.CREATE: "No rule is broken, and no slot has id {}.",
    Change.DELETE: "Its size is 0, and slot {} is there; for a delete, nothing but the form of the rest matters.",
    Change.MOVE: "No rule is broken: slot {} is there, at another base_gfn.",
    Change.FLAGS_ONLY: "No rule is broken: slot {} is there, at the same base_gfn, with other flags.",
    _NOTHING: "Slot {} is there, just as the request wants it.",
}


def region_text(region: UserspaceMemoryRegion, *, brief: bool = False) -> str:
    """Return a request as Python writes it, numbers in hex; briefly, its fields alone."""
    if brief:
        return f"slot={region.slot}, gpa={region.guest_phys_addr:#x}, size={region.memory_size:#x}, ..."
    return (
        f"UserspaceMemoryRegion(slot={region.slot}, flags={region.flags:#x}, "
        f"guest_phys_addr={region.guest_phys_addr:#x}, memory_size={region.memory_size:#x}, "
        f"userspace_addr={region.userspace_addr:#x})"
    )


def _said(value: object) -> str:
    return "None" if value is _NOTHING else f"Change.{value.name}" if isinstance(value, Change) else value_text(value)


# The cases. Holes of 0x80 frames lie between the slots; each has host memory of its own.


def _array(ids: tuple[int, ...], *, lowest: int = 0x100, flags: int = 0) -> tuple[MemorySlot, ...]:
    return tuple(
        replace(slot, flags=flags, userspace_addr=_HOST + (slot.id << 30)) for slot in array_of(ids, lowest=lowest)
    )


def _ask(slot: MemorySlot, /, **changes: int) -> UserspaceMemoryRegion:
    """Return the request that a slot, there or not, comes from, with some fields changed."""
    gpa, size = slot.base_gfn * PAGE_SIZE, slot.npages * PAGE_SIZE
    return replace(UserspaceMemoryRegion(slot.id, slot.flags, gpa, size, slot.userspace_addr), **changes)


def _case(
    group: str, used: tuple[MemorySlot, ...], *requests: UserspaceMemoryRegion, stale: tuple[MemorySlot, ...] = ()
) -> Case:
    looked_at = ALL if group == "left alone" else (Aspect.RETURNED,)
    capacity = 600 if any(slot.id > 15 for slot in used) else 16
    return RegionCase(group, looked_at, capacity, used, stale, tuple((request,) for request in requests))


_NEW = MemorySlot(9, 0x2000, 0x80, 0, _HOST + (9 << 30))
_ONE, _TWO, _THREE = _array((3,)), _array((3, 0)), _array((3, 0, 5))
_ODD = (1, 0x800, 0xFFF)


def _cases() -> Iterator[Case]:
    yield from _form()
    yield from _ends()
    yield from _creates()
    yield from _deletes()
    yield from _changes_of(_ONE)
    yield from _changes_of(_array(IDS[:5]))
    yield from _changes_of(_array(BIG_IDS[:4], lowest=HIGH))
    yield from _overlaps()
    yield from _orders()
    yield _case("left alone", (), _ask(_NEW))
    yield _case("left alone", _ONE, _ask(_ONE[0], flags=1), _ask(_ONE[0], guest_phys_addr=0x400000), _ask(_NEW))
    yield _case("left alone", _THREE, _ask(_THREE[1], memory_size=0), _ask(_NEW, memory_size=0), _ask(_THREE[1]))


def _form() -> Iterator[Case]:
    for used in ((), _ONE, _THREE):
        for slot in (16, 17, 1 << 16, (5 << 16) + 3):
            yield _case("ids and flags", used, _ask(_NEW, slot=slot))
        yield _case("ids and flags", used, _ask(_NEW, slot=15))
        for flags in (4, 8, 0x10, 5, 1 << 31):
            yield _case("ids and flags", used, _ask(_NEW, flags=flags))
        for flags in (1, 2, 3):
            yield _case("ids and flags", used, _ask(_NEW, flags=flags))
        for odd in _ODD:
            for field in ("guest_phys_addr", "memory_size", "userspace_addr"):
                yield _case("alignment", used, _ask(_NEW, **{field: getattr(_ask(_NEW), field) + odd}))
        yield _case("alignment", used, _ask(_NEW, memory_size=0x64))
    yield _case("ids and flags", _array(BIG_IDS), _ask(_NEW, slot=599, memory_size=0), _ask(_NEW, slot=600))


def _ends() -> Iterator[Case]:
    size = 0x200000
    for used in ((), _TWO):
        yield _case("ends", used, _ask(_NEW, memory_size=size, userspace_addr=_USER_END - size))
        for hva in (_USER_END - size + PAGE_SIZE, 1 << 47, 1 << 63, (1 << 64) - PAGE_SIZE):
            yield _case("ends", used, _ask(_NEW, memory_size=size, userspace_addr=hva))
        yield _case("ends", used, _ask(_NEW, userspace_addr=0))
        for gpa in (_MAX_GPA, 1 << 53, (1 << 63)):
            yield _case("ends", used, _ask(_NEW, guest_phys_addr=gpa - PAGE_SIZE, memory_size=PAGE_SIZE))
            yield _case("ends", used, _ask(_NEW, guest_phys_addr=gpa, memory_size=PAGE_SIZE))
            yield _case("ends", used, _ask(_NEW, guest_phys_addr=gpa - PAGE_SIZE, memory_size=2 * PAGE_SIZE))
        for npages in ((1 << 31) - 1, 1 << 31, 1 << 35):
            yield _case("ends", used, _ask(_NEW, guest_phys_addr=1 << 48, memory_size=npages * PAGE_SIZE))
    yield _case("ends", _ONE, _ask(_ONE[0], guest_phys_addr=_MAX_GPA))


def _creates() -> Iterator[Case]:
    for used in ((), _ONE, _THREE, _array(IDS[:8]), _array(BIG_IDS)):
        yield _case("create", used, _ask(_NEW))
        yield _case("create", used, _ask(_NEW, guest_phys_addr=0, memory_size=PAGE_SIZE))
        yield _case("create", used, _ask(_NEW, guest_phys_addr=HIGH * PAGE_SIZE))
        yield _case("create", used, _ask(_NEW), _ask(replace(_NEW, id=10)))
        if used:  # the same host memory for two slots
            yield _case("create", used, _ask(_NEW, userspace_addr=used[0].userspace_addr))
    stale = _array((9, 4), lowest=0x2000)
    yield _case("create", _ONE, _ask(_NEW), stale=stale)


def _deletes() -> Iterator[Case]:
    for used in (_ONE, _THREE, _array(IDS), _array(BIG_IDS)):
        for slot in (used[0], used[-1]):
            yield _case("delete", used, _ask(slot, memory_size=0))
            yield _case("delete", used, _ask(slot, memory_size=0, userspace_addr=0, guest_phys_addr=1 << 60))
            yield _case("delete", used, _ask(slot, memory_size=0, flags=3))
            yield _case("delete", used, _ask(slot, memory_size=0, guest_phys_addr=used[0].base_gfn * PAGE_SIZE))
        yield _case("delete", used, _ask(replace(_NEW, id=14 if len(used) < 16 else 590), memory_size=0))
    yield _case("delete", (), _ask(_NEW, memory_size=0))
    yield _case("delete", _ONE, _ask(_NEW, memory_size=0), stale=(_NEW,))
    yield _case("delete", _array((3,), flags=KVM_MEM_READONLY), _ask(_ONE[0], memory_size=0))


def _changes_of(used: tuple[MemorySlot, ...]) -> Iterator[Case]:
    top = used[0].base_gfn * PAGE_SIZE
    for slot in {used[0]: 0, used[len(used) // 2]: 0, used[-1]: 0}:
        gpa, size = slot.base_gfn * PAGE_SIZE, slot.npages * PAGE_SIZE
        yield _case("move and flags", used, _ask(slot))
        yield _case("move and flags", used, _ask(slot, flags=KVM_MEM_LOG_DIRTY_PAGES))
        yield _case("move and flags", used, _ask(slot, guest_phys_addr=top + 0x800000))
        yield _case("move and flags", used, _ask(slot, guest_phys_addr=gpa + size - PAGE_SIZE))
        yield _case("move and flags", used, _ask(slot, guest_phys_addr=top + 0x800000, flags=KVM_MEM_LOG_DIRTY_PAGES))
        for length in (size + PAGE_SIZE, PAGE_SIZE):
            yield _case("fixed", used, _ask(slot, memory_size=length))
            yield _case("fixed", used, _ask(slot, memory_size=length, guest_phys_addr=top + 0x800000))
        yield _case("fixed", used, _ask(slot, userspace_addr=slot.userspace_addr + PAGE_SIZE))
        yield _case("fixed", used, _ask(slot, flags=KVM_MEM_READONLY))
        yield _case("fixed", used, _ask(slot, flags=KVM_MEM_READONLY, guest_phys_addr=top + 0x800000))
    logged = tuple(replace(slot, flags=KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES) for slot in used)
    yield _case("move and flags", logged, _ask(logged[0], flags=KVM_MEM_READONLY))
    yield _case("fixed", logged, _ask(logged[0], flags=KVM_MEM_LOG_DIRTY_PAGES))


def _overlaps() -> Iterator[Case]:
    for used in (_ONE, _THREE, _array(IDS[:9], lowest=HIGH), _array(BIG_IDS)):
        for other in {used[0]: 0, used[-1]: 0}:
            gpa, size = other.base_gfn * PAGE_SIZE, other.npages * PAGE_SIZE
            page = {"memory_size": PAGE_SIZE}
            new = replace(_NEW, id=13 if len(used) < 16 else 590)
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa))
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa - size))  # touches
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa + size))  # touches
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa - size + PAGE_SIZE))
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa + size - PAGE_SIZE))
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa + 0x4000, **page))
            yield _case("overlap", used, _ask(new, guest_phys_addr=gpa - 0x1000, memory_size=size + 0x2000))
    for slot, other in ((_THREE[0], _THREE[1]), (_THREE[2], _THREE[0])):
        gpa = other.base_gfn * PAGE_SIZE
        yield _case("overlap", _THREE, _ask(slot, guest_phys_addr=gpa))
        yield _case("overlap", _THREE, _ask(slot, guest_phys_addr=gpa - 0x7F000))
        yield _case("overlap", _THREE, _ask(slot, guest_phys_addr=gpa + 0x80000))  # touches
    yield _case("overlap", _ONE, _ask(_NEW), stale=_array((4,), lowest=0x2000))


def _orders() -> Iterator[Case]:
    for used in (_TWO, _array(IDS[:6])):
        slot, other = used[0], used[-1]
        onto = {"guest_phys_addr": other.base_gfn * PAGE_SIZE}
        yield _case("order", used, _ask(slot, memory_size=PAGE_SIZE, **onto))
        yield _case("order", used, _ask(slot, userspace_addr=slot.userspace_addr + PAGE_SIZE, **onto))
        yield _case("order", used, _ask(slot, flags=KVM_MEM_READONLY, **onto))
        yield _case("order", used, _ask(_NEW, flags=8, **onto))
        yield _case("order", used, _ask(_NEW, userspace_addr=1, **onto))
        yield _case("order", used, _ask(_NEW, memory_size=PAGE_SIZE << 31, **onto))
        for odd in ({"flags": 8}, {"guest_phys_addr": 1}, {"userspace_addr": 1}, {"userspace_addr": 1 << 63}):
            yield _case("order", used, _ask(slot, memory_size=0, **odd))
    last = replace(_ONE[0], base_gfn=(_MAX_GPA >> 12) - 0x80)
    yield _case("order", (last,), _ask(_NEW, guest_phys_addr=_MAX_GPA - PAGE_SIZE, memory_size=2 * PAGE_SIZE))


def _more(rng: Random) -> Case:
    """Draw an array, and a request about a slot of it or near one."""
    capacity, bare, stale = random_array(rng)
    used = tuple(replace(slot, userspace_addr=_HOST + (slot.id << 30), flags=rng.randrange(4)) for slot in bare)
    one, other = rng.choice(used), rng.choice(used)
    subject = rng.choice((one, one, replace(_NEW, id=rng.randrange(capacity))))
    shift = rng.choice((0, 1, -1, other.npages, -subject.npages, 0x1000)) * PAGE_SIZE
    where = rng.choice((_ask(subject).guest_phys_addr, max(0, other.base_gfn * PAGE_SIZE + shift)))
    request = replace(_ask(subject), guest_phys_addr=where, flags=subject.flags ^ rng.choice((0, 0, 0, 1, 2)))
    if rng.random() < 0.3:
        request = replace(request, memory_size=rng.choice((0, 1, 3)) * PAGE_SIZE)
    drawn = RegionCase("", (Aspect.RETURNED,), capacity, used, stale, ((request,),))
    return replace(drawn, group=_group(classify(drawn.slots(), request)))


def _group(right: Change | str | None) -> str:
    names = {Change.CREATE: "create", Change.DELETE: "delete", "EEXIST": "overlap", "EINVAL": "fixed"}
    return names.get(right or "", "move and flags")


JUDGED = {"classify": Judged(classify, _cases, _more)}
