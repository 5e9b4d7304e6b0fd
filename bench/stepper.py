"""How quickly a step shows in real JupyterLab: the stepper beside the same steps drawn by matplotlib in ipywidgets.

Both step through the same ten-slot tape in one page of headless Chromium. A step is timed in the page from the click
to the picture: the DOM laid out anew, or the new image decoded. Then the pointer drags each slider over 60 positions
in about a second, and the pictures that showed are counted at every frame that the browser painted.
"""

import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page

from memslot_lab.course.workspace import unpack
from tests.browser.lab import OpenNotebook, open_browser, open_lab, write_notebook

CLICKS, POSITIONS = 180, 60

TAPES = """
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

def highest(n):
    slots = Memslots(n)
    for i in range(n - 1):
        update_memslots(slots, MemorySlot(i, i * 16, 16), Change.CREATE)
    return record(update_memslots, slots, MemorySlot(n - 1, n * 16, 16), Change.CREATE)

ten, many = highest(10), highest(509)
"""

MATPLOTLIB = """
import io
import ipywidgets
from matplotlib.figure import Figure

picture = ipywidgets.Image(format="png")
slider = ipywidgets.IntSlider(max=len(ten) - 1, layout={"width": "900px"})
button = ipywidgets.Button(description="forward")

def draw(_):
    state, figure = ten.state(slider.value), Figure(figsize=(9, 2))
    axes = figure.subplots()
    for i, slot in enumerate(filter(None, state.memslots)):
        axes.barh(0, 0.9, left=i, color=f"C{slot.id % 10}")
        axes.text(i + 0.4, 0, slot.id)
    axes.set_title(ten[slider.value].sentence)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    picture.value = file.getvalue()

def forward(_):
    slider.value = (slider.value + 1) % len(ten)

slider.observe(draw, "value")
button.on_click(forward)
draw(None)
ipywidgets.VBox([button, slider, picture])
"""

# In the page: time so many clicks, each until the picture is there.
CLICK_STEPPER = """([root, clicks]) => {
  const button = root.querySelector('[aria-label*="forward"]'), first = root.querySelector('[aria-label^="first"]');
  const slider = root.querySelector('input[type=range]'), times = [];
  for (let i = 0; i < clicks; i++) {
    if (slider.value === slider.max) first.click();
    const start = performance.now();
    button.click();
    root.getBoundingClientRect();  // the layout is part of it
    times.push(performance.now() - start);
  }
  return times;
}"""
CLICK_IMAGE = """async ([root, clicks]) => {
  const button = root.querySelector('button'), image = root.querySelector('img'), times = [];
  for (let i = 0; i < clicks; i++) {
    const start = performance.now();
    const shown = new Promise((resolve) => image.addEventListener('load', resolve, { once: true }));
    button.click();
    const late = new Promise((_, reject) => setTimeout(() => reject(`no picture for click ${i}`), 5000));
    await Promise.race([shown, late]);
    times.push(performance.now() - start);
  }
  return times;
}"""
# In the page: note what shows at every painted frame, until told to stop.
WATCH = """([root, kind]) => {
  const shown = [], look = kind === 'stepper'
    ? () => root.querySelector('.lm-step').textContent : () => root.querySelector('img').src;
  window.watching = true;
  window.shown = shown;
  const frame = () => {
    const now = look();
    if (shown.at(-1) !== now) shown.push(now);
    if (window.watching) requestAnimationFrame(frame);
  };
  frame();
}"""


def drag(page: Page, root: Any, kind: str) -> int:
    """Drag a slider over its length in 60 moves; return how many different pictures were painted."""
    track = root.locator("input[type=range], .noUi-base").first.bounding_box()
    box = root.locator("input[type=range], .noUi-handle").first.bounding_box()
    thumb = root.locator(".noUi-handle").count()  # the browser's own slider may be taken anywhere
    x, y = (box["x"] + box["width"] / 2 if thumb else track["x"] + 8), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(track["x"] + 8, y)
    page.wait_for_timeout(1000)
    page.evaluate(WATCH, [root.element_handle(), kind])
    for i in range(1, POSITIONS + 1):
        page.mouse.move(track["x"] + 8 + i * (track["width"] - 16) / POSITIONS, y)
        page.wait_for_timeout(1000 / POSITIONS - 4)  # the call itself takes some
    page.mouse.up()
    page.wait_for_timeout(100)
    page.evaluate("() => { window.watching = false; }")
    return len(page.evaluate("() => window.shown")) - 1


def show(name: str, times: list[float], dragged: str) -> None:
    """Print one line of the table."""
    p95 = quantiles(times, n=20)[-1]
    print(f"{name:34} {median(times):8.1f} {p95:8.1f} {max(times):8.1f}   {dragged}")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, open_browser("/usr/bin/chromium") as browser:
        course = Path(folder) / "mine"
        unpack(course)
        path = write_notebook(course / "notebooks/bench.ipynb", TAPES, "Stepper(ten)", "Stepper(many)", MATPLOTLIB)
        with open_lab(course) as address:
            page = browser.new_page(viewport={"width": 1400, "height": 3000})
            opened = OpenNotebook(page, address, path)
            opened.run_all()
            print(f"{'a step, ms':34} {'median':>8} {'p95':>8} {'max':>8}   of 60 positions dragged in a second")
            for name, number in (("stepper, 10 slots (aim: 16)", 0), ("stepper, 509 slots (aim: 16)", 1)):
                root = page.locator(".lm").nth(number)
                root.scroll_into_view_if_needed()
                times = page.evaluate(CLICK_STEPPER, [root.element_handle(), CLICKS])
                shown = drag(page, root, "stepper")
                show(name, times, f"{shown} showed")
            root = page.locator(".widget-vbox").last
            root.scroll_into_view_if_needed()
            times = page.evaluate(CLICK_IMAGE, [root.element_handle(), CLICKS])
            page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 500))")
            shown = drag(page, root, "image")
            show("ipywidgets + matplotlib, 10 slots", times, f"{shown} showed")
            state = [len(json.dumps(cell["outputs"])) for cell in opened.save()]
            print(f"saved output of a Stepper cell: {state[1] / 1e3:.1f} KB (10 slots), {state[2] / 1e3:.1f} KB (509)")
            print(f"errors on the console: {opened.logged or 'none'}", file=sys.stderr)


if __name__ == "__main__":
    main()
