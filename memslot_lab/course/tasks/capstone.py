"""Exercise 13: everything at once, on real requests. Judged on the final array, and on the verdict on each request."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, NamedTuple, cast

from memslot_lab.captures.replay import requests_of
from memslot_lab.course.cases import Case
from memslot_lab.course.looks import value_text
from memslot_lab.course.seen import Args, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.sequences import Replayed, ReplayStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.course.tasks.region import classify, region_text
from memslot_lab.course.workspace import course_files
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.engine.region import PAGE_SHIFT, PAGE_SIZE, UserspaceMemoryRegion
from memslot_lab.engine.update import update_memslots
from memslot_lab.views.array import Picture, in_words, is_slot

__all__ = ["CAPACITY", "JUDGED", "boot", "replay_boot"]

CAPACITY = 512
_HOST = 0x7F0000000000
_RESULT = "(slots, verdicts): a Memslots, and a list with one verdict a request"


class _Result(NamedTuple):
    """What a replay gave, as plain data."""

    used: object
    entries: tuple[object, ...]
    indices: tuple[tuple[int, object], ...]
    verdicts: tuple[object, ...]


def boot(name: str = "q72-pc-boot-vgastd.trace") -> list[UserspaceMemoryRegion]:
    """Return the requests of a real virtual machine, from a log of the course.

    Parameters
    ----------
    name : str, optional
        A file in notebooks/data.
    """
    return list(_boot(name))


@cache
def _boot(name: str) -> tuple[UserspaceMemoryRegion, ...]:
    return tuple(request.region for request in requests_of(course_files() / "notebooks" / "data" / name))


@dataclass(frozen=True, slots=True)
class ReplayCase(Case):
    """Some requests, one after the other, to a machine without memory.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    requests : tuple[UserspaceMemoryRegion, ...]
        In order.
    named : str
        What they are, for a title.
    """

    group: str
    requests: tuple[UserspaceMemoryRegion, ...]
    named: str = ""

    @property
    def calls(self) -> tuple[Args, ...]:  # pyright: ignore[reportIncompatibleVariableOverride] - made of the requests
        return ((list(self.requests),),)

    @property
    def size(self) -> tuple[int, ...]:
        return (len(self.requests),)

    @property
    def title(self) -> str:
        return self.named or ("one request" if len(self.requests) == 1 else f"{len(self.requests)} requests")

    @property
    def setting(self) -> Setting:
        return Setting(ReplayStage)

    def form(self, value: object) -> object:
        if not isinstance(value, Replayed):
            return value
        state = value.array
        entries = tuple(map(_entry, state.memslots[: state.used]))
        words = (index if type(index) is int else in_words(index) for index in state.id_to_index)
        indices = tuple((i, index) for i, index in enumerate(words) if index != -1)
        return tuple(_Result(state.used_slots, entries, indices, value.verdicts))

    def same(self, one: object, other: object) -> bool:
        return True

    def difference(self, seen: Seen) -> Difference | None:
        value, right = cast("tuple[tuple[Any, ...], tuple[Any, ...]]", (seen.value, seen.right))
        if type(value) is not tuple or len(value) != len(right):
            sentence = f"replay_boot() returned {in_words(value)}; want {_RESULT}."
            return Difference(in_words(value), "(slots, verdicts)", sentence, "What are the two things to return?")
        got, want = _Result(*value), _Result(*right)
        return self._wrong_verdict(got, want) or _wrong_array(got, want)

    def picture(self, before: object, got: object, want: object) -> Picture:
        return Picture("", "")

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        if brief or len(self.requests) > 4:
            return f"{name}({_counted(len(self.requests), 'request')})"
        lines = ",\n    ".join(map(region_text, self.requests))
        return f"{name}([\n    {lines}\n  ])" if lines else f"{name}([])"

    @property
    def budget(self) -> int:
        return 40_000 + 60_000 * len(self.requests)  # who walks all 512 ids for each request is slow, not wrong

    def _wrong_verdict(self, got: _Result, want: _Result) -> Difference | None:
        if len(got.verdicts) != len(want.verdicts):
            counts = [_counted(len(result.verdicts), "verdict") for result in (got, want)]
            there = "is" if len(got.verdicts) == 1 else "are"
            asked = _counted(len(want.verdicts), "request")
            return Difference(counts[0], counts[1], f"There {there} {counts[0]} on {asked}; want one for each.")
        for number, (own, right) in enumerate(zip(got.verdicts, want.verdicts, strict=True)):
            if type(own) is not type(right) or own != right:
                request = region_text(self.requests[number], brief=True)
                words = _verdict_text(own), _verdict_text(right)
                sentence = f"Your verdict on request {number + 1} ({request}) is {words[0]}; want {words[1]}."
                short = [f"request {number + 1}: {word}" for word in words]
                return Difference(short[0], short[1], sentence, _verdict_question(own, right))
        return None


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _verdict_text(verdict: object) -> str:
    return f"Change.{verdict.name}" if isinstance(verdict, Change) else value_text(verdict)


def _verdict_question(own: object, right: object) -> str:
    """Return what to ask about a verdict that differs: each kind has its own question."""
    if isinstance(right, Change) and own in (right.name, str(right)):
        return "Is that a member of Change, or a string that looks like one?"
    if isinstance(right, str):
        return "Which of the twelve rules does that request break, and what is to be noted for it?"
    if isinstance(own, str):
        return "Which rule refuses that request, and what does the rule compare it with?"
    return "What does the slot with that id hold at that moment, and what does the request ask for?"


def _entry(entry: object) -> object:
    return (entry.id, entry.base_gfn, entry.npages, entry.flags) if is_slot(entry) else in_words(entry)


def _wrong_array(got: _Result, want: _Result) -> Difference | None:
    if type(got.used) is not int or got.used != want.used:
        sentence = f"The verdicts are right, but in the end used_slots is {in_words(got.used)}; want {want.used}."
        return Difference(f"used_slots = {in_words(got.used)}", f"used_slots = {want.used}", sentence)
    for i, (own, right) in enumerate(zip(got.entries, want.entries, strict=False)):
        if own != right:
            words = _entry_words(own), _entry_words(right)
            sentence = f"The verdicts are right, but in the end memslots[{i}] holds {words[0]}; want {words[1]}."
            question = _entry_question(own, right, in_other_order=set(got.entries) == set(want.entries))
            return Difference(f"memslots[{i}]: {words[0]}", f"memslots[{i}]: {words[1]}", sentence, question)
    if got.indices != want.indices:
        odd = sorted({slot_id for slot_id, _ in set(got.indices) ^ set(want.indices)})[0]
        words = [str(dict(result.indices).get(odd, -1)) for result in (got, want)]
        sentence = f"The entries are right, but id_to_index[{odd}] is {words[0]}; want {words[1]}."
        question = "Who notes in id_to_index where a slot stands, and when?"
        return Difference(f"id_to_index[{odd}] = {words[0]}", f"id_to_index[{odd}] = {words[1]}", sentence, question)
    return None


def _entry_question(own: object, right: object, *, in_other_order: bool) -> str:
    """Return what to ask about an entry that differs; nothing where the group's own question will do."""
    if in_other_order:
        return "Which slot stands at index 0: the one with the highest GFN, or another?"
    if not isinstance(own, tuple) or not isinstance(right, tuple) or own[0] != right[0]:
        return ""
    if own[1:3] != right[1:3]:
        return "In which unit does a request give its address and its size, and in which one does a slot?"
    return "Which fields of the request does the slot keep?"


def _entry_words(entry: object) -> str:
    if not isinstance(entry, tuple):
        return str(entry)
    slot_id, gfn, npages, flags = cast("tuple[int, int, int, int]", entry)
    return f"slot {slot_id}, gfn {gfn:#x}, {npages:#x} pages, flags {flags}"


# What is right.


def replay_boot(requests: list[UserspaceMemoryRegion]) -> tuple[Memslots, list[Change | str | None]]:
    """Return the array after all requests, and the verdict on each."""
    slots, verdicts = Memslots(CAPACITY), list[Change | str | None]()
    for region in requests:
        verdict = classify(slots, region)
        verdicts.append(verdict)
        if isinstance(verdict, Change):
            update_memslots(slots, _slot(region, verdict), verdict)
    return slots, verdicts


def _slot(region: UserspaceMemoryRegion, change: Change) -> MemorySlot:
    if change is Change.DELETE:
        return MemorySlot(region.slot, 0, 0)
    pages = region.guest_phys_addr >> PAGE_SHIFT, region.memory_size >> PAGE_SHIFT
    return MemorySlot(region.slot, *pages, region.flags, region.userspace_addr)


# The cases.


def _ask(slot: int, page: int, pages: int = 0x10, *, flags: int = 0) -> UserspaceMemoryRegion:
    return UserspaceMemoryRegion(slot, flags, page * PAGE_SIZE, pages * PAGE_SIZE, _HOST + (slot << 30))


def _gone(slot: int) -> UserspaceMemoryRegion:
    return UserspaceMemoryRegion(slot, 0, 0, 0, 0)


def _cases() -> Iterator[Case]:
    up, high = [_ask(i, 0x100 * i) for i in range(5)], _ask(7, 1 << 33)
    yield from (
        ReplayCase("creates", tuple(requests)) for requests in ([], up[:1], up[:2], up[1::-1], up, [*up[::-1], high])
    )
    yield from (ReplayCase("deletes", (*up, *map(_gone, order))) for order in ((0,), (4,), (2, 1), (4, 0, 2)))
    yield ReplayCase("deletes", (up[0], _gone(0)))
    yield ReplayCase("deletes", (up[0], up[1], _gone(1), up[1]))
    moved, flagged = _ask(0, 0x900), replace(up[1], flags=1)
    yield ReplayCase("moves and flags", (up[0], moved))
    yield ReplayCase("moves and flags", (up[1], flagged, flagged))
    yield ReplayCase("moves and flags", (*up, moved, flagged, _ask(0, 0x180), _ask(4, 0x10)))
    yield ReplayCase("refused", (_gone(3),))
    yield ReplayCase("refused", (up[1], _ask(2, 0x108)))
    yield ReplayCase("refused", (up[1], _ask(1, 0x100, 0x20), _ask(1, 0x300, 0x20)))
    yield ReplayCase("refused", (up[1], replace(up[2], guest_phys_addr=0x801), replace(up[1], userspace_addr=_HOST)))
    yield ReplayCase("refused", (up[1], up[2], replace(up[1], flags=2), _ask(1, 0x1F8), up[3], _gone(1), _gone(1)))
    yield ReplayCase("a real boot", _boot("q72-pc-boot-vgastd.trace"), "a PC that boots, in QEMU 7.2")
    yield ReplayCase("a hundred DIMMs", _boot("q72-pc-dimm-100-shuffled.trace"), "a PC with 100 memory modules")


def _drawn(rng: Random) -> Case:
    """Return requests that are mostly legal, to six slots."""
    requests: list[UserspaceMemoryRegion] = []
    for _ in range(rng.randrange(2, 20)):
        slot = rng.randrange(6)
        ask = _ask(slot, 0x10 * rng.randrange(24), flags=rng.choice((0, 0, 1)))
        requests.append(rng.choice((ask, ask, ask, _gone(slot), _ask(slot, 0x10 * rng.randrange(24), 0x20))))
    return ReplayCase("refused", tuple(requests))


def _fewer_requests(case: Case) -> Iterator[Case]:
    if isinstance(case, ReplayCase):
        yield from (
            replace(case, requests=case.requests[:i] + case.requests[i + 1 :]) for i in range(len(case.requests))
        )


JUDGED = {"replay_boot": Judged(replay_boot, _cases, more=_drawn, smaller=_fewer_requests)}
