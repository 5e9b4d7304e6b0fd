"""The stepper for a terminal, without the terminal: keys go in, lines come out."""

from collections.abc import Iterator
from textwrap import wrap

from memslot_lab.captures.result import Answer, errno_name
from memslot_lab.engine.model import Change
from memslot_lab.views.panels import (
    ROOMY,
    Line,
    Scene,
    Span,
    Style,
    array_panel,
    fit,
    index_panel,
    scene_of,
    source_panel,
)
from memslot_lab.views.units import flag_names, size_of
from memslot_lab.views.walk import Walk

__all__ = ["Stepper"]

_SMALLEST = (70, 18)  # columns, lines
_KEYS = "→ ← frame   ↓ ↑ request   n p write   Home End   g go to   ? help   q leave"
_WORDS = {
    Change.CREATE: "a new slot",
    Change.DELETE: "the slot goes",
    Change.MOVE: "to other addresses",
    Change.FLAGS_ONLY: "other flags",
}
_HELP = """\
  → ←            next and previous frame; past the end, on to the next request
  ↓ ↑            next and previous request (or PageDown, PageUp)
  Home End       first and last frame of this request
  n p            next and previous frame that writes
  g 12 Enter     go to request 12
  ? q            this page; leave (or Ctrl-C)

  A frame is one line that ran; the picture shows the array after it.

  ● ○            written and read by this line
  (hole)         the place left open: the changed slot will be stored there
  HAND           the changed slot; it is in the array only at the end
  FRONT  BACK    index 0 with the highest GFN; the lowest GFN, where used_slots
                 ends. Entries behind it are stale: nobody looks at them
  GFN            guest frame number: guest physical address / 4096

  any key goes back"""


class Stepper:
    """A walk through a log that is steered with keys and seen as lines.

    Parameters
    ----------
    walk : Walk
        Where it goes.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self._help = False
        self._typed: str | None = None  # the number typed after g
        self._message = ""
        self._ways = {
            "right": (walk.next_frame, "this is the end: the last frame of the last request"),
            "left": (walk.previous_frame, "this is the beginning: the first frame of the first request"),
            "down": (lambda: walk.go_to(walk.number + 1), "this is the last request"),
            "up": (lambda: walk.go_to(walk.number - 1), "this is the first request"),
            "n": (walk.next_write, "nothing is written from here on"),
            "p": (walk.previous_write, "nothing was written before"),
            "home": (lambda: walk.go_to(walk.number), ""),
            "end": (lambda: walk.go_to(walk.number, -1), ""),
        }

    def press(self, key: str) -> bool:
        """Take a key by its name or character; return False if it was the one to leave."""
        self._message = ""
        if key in ("q", "Q", "ctrl-c"):
            return False
        if self._help:
            self._help = False
        elif self._typed is not None:
            self._type(key)
        elif way := self._ways.get({"pagedown": "down", "pageup": "up"}.get(key, key)):
            self._message = "" if way[0]() else way[1]
        elif key == "g":
            self._typed = ""
        elif key == "?":
            self._help = True
        return True

    def _type(self, key: str) -> None:
        typed = self._typed or ""
        if key in "0123456789":
            self._typed = (typed + key)[:9]
        elif key == "backspace":
            self._typed = typed[:-1]
        else:
            self._typed = None
            if key == "enter" and typed and not self.walk.go_to(int(typed) - 1):
                self._message = f"request {typed} is not there: type a number from 1 to {len(self.walk.answers)}"

    def lines(self, width: int, height: int) -> list[Line]:
        """Return the screen, exactly `height` lines of `width` columns."""
        if width < _SMALLEST[0] or height < _SMALLEST[1]:
            words = f"this terminal has {width} x {height} characters; make it {_SMALLEST[0]} x {_SMALLEST[1]} or more"
            lines = [_plain(line) for line in wrap(words + " (q leaves)", max(width, 1))]
        elif self._help:
            lines = [_plain(line) for line in _HELP.split("\n")]
        else:
            lines = self._screen(width, height)
        return [fit(line, width) for line in (lines + [()] * height)[:height]]

    def _screen(self, width: int, height: int) -> list[Line]:
        walk, roomy, scene = self.walk, width >= ROOMY, scene_of(self.walk)
        above = [*_header(walk), _rule(width)]
        below = [_rule(width), *index_panel(scene, width, 2), *_sentence(walk, width), *_place(walk, scene)]
        room = height - len(above) - len(below) - 1
        left = 54 if roomy else 36 + max(width - 80, 0) // 2
        right = width - left - 1
        arrays = array_panel(scene, room, roomy=roomy)
        sources = source_panel(walk, right, room, roomy=roomy)
        panels = [
            (*fit(one, left), Span("│", Style.FAINT), *fit(other, right))
            for one, other in zip(arrays, sources, strict=True)
        ]
        return [*above, *panels, *below, self._last_line()]

    def _last_line(self) -> Line:
        if self._typed is not None:
            return (Span(f"  go to request: {self._typed}_", Style.BOLD), Span("   Enter goes, Esc stays", Style.FAINT))
        return (Span(f"  {self._message}", Style.BOLD),) if self._message else (Span(f"  {_KEYS}", Style.FAINT),)


def _plain(text: str) -> Line:
    return (Span(text),)


def _rule(width: int) -> Line:
    return (Span("─" * width, Style.FAINT),)


# The request.


def _header(walk: Walk) -> list[Line]:
    answer, result = walk.answer, walk.result
    name = "".join(letter if letter.isprintable() else "?" for letter in result.path.name)
    where = f"  line {answer.request.line} of {name}"
    if len(result.vms) > 1:
        where += f", VM {answer.request.vm} (of 0..{len(result.vms) - 1})"
    number = f"  request {walk.number + 1:,} of {len(walk.answers):,}"
    return [
        (Span(number, Style.BOLD), Span(where, Style.FAINT)),
        (Span("  "), *_verdict(answer), Span(f"  {_request_text(answer)}")),
        *((Span(f"  ! {note}", Style.FAINT),) for note in _notes(walk)),
    ]


def _verdict(answer: Answer) -> Line:
    if answer.errno != answer.request.errno:
        engine = answer.change.name if answer.change else errno_name(answer.errno)
        return (Span(f"! the kernel {errno_name(answer.request.errno)}, the engine {engine}", Style.WRONG),)
    if answer.errno:
        return (Span(f"refused: {errno_name(answer.errno)}", Style.WRONG),)
    if answer.change is None:
        return (Span("no change", Style.BOLD),)
    return (Span(answer.change.name, Style.BOLD), Span(f" ({_WORDS[answer.change]})"))


def _request_text(answer: Answer) -> str:
    region = answer.request.region
    space, slot_id = region.slot >> 16, region.slot & 0xFFFF
    start, size = region.guest_phys_addr, region.memory_size
    parts = [f"slot {slot_id}" + (f" of address space {space}" if space else "")]
    parts += [f"gpa {start:#x}..{start + size - 1:#x}" if size else f"gpa {start:#x}"]
    parts += [f"{size:#x} bytes" if size % 4096 else size_of(size >> 12) if size else "size 0"]
    if region.flags:
        names = flag_names(region.flags)
        parts.append(f"flags {region.flags:#x}" if names == "-" else names)
    return "  ".join(parts)


def _notes(walk: Walk) -> Iterator[str]:
    request, result = walk.answer.request, walk.result
    lost = sum(one.vm == request.vm and one.line < request.line and one.effect for one in result.undecoded)
    if lost:
        yield f"{lost} earlier request{'s' * (lost > 1)} of this VM cannot be read: the real array may differ"
    if result.format == "mtree":
        yield "a flat view holds an end state: its slots are made lowest first, with ids, flags and host made up"
    yield from (guess.guess for guess in result.guesses if guess.vm == request.vm)


# What happens.


def _sentence(walk: Walk, width: int) -> list[Line]:
    lines = wrap(walk.tape[walk.step].sentence if walk.tape else _why_not(walk.answer), width - 4)
    if walk.tape:  # two lines, always, so that the picture above stands still
        lines = [*lines[:2], ""][:2]
    return [(Span(f"  {line}", Style.BOLD),) for line in lines]


def _why_not(answer: Answer) -> str:
    recorded = answer.request.errno
    if answer.errno == recorded:
        return answer.why or "the slot is there already, just as the request wants it: there is nothing to do"
    if recorded:
        return f"the kernel refused this with {errno_name(recorded)}, the engine would not: it is not carried out"
    return f"the kernel accepted this, the engine refuses it: it is not carried out; {answer.why}"


def _place(walk: Walk, scene: Scene) -> list[Line]:
    if not walk.tape:
        return [(Span("  no frames: → goes on to the next request", Style.FAINT),)]
    kernel = walk.tape.codes[walk.tape.moments[walk.step].code].kernel
    counts = [_count(scene.shifts, "shift"), _count(scene.compares, "comparison")]
    return [
        (Span(f"  kernel: {kernel.name}, {kernel.caption}", Style.FAINT),),
        (Span(f"  frame {walk.step} of {walk.last}", Style.BOLD), Span(f"   {'   '.join(counts)} until here")),
    ]


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
