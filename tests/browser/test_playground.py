"""The playground as a learner meets it, in a real JupyterLab: mouse, keyboard, form, logs as text, captures."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .lab import OpenNotebook, write_notebook
from .test_stepper import cells_of, choose_theme
from .widget import AXE, ILLEGIBLE, SHOW, ShownStepper, told, violations, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE = {"width": 1400, "height": 1500}
NAMES = ["mouse", "keys", "form", "texts", "looks"]
TRAITS = ["slots", "used_slots", "verdict", "requests", "cursor", "link", "code", "trouble", "tape", "seed"]
# Seed 3: slots 3, 6, 4, 1 and 5 from high to low; free are 0x200000..0x3fffff and 0xa00000..0xe7ffff.
CELLS = [
    SHOW,
    "from memslot_lab.widgets import Playground",
    *(f'tell("{name}", Playground(seed=3), {TRAITS})' for name in NAMES),
    f'tell("boot", Playground(capture="data/q72-pc-boot-vgastd.trace"), {TRAITS})',
]


class ShownPlayground(ShownStepper):
    """A playground that shows in a page, and what Python knows of it."""

    def __init__(self, page: Page, root: Locator, folder: Path, name: str) -> None:
        super().__init__(page, root)
        self.folder, self.name = folder, name
        self.sentence = root.locator(".lm-pg-verdict")
        self.axis = root.locator(".lm-pg-plot")

    def slot(self, slot_id: int) -> Locator:
        """Return the slot on the axis."""
        return self.axis.locator(".lm-pg-slot").filter(has=self.page.locator(f".lm-pg-id:text-is('{slot_id}')"))

    def told(self) -> dict[str, Any]:
        """Return the values of the traits in Python."""
        return told(self.folder, self.name)

    def ids(self) -> list[int]:
        """Return the ids in Python, front to back."""
        return [slot["id"] for slot in self.told()["slots"]]

    def x(self, address: int) -> float:
        """Return where an address of the first 16 MiB lies; they fill the axis, the highest on the left."""
        box = self.axis.bounding_box()
        assert box
        return box["x"] + box["width"] * (1 - address / (16 << 20))

    def pull(self, start: int, end: int) -> None:
        """Drag with the mouse from one address to another."""
        box = self.axis.bounding_box()
        assert box
        y = box["y"] + box["height"] * 0.6
        self.page.mouse.move(self.x(start), y)
        self.page.mouse.down()
        self.page.mouse.move(self.x(end), y, steps=6)
        self.page.mouse.up()

    def wait_for(self, **values: Any) -> None:
        """Wait until Python's verdict says so."""
        wait_until(
            lambda: all(self.told()["verdict"].get(n) == v for n, v in values.items()), f"the verdict says {values}"
        )


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str, course: Path) -> Iterator[OpenNotebook]:
    """Open one notebook with all the playgrounds and run it."""
    page = browser.new_page(viewport=WIDE)
    notebook = OpenNotebook(page, address, write_notebook(course / "notebooks/playgrounds.ipynb", *CELLS))
    notebook.run_all()
    page.keyboard.press("Control+b")
    expect(page.locator(".lm-play")).to_have_count(len(NAMES) + 1)
    yield notebook
    page.close()


@pytest.fixture
def playground(opened: OpenNotebook, course: Path) -> Iterator[Callable[[str], ShownPlayground]]:
    """Return a function that finds a playground by name; no test may leave an error on the console."""

    def find(name: str) -> ShownPlayground:
        root = opened.page.locator(f".of-{name} .lm-play")
        root.scroll_into_view_if_needed()
        return ShownPlayground(opened.page, root, course / "notebooks", name)

    yield find
    opened.page.set_viewport_size(WIDE)
    assert opened.logged == []


def test_mouse_creates_moves_collides_deletes_and_takes_back(playground: Callable[[str], ShownPlayground]) -> None:
    """Each drag is one request; a refused one shows where it collides and leaves the slot where it was."""
    shown = playground("mouse")
    shown.pull(0xD00000, 0xC00000)
    shown.wait_for(change="CREATE", slot=0)
    created = shown.told()["slots"][1]
    assert created["id"] == 0
    assert 0xB80 <= created["base_gfn"] < 0xD00
    expect(shown.slot(0)).to_be_visible()
    expect(shown.sentence).to_contain_text("slot 0 is created")

    shown.pull(0x500000, 0x300000)  # slot 1, to the free range below it
    shown.wait_for(change="MOVE", slot=1)
    expect(shown.root.locator(".lm-pg-stepper")).to_contain_text("update_memslots(slots, slot 1, MOVE)")
    before = shown.told()["slots"]

    shown.pull(0xC80000, 0x880000)  # slot 0, onto slot 4
    shown.wait_for(ok=False, errno="EEXIST", collides_with=[4])
    assert shown.told()["slots"] == before
    expect(shown.sentence).to_contain_text("overlaps slot 4")
    clash, four = shown.root.locator(".lm-pg-clash").bounding_box(), shown.slot(4).bounding_box()
    assert clash
    assert four
    assert four["x"] - 6 <= clash["x"] <= clash["x"] + clash["width"] <= four["x"] + four["width"] + 6
    expect(shown.root.locator(".lm-pg-refused")).to_contain_text("EEXIST")

    shown.slot(4).click()
    shown.button("delete").click()
    shown.wait_for(change="DELETE", slot=4)
    assert 4 not in shown.ids()
    shown.button("↶").click()
    wait_until(lambda: 4 in shown.ids(), "undo brings slot 4 back")
    shown.button("↷").click()
    wait_until(lambda: 4 not in shown.ids(), "redo deletes it again")
    shown.button("reset").click()
    wait_until(lambda: shown.ids() == [3, 6, 4, 1, 5], "reset goes back to the start")


def test_keys_do_what_the_mouse_does_and_reach_nobody_else(playground: Callable[[str], ShownPlayground]) -> None:
    """Move, dirty logging, delete, undo, help; JupyterLab has the same cells afterwards."""
    shown = playground("keys")
    shown.slot(6).click()
    cells = cells_of(shown.page)
    base = next(slot["base_gfn"] for slot in shown.told()["slots"] if slot["id"] == 6)
    shown.page.keyboard.press("ArrowLeft")
    shown.wait_for(change="MOVE", slot=6)
    wait_until(
        lambda: next(slot["base_gfn"] for slot in shown.told()["slots"] if slot["id"] == 6) > base, "slot 6 is higher"
    )
    shown.page.keyboard.press("d")
    shown.wait_for(change="FLAGS_ONLY")
    expect(shown.slot(6)).to_have_attribute("title", re.compile("log-dirty"))
    shown.page.keyboard.press("Delete")
    shown.wait_for(change="DELETE")
    shown.root.focus()
    shown.page.keyboard.press("u")
    wait_until(lambda: 6 in shown.ids(), "undo brings slot 6 back")
    shown.page.keyboard.press("?")
    expect(shown.root.locator(".lm-help").first).to_be_visible()
    for key in ("a", "b", "x", "m", "z", "ArrowUp", "ArrowDown", "Escape", "j", "k", "0", "0"):
        shown.page.keyboard.press(key)

    assert cells_of(shown.page) == cells


def test_form_takes_exact_values_and_says_what_is_wrong(playground: Callable[[str], ShownPlayground]) -> None:
    """A size in words is understood; a value that is none is told beside the form; a slot gets another id."""
    shown = playground("form")
    shown.button("new slot").click()
    form = shown.root.get_by_role("form", name="exact values of a request")
    form.get_by_label("id").fill("42")
    form.get_by_label("first address").fill("0xa00000")
    form.get_by_label("size").fill("640K")
    form.get_by_label("flags").fill("log-dirty")
    form.get_by_role("button", name="request").click()
    shown.wait_for(change="CREATE", slot=42)
    (slot,) = [slot for slot in shown.told()["slots"] if slot["id"] == 42]
    assert (slot["base_gfn"], slot["npages"], slot["flags"]) == (0xA00, 0xA0, 1)

    expect(form).to_be_hidden()
    shown.button("exact values").click()
    form.get_by_label("size").fill("a lot")
    form.get_by_role("button", name="request").click()
    expect(shown.root).to_contain_text("a lot")
    assert shown.told()["trouble"]

    shown.slot(42).click()
    shown.root.get_by_label("new id").fill("8")
    shown.button("change id").click()
    wait_until(lambda: 8 in shown.ids() and 42 not in shown.ids(), "slot 42 is slot 8")
    expect(shown.sentence).to_contain_text("an id cannot change, so slot 42 was deleted first")


def test_log_is_copied_and_comes_back_from_code_and_link(playground: Callable[[str], ShownPlayground]) -> None:
    """What the fields show is what Python has; pasted back it gives the same slots; nonsense gives a message."""
    shown = playground("texts")
    shown.pull(0xD00000, 0xC00000)
    shown.wait_for(change="CREATE", slot=0)
    state = shown.told()
    shown.root.locator("summary").click()
    code, link = shown.root.get_by_label("as Python").first, shown.root.get_by_label("as a link").first
    pasted = shown.root.get_by_label("paste either here")
    expect(code).to_have_value(state["code"])
    expect(link).to_have_value(state["link"])

    for text in (state["link"], state["code"]):
        shown.button("empty array").click()
        wait_until(lambda: shown.ids() == [], "the array is empty")
        pasted.fill(text)
        shown.button("take over").click()
        wait_until(lambda: shown.told()["slots"] == state["slots"], "the pasted log gives the same slots")
        expect(pasted).to_have_value("")

    for text, words in [("#ops=9~0.0.1000", "version"), ("import os", "line 1")]:
        pasted.fill(text)
        shown.button("take over").click()
        expect(shown.root.locator(".lm-pg-text .lm-trouble")).to_contain_text(words)
        assert shown.told()["slots"] == state["slots"]


def test_capture_is_scrubbed_through_its_requests(playground: Callable[[str], ShownPlayground]) -> None:
    """A real boot: the slider goes to any request, and the slots are those of that moment."""
    shown = playground("boot")
    slider = shown.root.get_by_label("request of the log")
    for cursor, used in [(2, 2), (35, 9), (0, 0), (31, 9)]:
        slider.evaluate("(node, k) => { node.value = k; node.dispatchEvent(new Event('input')); }", cursor)
        wait_until(lambda cursor=cursor: shown.told()["cursor"] == cursor, f"Python is at request {cursor}")
        assert shown.told()["used_slots"] == used
        if cursor:
            expect(shown.root.locator(".lm-pg-place")).to_contain_text(f"{cursor} of 35")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_playground_has_no_violation_that_axe_finds(
    playground: Callable[[str], ShownPlayground], npm_package: Callable[[str], Path], opened: OpenNotebook, theme: str
) -> None:
    """Names, roles and contrast, in both themes."""
    shown = playground("looks")
    choose_theme(opened.page, theme)
    shown.pull(0xD00000, 0x880000)
    wait_until(lambda: shown.told()["verdict"].get("ok") is False, "it is refused")

    found = violations(opened.page, shown.root, (npm_package(AXE) / "axe.min.js").read_text())
    choose_theme(opened.page, "JupyterLab Light")

    assert found == []


@pytest.mark.parametrize("width", [390, 1400])
def test_playground_is_legible_on_a_phone_and_on_a_desk(
    playground: Callable[[str], ShownPlayground], width: int
) -> None:
    """No text below 10 px or cut off, and nothing sticks out or scrolls sideways."""
    shown = playground("looks")
    shown.page.set_viewport_size({"width": width, "height": 1500})
    shown.page.wait_for_timeout(500)

    assert shown.root.evaluate(ILLEGIBLE) == []
