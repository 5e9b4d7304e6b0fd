"""A widget in a page: what a learner does with it and what shows; written once for JupyterLab and for a page."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from memslot_lab.watch import Tape

AXE = "axe-core@4.14.1"

# What the cells of these notebooks use: a stepper that is found by name, and writes what Python knows of it to a file.
SHOW = """
import asyncio
import json
from pathlib import Path
from memslot_lab.course.mutants import load_mutants
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, update_memslots
from memslot_lab.watch import Tape, record
from memslot_lab.widgets import Stepper

def created(n):
    slots = Memslots(n)
    for i in range(n - 1):
        update_memslots(slots, MemorySlot(i, i * 16, 16), Change.CREATE)
    return record(update_memslots, slots, MemorySlot(n - 1, n * 16, 16), Change.CREATE)

def machine():
    slots = Memslots(8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots

def moved():
    return record(update_memslots, machine(), MemorySlot(5, 0x400, 0x80), Change.MOVE)

def deletions(name="delete-stops-one-early"):
    wrong = next(mutant for mutant in load_mutants() if mutant.name == name).module().delete
    return [record(function, machine(), MemorySlot(5, 0, 0)) for function in (wrong, delete)]

def tell(name, widget, traits):
    def write(_):
        Path(f"{name}.json").write_text(json.dumps({trait: getattr(widget, trait) for trait in traits}))
    widget.observe(lambda change: asyncio.get_running_loop().call_soon(write, change), traits)  # when all are set
    write(None)
    widget.add_class(f"of-{name}")
    return widget

def show(name, *args, **traits):
    return tell(name, Stepper(*args, **traits), ["step", "score", "answers", "playing", "speed", "tape"])
"""

# In the page: the texts of a widget that are too small, or cut off, and the nodes that stick out of it.
ILLEGIBLE = """(root) => {
  const edge = root.getBoundingClientRect(), found = [], name = (node) => `${node.className}: ${node.textContent}`;
  for (const node of root.querySelectorAll("*")) {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    if (!box.width || !box.height || style.clipPath !== "none" || node.closest("svg")) continue;
    const scrolls = node.parentElement.closest(".lm-source, .lm-scrolls");
    if (!scrolls && (box.left < edge.left - 1 || box.right > edge.right + 1)) found.push(`sticks out: ${name(node)}`);
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (own && parseFloat(style.fontSize) < 10) found.push(`${style.fontSize}: ${name(node)}`);
    const cut = node.scrollWidth > node.clientWidth + 1 && style.overflowX === "hidden";
    if (node.matches(".lm-card") && node.scrollWidth > node.clientWidth + 1) found.push(`cut: ${name(node)}`);
    if (own && cut && node !== root) found.push(`cut: ${name(node)}`);
  }
  if (root.scrollWidth > root.clientWidth) found.push("scrolls sideways");
  return found;
}"""


def wait_until(is_so: Callable[[], object], what: str, *, longest: float = 30) -> None:
    """Wait for something outside the page, and fail with `what` it should have been."""
    deadline = time.monotonic() + longest
    while not is_so():
        assert time.monotonic() < deadline, f"not within {longest} s: {what}"
        time.sleep(0.05)


class ShownStepper:
    """A stepper that shows in a page.

    Parameters
    ----------
    page : Page
        Where it shows.
    root : Locator
        Its outermost node.
    """

    def __init__(self, page: Page, root: Locator) -> None:
        self.page, self.root = page, root
        self.sentence = root.locator(".lm-say").first
        self.trouble = root.locator(".lm-trouble")
        self.scrubber = root.locator("input[type=range]")
        self.counts = root.locator(".lm-counts")

    def button(self, name: str) -> Locator:
        """Return the button whose name begins so."""
        return self.root.get_by_role("button", name=re.compile(f"^{re.escape(name)}"))

    def cell(self, name: str) -> Locator:
        """Return the picture of a place, such as ``memslots[2]``."""
        return self.root.locator(f'[data-cell="{name}"]')

    def at(self) -> int:
        """Return the step that shows."""
        found = re.match(r"step (\d+) of \d+", self.root.locator(".lm-step").inner_text())
        assert found
        return int(found[1])

    def press(self, *keys: str) -> None:
        """Type keys into the widget, as a reader does who has clicked beside the controls."""
        self.root.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, step: int) -> None:
        """Go to a step as the scrubber does."""
        self.scrubber.evaluate("(node, k) => { node.value = k; node.dispatchEvent(new Event('input')); }", step)

    def drag(self, start: float, end: float) -> None:
        """Drag the scrubber's thumb, from and to a share of its length."""
        self.scrubber.scroll_into_view_if_needed()
        box = self.scrubber.bounding_box()
        assert box
        x = [box["x"] + 8 + share * (box["width"] - 16) for share in (start, end)]
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(x[0], y)
        self.page.mouse.down()
        self.page.mouse.move(x[1], y, steps=8)
        self.page.mouse.up()

    def running(self) -> int:
        """Return how many animations and transitions run in it now."""
        return self.root.evaluate("(root) => root.getAnimations({ subtree: true }).length")


def told(folder: Path, name: str) -> dict[str, Any]:
    """Return what Python knows of a widget of that name, from the file that `tell()` in the notebook writes."""
    for _ in range(100):
        try:
            return json.loads((folder / f"{name}.json").read_text())
        except json.JSONDecodeError:  # being written
            time.sleep(0.02)
    raise AssertionError(f"{name}.json holds no JSON")


def tape_of(folder: Path, name: str) -> Tape:
    """Return the tape of a stepper of that name."""
    return Tape.from_json(told(folder, name)["tape"])


def violations(page: Page, root: Locator, axe: str) -> list[str]:
    """Return what axe-core says of a widget, by rule, with the first node."""
    if not page.evaluate("() => Boolean(globalThis.axe)"):
        page.evaluate(axe)
    root.scroll_into_view_if_needed()
    found = root.evaluate("(root) => axe.run(root, { resultTypes: ['violations'] })")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]
