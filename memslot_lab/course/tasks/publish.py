"""Exercise 10: publishing. Judged on what readers find who enter before, between and after, and on what is freed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from random import Random
from typing import cast

from memslot_lab.course.arrays import IDS, array_of
from memslot_lab.course.cases import Case
from memslot_lab.course.looks import look
from memslot_lab.course.seen import Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.publishing import Look, PublishStage, Story
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine.model import Change, MemorySlot
from memslot_lab.engine.update import update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, MemslotSet, Publisher, install
from memslot_lab.views.array import Picture
from memslot_lab.views.publishing import generation_text, table_picture

__all__ = ["JUDGED"]


@dataclass(frozen=True, slots=True)
class PublishCase(Case):
    """A set in use, and one call of the writer.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    calls : tuple[Args, ...]
        An id to delete; or a slot to be created in the copy that is installed.
    used : tuple[MemorySlot, ...]
        What the active set holds.
    looked_at : tuple[str, ...]
        Names of what is compared.
    generation, address_spaces : int
        Of the set, and of the VM.
    """

    group: str
    calls: tuple[Args, ...]
    used: tuple[MemorySlot, ...]
    looked_at: tuple[str, ...]
    generation: int = 0
    address_spaces: int = 1

    @property
    def size(self) -> tuple[int, ...]:
        return (len(self.used), len(self.calls), self.address_spaces, self.generation)

    @property
    def title(self) -> str:
        slots = "one slot" if len(self.used) == 1 else f"{len(self.used)} slots"
        spaces = "one address space" if self.address_spaces == 1 else f"{self.address_spaces} address spaces"
        return f"{slots}, generation {self.generation}, {spaces}"

    @property
    def setting(self) -> Setting:
        return Setting(PublishStage, (self.used, self.address_spaces, self.generation))

    def same(self, one: object, other: object) -> bool:
        return one == other

    def difference(self, seen: Seen) -> Difference | None:
        return next((found for name in self.looked_at if (found := _LOOKS[name](seen))), None)

    def picture(self, before: object, got: object, want: object) -> Picture:
        own, right = cast("tuple[Story, Story]", (got, want))
        rows = [(look.name, *_look_texts(look, also)) for look, also in _pairs(own, right)]
        rows += [("in the end", _end_text(own), _end_text(right))]
        lit = [i for i, (_, one, other) in enumerate(rows) if one != other]
        return table_picture(["a reader who entered", "got", "want"], rows, lit=lit)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        (what,) = args
        return f"{name}(vm, {f'a copy with slot {what.id} created' if isinstance(what, MemorySlot) else what})"


_NOBODY = Look("", "", 0, "", forgotten=False)


def _pairs(own: Story, right: Story) -> Iterator[tuple[Look, Look]]:
    for one, other in zip_longest(own.looks, right.looks, fillvalue=_NOBODY):
        name = one.name or other.name
        yield one._replace(name=name), other._replace(name=name)


def _look_texts(own: Look, right: Look) -> tuple[str, str]:
    odd = own.entered == right.entered and own.flags != right.flags
    return _look_text(own, with_flags=odd), _look_text(right, with_flags=odd)


def _look_text(look: Look, *, with_flags: bool = False) -> str:
    if not look.entered:
        return "(no set was published)"
    changed = f", later {look.left}" if look.left != look.entered else ""
    forgotten = "; still inside" if look.forgotten else ""
    flags = f"; flags {_flags_text(look.flags)}" if with_flags else ""
    return f"saw {look.entered}{changed}; generation {generation_text(look.generation)}{forgotten}{flags}"


def _flags_text(flags: tuple[int, ...]) -> str:
    return " ".join(map(hex, flags))


def _end_text(story: Story) -> str:
    return f"{story.active}; generation {generation_text(story.generation)}; {story.memory}"


# What is looked at, by name.


def _torn(seen: Seen) -> Difference | None:
    """Return who saw two things in one set."""
    for own in cast("Story", seen.got).looks:
        if own.left == "freed memory":
            sentence = f"The reader who entered {own.name} was still inside when its set was freed."
            hint = "Which set do readers find at that moment, and which one is in nobody's hand?"
            return Difference("freed memory", own.entered, sentence, hint)
        if own.left != own.entered:
            sentence = f"The reader who entered {own.name} saw {own.entered}, and later, in the same set, {own.left}."
            return Difference(f"{own.entered}, then {own.left}", own.entered, sentence)
    return None


def _published(seen: Seen) -> Difference | None:
    got, want = cast("tuple[Story, Story]", (seen.got, seen.want))
    for own, right in _pairs(got, want):
        if own.entered and right.entered and own.entered != right.entered:
            sentence = f"A reader who enters {own.name} sees {own.entered}; want {right.entered}."
            return Difference(f"sees {own.entered}", f"sees {right.entered}", sentence)
    if len(got.looks) != len(want.looks):
        counts = [_times(len(story.looks) - 1) for story in (got, want)]
        sentence = f"So far a set was published {counts[0]}; want {counts[1]}."
        return Difference(f"published {counts[0]}", f"published {counts[1]}", sentence)
    if got.active != want.active:
        return Difference(got.active, want.active, f"In the end readers find {got.active}; want {want.active}.")
    return None


def _flags(seen: Seen) -> Difference | None:
    """Return who found the right slots with other flags than they should have."""
    for own, right in _pairs(*cast("tuple[Story, Story]", (seen.got, seen.want))):
        if own.entered == right.entered and own.flags != right.flags:
            words = _flags_text(own.flags), _flags_text(right.flags)
            sentence = f"A reader who enters {own.name} sees {own.entered} with the flags {words[0]}; want {words[1]}."
            hint = "Which flags did the slot have before it was marked, and does it have them still?"
            return Difference(f"flags {words[0]}", f"flags {words[1]}", sentence, hint)
    return None


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _waited(seen: Seen) -> Difference | None:
    for own in cast("Story", seen.got).looks:
        if own.forgotten:
            sentence = f"The reader who entered {own.name} is still inside an old set: nobody waited for it."
            return Difference("still inside", "waited for", sentence)
    return None


def _generation(seen: Seen) -> Difference | None:
    got, want = cast("tuple[Story, Story]", (seen.got, seen.want))
    numbers = [(f"A reader who enters {a.name} finds", a.generation, b.generation) for a, b in _pairs(got, want)]
    numbers += [("During the wait there is", *pair) for pair in zip(got.waits, want.waits, strict=False)]
    for where, own, right in [*numbers, ("In the end there is", got.generation, want.generation)]:
        if own != right:
            words = generation_text(own), generation_text(right)
            sentence = f"{where} generation {words[0]}; want {words[1]}."
            return Difference(f"generation {words[0]}", f"generation {words[1]}", sentence)
    return None


def _freed(seen: Seen) -> Difference | None:
    got, want = seen.got.memory, seen.want.memory
    if got == want:
        return None
    hint = "" if want.startswith("each") else "Who works with the old set after your function has returned it?"
    return Difference(got, want, f"Memory in the end: {got}; want: {want}.", hint)


def _value(seen: Seen) -> Difference | None:
    return look(seen, (Aspect.RETURNED,))


_LOOKS: dict[str, Callable[[Seen], Difference | None]] = {
    "torn": _torn,
    "published": _published,
    "flags": _flags,
    "waited": _waited,
    "generation": _generation,
    "freed": _freed,
    "value": _value,
}


# What is right.


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    """Publish a set, wait for readers, count the generation on; return the set before."""
    return install(vm, slots)


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    """Delete a slot in two steps: publish it marked, then the array without it."""
    original, marked = vm.active, vm.active.copy()
    i = marked.id_to_index[slot_id]
    marked.memslots[i] = replace(marked.memslots[i], flags=marked.memslots[i].flags | KVM_MEMSLOT_INVALID)
    install(vm, marked)
    update_memslots(original, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(install(vm, original))


# The cases.

_ALL = ("torn", "published", "flags", "waited", "generation", "freed")


def _install_cases() -> Iterator[Case]:
    for n in (1, 2, 3, 8):
        used = array_of(IDS[:n], lowest=0x100)
        calls = ((MemorySlot(max(IDS[:n]) + 1, 0, 0x10),),)
        yield PublishCase("pointer", calls, used, ("published", "value"))
        yield PublishCase("readers", calls, used, ("torn", "waited", "freed"), generation=6)
        for spaces, generation in ((1, 0), (1, 7), (2, 0), (2, 41)):
            yield PublishCase("generation", calls, used, ("generation",), generation, spaces)


def _delete_cases() -> Iterator[Case]:
    for n in (1, 2, 3, 5, 16):
        used = array_of(IDS[:n], lowest=0x100)
        for place in sorted({0, n // 2, n - 1}):
            calls = ((used[place].id,),)
            yield PublishCase("readers", calls, used, ("torn", "waited"))
            yield PublishCase("marked, then gone", calls, used, ("published",), generation=2)
            logged = tuple(replace(slot, flags=1) for slot in used)
            yield PublishCase("marked, then gone", calls, logged, ("published", "flags"), generation=2)
            yield PublishCase("generation", calls, used, ("generation",), 8, 2)
            yield PublishCase("freed", calls, used, ("freed",), generation=4)
    used = tuple(replace(slot, flags=1) for slot in array_of(IDS[:4], lowest=0x100))
    yield PublishCase("two in a row", ((used[1].id,), (used[2].id,)), used, _ALL)


def _delete_more(rng: Random) -> Case:
    n = rng.randrange(2, 17)
    used = array_of(rng.sample(range(40), n), lowest=0x100 * rng.randrange(4))
    calls = tuple((slot.id,) for slot in rng.sample(used, rng.randrange(1, n)))
    return PublishCase("two in a row", calls, used, _ALL, rng.randrange(50), rng.choice((1, 2)))


def _fewer_calls(case: Case) -> Iterator[Case]:
    if isinstance(case, PublishCase) and len(case.calls) > 1:
        yield from (replace(case, calls=case.calls[:i] + case.calls[i + 1 :]) for i in range(len(case.calls)))


JUDGED = {
    "install_new_memslots": Judged(install_new_memslots, _install_cases),
    "delete_memslot": Judged(delete_memslot, _delete_cases, more=_delete_more, smaller=_fewer_calls),
}
