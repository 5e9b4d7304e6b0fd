"""A virtual machine's memory to play with: slots on an address axis, the array below, the kernel's verdict on each."""

from collections.abc import Callable
from difflib import get_close_matches
from html import escape
from pathlib import Path
from random import randrange
from typing import Any, cast

import traitlets

from memslot_lab.captures.log import CaptureError
from memslot_lab.engine.errors import MemslotError
from memslot_lab.engine.lookup import for_each_memslot
from memslot_lab.engine.model import MemorySlot, Memslots
from memslot_lab.engine.region import PAGE_SHIFT
from memslot_lab.views.array import Picture, show
from memslot_lab.views.units import address_range, flag_names, size_of
from memslot_lab.widgets.base import LabWidget
from memslot_lab.widgets.session import PlaygroundError, Session, Verdict, random_start
from memslot_lab.widgets.typed import flags_of, number_of

__all__ = ["Playground"]

_EXPECTED = (PlaygroundError, MemslotError, CaptureError)
_KEYWORDS = ("capture", "seed", "step", "vm")


class Playground(LabWidget):
    """Create, move, re-flag and delete slots by mouse, touch or keyboard, and see what the array does.

    Every verdict is that of `Vm.set_user_memory_region()`. What is shown is the value of traits; all but `step` are
    for reading, and the methods change them, as the mouse does. A number may be text: "640K", "0x1000".

    Parameters
    ----------
    seed : int, optional
        Begin with slots by chance, the same for the same seed.
    capture : Path or str, optional
        Begin with the requests of a log that `replay()` reads.
    vm : int, optional
        Which VM of the capture, from 0; by default the one with the most requests.

    Attributes
    ----------
    requests : list[dict[str, Any]]
        The log: the five fields of each request, and its ``verdict`` in a word.
    cursor : int
        How many requests of the log count; the others were taken back.
    slots : list[dict[str, int]]
        Highest GFN first: ``id``, ``base_gfn``, ``npages``, ``flags``.
    used_slots : int
        How many there are.
    id_to_index : dict[int, int]
        Where each id stands in the array.
    verdict : dict[str, Any]
        On the last request: ``ok``, ``change``, ``errno``, ``sentence``, ``collides_with`` (ids), ``overlaps``
        (first GFN and number of pages of each shared range), ``range`` (what was asked for); empty before the first.
    tape : dict[str, Any]
        The last change, recorded; empty before the first.
    step : int
        Step of the tape that is shown.
    code, link : str
        The requests up to the cursor as a script and as the fragment of a link.
    origin, trouble : str
        Where the log came from; what went wrong last.

    Raises
    ------
    TypeError
        An unknown keyword; the nearest name is in the message.

    Examples
    --------
    >>> playground = Playground()
    >>> playground.create("1M", "640K")["sentence"]
    'slot 0 is created at index 0: 0x100000..0x19ffff (640 KiB); no other slot is shifted'
    >>> playground.request(1, "0x180000", "1M")["errno"], playground.verdict["collides_with"]
    ('EEXIST', [0])
    >>> playground.link
    '#ops=1~0.100000.a0000~1.180000.100000'
    """

    scripts = ("playground.js",)
    styles = ("stepper.css", "playground.css")

    requests = traitlets.List[dict[str, Any]](read_only=True).tag(sync=True)
    cursor = traitlets.Int(0, read_only=True).tag(sync=True)
    slots = traitlets.List[dict[str, Any]](read_only=True).tag(sync=True)
    used_slots = traitlets.Int(0, read_only=True).tag(sync=True)
    id_to_index = traitlets.Dict(read_only=True).tag(sync=True)
    verdict = traitlets.Dict(read_only=True).tag(sync=True)
    tape = traitlets.Dict(read_only=True).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    code = traitlets.Unicode(read_only=True).tag(sync=True)
    link = traitlets.Unicode(read_only=True).tag(sync=True)
    seed = traitlets.Int(None, allow_none=True, read_only=True).tag(sync=True)
    origin = traitlets.Unicode("an empty array", read_only=True).tag(sync=True)
    trouble = traitlets.Unicode(read_only=True).tag(sync=True)
    shelf = traitlets.Int(0, read_only=True).tag(sync=True)

    def __init__(
        self, *, seed: int | None = None, capture: Path | str | None = None, vm: int | None = None, **traits: Any
    ) -> None:
        if seed is not None and capture is not None:
            raise PlaygroundError(f"seed {seed} and capture {str(capture)!r} are two beginnings; choose one")
        super().__init__(**traits)
        self._session = Session()
        self._start = ([*self._session.entries], self._session.user_slots)
        self.on_msg(self._receive)  # pyright: ignore[reportUnknownMemberType]
        if seed is not None:
            self.random(seed)
        elif capture is not None:
            self.load(capture, vm=vm)
        else:
            self._show()

    def _no_keyword(self, name: str) -> str:
        near = get_close_matches(name, _KEYWORDS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(_KEYWORDS)}"
        return f"Playground() has no keyword {name!r}; {hint}"

    # Beginnings.

    @classmethod
    def from_link(cls, text: str) -> "Playground":
        """Return a playground with the log of a link.

        Raises
        ------
        PlaygroundError
            It is no link, or one of another version.
        """
        playground = cls()
        playground.paste(text)
        return playground

    @classmethod
    def from_code(cls, text: str) -> "Playground":
        """Return a playground with the log of a script as `Playground.code` gives it; it is read, not run.

        Raises
        ------
        PlaygroundError
            A line is not understood.
        """
        return cls.from_link(text)

    def paste(self, text: str) -> None:
        """Take over the log of a link or a script."""
        self._session.paste(text)
        self._begin("a pasted log")

    def load(self, path: Path | str, *, vm: int | None = None) -> None:
        """Take over the requests of a capture; the recorded answers stand beside ours."""
        self._begin(self._session.load(path, vm=vm))

    def random(self, seed: "int | str | None" = None) -> None:
        """Begin with slots by chance; without a seed, one is chosen and shown."""
        blank = seed is None or not str(seed).strip()
        number = randrange(10_000) if blank else number_of(seed, "seed")
        self._session.replace(random_start(number))
        self._begin(f"a random start, seed {number}", seed=number)

    def clear(self) -> None:
        """Begin with an empty array."""
        self._session.replace(())
        self._begin("an empty array")

    def reset(self) -> None:
        """Go back to the beginning: the random start, the capture, the pasted log, or the empty array."""
        entries, user_slots = self._start
        self._session.replace(entries, user_slots=user_slots)
        self._show()

    def bring_back(self) -> None:
        """Return to the log that was replaced or cut last."""
        self._session.bring_back()
        self._show()

    def _begin(self, origin: str, *, seed: int | None = None) -> None:
        self._start = ([*self._session.entries], self._session.user_slots)
        self._show(origin=origin, seed=seed)

    # Requests. Each returns the verdict.

    def request(
        self,
        slot: "int | str",
        guest_phys_addr: "int | str",
        memory_size: "int | str",
        flags: "int | str" = 0,
        userspace_addr: "int | str | None" = None,
    ) -> dict[str, Any]:
        """Make a request; the host address is by default that of the slot, or a fresh one."""
        numbers = number_of(slot, "id"), number_of(guest_phys_addr, "address"), number_of(memory_size, "size")
        blank = userspace_addr is None or not str(userspace_addr).strip()
        host = None if blank else number_of(userspace_addr, "host address")
        return self._told(self._session.set_region(*numbers, flags_of(flags), host))

    def create(self, guest_phys_addr: "int | str", memory_size: "int | str") -> dict[str, Any]:
        """Request a new slot with the smallest free id."""
        return self.request(self._session.free_id(), guest_phys_addr, memory_size)

    def move(self, slot: int, guest_phys_addr: "int | str") -> dict[str, Any]:
        """Request that a slot begins at another address."""
        return self._told(self._session.move(slot, number_of(guest_phys_addr, "address")))

    def nudge(self, slot: int, by: int) -> dict[str, Any]:
        """Request that a slot begins so many bytes higher, or lower; never below 0."""
        there = self._session.present(slot)
        return self.move(slot, max(0, (there.base_gfn << PAGE_SHIFT) + by))

    def delete(self, slot: int) -> dict[str, Any]:
        """Request the delete of a slot."""
        return self._told(self._session.delete(slot))

    def flip_dirty_logging(self, slot: int) -> dict[str, Any]:
        """Request dirty logging for a slot that has none, and none for one that has it."""
        return self._told(self._session.flip_dirty_logging(slot))

    def renumber(self, slot: int, to: "int | str") -> dict[str, Any]:
        """Give a slot another id, by two requests: a delete, and a create with the new id."""
        verdict = self._told(self._session.renumber(slot, number_of(to, "id")))
        if verdict["ok"]:
            words = f"an id cannot change, so slot {slot} was deleted first; {verdict['sentence']}"
            self.set_trait("verdict", verdict | {"sentence": words})
        return self.verdict

    def _told(self, _: Verdict) -> dict[str, Any]:
        self._show()
        return self.verdict

    # The cursor.

    def undo(self) -> None:
        """Take back the last request that changed something."""
        if not self._session.undo():
            raise PlaygroundError("there is no change to undo; what was replaced can be brought back")
        self._show()

    def redo(self) -> None:
        """Make what was taken back count again."""
        if not self._session.redo():
            raise PlaygroundError("there is nothing to redo; make a new request")
        self._show()

    def seek(self, cursor: int) -> None:
        """Go to the state after so many requests of the log."""
        self._session.seek(cursor)
        self._show()

    # What is shown.

    @property
    def memslots(self) -> Memslots:
        """The array, an independent copy."""
        return self._session.memslots.copy()

    def picture(self) -> Picture:
        """Return the array, the last verdict and the length of the log, for where no widget runs."""
        array = show(self._session.memslots)
        lines = [self.verdict.get("sentence", "no request yet"), f"log: {self.cursor} of {len(self.requests)} requests"]
        rest = "".join(f'<div style="padding: 2px 10px">{escape(line)}</div>' for line in lines)
        return Picture("\n".join([array.text, *lines]), array.html + rest)

    def _show(self, **traits: Any) -> None:
        """Put the state into the traits, and those given with them."""
        session, tape = self._session, self._session.tape()
        slots = list(for_each_memslot(session.memslots))
        values = {
            "requests": [
                {name: getattr(entry.region, name) for name in _FIELDS} | {"verdict": session.verdict_of(number).word}
                for number, entry in enumerate(session.entries)
            ],
            "cursor": session.cursor,
            "slots": [_slot(slot) for slot in slots],
            "used_slots": session.memslots.used_slots,
            "id_to_index": {slot.id: session.memslots.id_to_index[slot.id] for slot in reversed(slots)},
            "verdict": self._verdict(),
            "tape": tape.to_json() if tape else {},
            "step": len(tape) - 1 if tape else 0,
            "code": session.code,
            "link": session.link,
            "trouble": "",
            "shelf": len(session.shelf),
        }
        with self.hold_sync():
            for name, value in (values | traits).items():
                self.set_trait(name, value)

    def _verdict(self) -> dict[str, Any]:
        """Return the verdict on the request before the cursor as plain data."""
        session, verdict = self._session, self._session.verdict
        if verdict is None:
            return {}
        region = session.entries[session.cursor - 1].region
        low, end = region.guest_phys_addr >> PAGE_SHIFT, (region.guest_phys_addr + region.memory_size) >> PAGE_SHIFT
        return {
            "ok": verdict.error is None,
            "change": verdict.change.value if verdict.change else None,
            "errno": verdict.errno,
            "sentence": verdict.sentence,
            "slot": region.slot,
            "collides_with": [slot.id for slot in verdict.collides],
            "overlaps": [_shared(slot, low, end) for slot in verdict.collides],
            "range": [low, end - low],
        }

    # Messages of the front end.

    def _receive(self, _: object, content: Any, buffers: object) -> None:
        """Do what the front end asks for, and answer; whatever goes wrong is said there."""
        try:
            self._obey(cast("dict[str, Any]", content))
        except _EXPECTED as error:
            self.set_trait("trouble", str(error))
        except Exception as error:
            words = f"the playground went wrong ({type(error).__name__}: {error}); undo, or run the cell again"
            self.set_trait("trouble", words)
        number = cast("dict[str, Any]", content).get("number") if isinstance(content, dict) else None
        self.send({"answer": number, "ok": not self.trouble})  # pyright: ignore[reportUnknownMemberType]

    def _obey(self, content: dict[str, Any]) -> None:
        deeds: dict[str, Callable[..., object]] = {name: getattr(self, name) for name in _DEEDS}
        wanted = {name: value for name, value in content.items() if name not in ("do", "number")}
        deed = deeds.get(str(content["do"]))
        if deed is None:
            raise PlaygroundError(f"the front end asked for {content['do']!r}, which is none of {', '.join(_DEEDS)}")
        deed(**wanted)


_FIELDS = ("slot", "flags", "guest_phys_addr", "memory_size", "userspace_addr")
_DEEDS = (
    *("request", "create", "move", "nudge", "delete", "flip_dirty_logging", "renumber"),
    *("undo", "redo", "seek", "random", "clear", "reset", "paste", "bring_back"),
)


def _slot(slot: MemorySlot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "base_gfn": slot.base_gfn,
        "npages": slot.npages,
        "flags": slot.flags,
        "words": f"{address_range(slot.base_gfn, slot.npages)}, {size_of(slot.npages)}",
        "flag_names": flag_names(slot.flags),
    }


def _shared(slot: MemorySlot, low: int, end: int) -> list[int]:
    first = max(low, slot.base_gfn)
    return [first, min(end, slot.base_gfn + slot.npages) - first]
