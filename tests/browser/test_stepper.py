"""The stepper as a learner meets it: in a real JupyterLab, in a notebook opened again, and as a page of its own."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from memslot_lab.watch import Tape, diff
from memslot_lab.watch.page import front_end

from .lab import OpenNotebook, errors_in, write_notebook
from .widget import AXE, ILLEGIBLE, SHOW, ShownStepper, tape_of, told, violations, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, PHONE = {"width": 1400, "height": 1500}, {"width": 390, "height": 844}
SIZES = [3, 8, 32, 200, 509]
# Whose code it is: a mutant's and the kernel's.
KERNELS = [re.compile(r"^in the place of the kernel's kvm_memslot_delete\(\)"), re.compile(r"^the kernel's kvm_mem")]
LISTED = ["ArrowRight", "ArrowLeft", "Home", "End", "Space", "n", "p", "t", "+", "-", "?"]
# What JupyterLab makes of these: new cells above and below, cut, deleted twice, to Markdown, run, selected, undone.
JUPYTERLAB = ["a", "b", "x", "d", "d", "m", "y", "z", "c", "v", "Enter", "Shift+Enter", "Escape", "j", "k", "Delete"]
JUPYTERLAB += ["ArrowUp", "ArrowDown", "Shift+ArrowDown", "1", "0", "0"]

CELLS = [
    'show("plain", moved())',
    'show("keys", moved())',
    'show("asking", moved(), predict=True)',
    'show("guessed", moved(), predict=True)',
    'show("pair", deletions()[0], other=deletions()[1])',
    *(f'show("n{n}", created({n}))' for n in SIZES),
    'show("old", {**moved().to_json(), "version": 0})',
    'show("damaged", {**moved().to_json(), "frames": []})',
    "Stepper(moved(), predcit=True)",
]


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str, course: Path) -> Iterator[OpenNotebook]:
    """Open one notebook with all the steppers, its sidebar shut, and run it."""
    page = browser.new_page(viewport=WIDE)
    notebook = OpenNotebook(page, address, write_notebook(course / "notebooks/steppers.ipynb", SHOW, *CELLS))
    notebook.run_all()
    page.keyboard.press("Control+b")
    expect(page.locator(".lm")).to_have_count(len(CELLS) - 1)
    yield notebook
    page.close()


@pytest.fixture
def folder(course: Path) -> Path:
    """Return where the notebook runs."""
    return course / "notebooks"


@pytest.fixture
def stepper(opened: OpenNotebook) -> Iterator[Callable[[str], ShownStepper]]:
    """Return a function that finds a stepper by name; no test may leave an error on the console."""

    def find(name: str) -> ShownStepper:
        shown = ShownStepper(opened.page, opened.page.locator(f".of-{name} .lm"))
        shown.root.scroll_into_view_if_needed()
        return shown

    yield find
    opened.page.set_viewport_size(WIDE)
    assert opened.logged == []


@pytest.fixture(scope="module")
def axe(npm_package: Callable[[str], Path]) -> str:
    """Return axe-core's script."""
    return (npm_package(AXE) / "axe.min.js").read_text()


def cells_of(page: Page) -> tuple[int, list[str]]:
    """Return how many cells there are, and the text of those selected."""
    return page.locator(".jp-Cell").count(), page.locator(".jp-Cell.jp-mod-selected .jp-InputArea").all_inner_texts()


def check_step(shown: ShownStepper, tape: Tape, step: int) -> None:
    """Check that a step shows, with the sentence that Python has for it."""
    expect(shown.counts).to_contain_text(f"step {step} of {len(tape) - 1}")
    expect(shown.sentence).to_have_text(tape[step].sentence)


# Mouse and keyboard.


def test_buttons_step_through_the_tape_and_python_learns_the_step(
    stepper: Callable[[str], ShownStepper], folder: Path
) -> None:
    """Each button goes where it says, the sentence is the tape's, and the step comes back."""
    shown, tape = stepper("plain"), tape_of(folder, "plain")
    writes = [k for k, frame in enumerate(tape) if frame.writes]
    end = len(tape) - 1
    shown.press("Home")
    for name, step in [("one step forward", 1), ("one step forward", 2), ("one step back", 1), ("last", end)]:
        shown.button(name).click()
        check_step(shown, tape, step)
    shown.button("first").click()
    for step in writes[:3]:
        shown.button("next write").click()
        check_step(shown, tape, step)

    wait_until(lambda: told(folder, "plain")["step"] == writes[2], f"Python is told of step {writes[2]}")


def test_scrubber_dragged_shows_the_step_under_the_pointer(
    stepper: Callable[[str], ShownStepper], folder: Path
) -> None:
    """From one end to the middle, and on to the other."""
    shown, tape = stepper("plain"), tape_of(folder, "plain")
    shown.press("Home")
    shown.drag(0, 0.5)
    middle = shown.at()

    assert abs(middle - (len(tape) - 1) / 2) <= 1
    check_step(shown, tape, middle)
    shown.drag(0.5, 1)
    check_step(shown, tape, len(tape) - 1)
    wait_until(lambda: told(folder, "plain")["step"] == len(tape) - 1, "Python is told of the last step")


def test_every_key_under_the_question_mark_does_what_is_listed(
    stepper: Callable[[str], ShownStepper], folder: Path
) -> None:
    """Steps, ends, writes, the table, the speed, play and the list itself."""
    shown, tape = stepper("keys"), tape_of(folder, "keys")
    writes = [k for k, frame in enumerate(tape) if frame.writes]
    end = len(tape) - 1
    shown.press("Home")
    for key, step in [
        ("ArrowRight", 1),
        ("ArrowLeft", 0),
        ("End", end),
        ("Home", 0),
        ("n", writes[0]),
        ("n", writes[1]),
    ]:
        shown.press(key)
        check_step(shown, tape, step)
    shown.press("p")
    check_step(shown, tape, writes[0])
    shown.press("t")
    expect(shown.root.get_by_role("table").first).to_be_visible()
    shown.press("t")
    expect(shown.root.locator(".lm-picture")).to_be_visible()
    for key, speed in [("+", 2), ("-", 1), ("-", 0.5), ("+", 1)]:
        shown.press(key)
        wait_until(lambda speed=speed: told(folder, "keys")["speed"] == speed, f"the speed is {speed}")
    shown.press("?")
    expect(shown.root.locator(".lm-help")).to_be_visible()
    for key in ("→ / ←", "Home / End", "Space", "n / p", "t", "+ / \N{MINUS SIGN}", "?"):
        expect(shown.root.locator("dt").get_by_text(key, exact=True)).to_be_visible()
    shown.press("?")
    expect(shown.root.locator(".lm-help")).to_be_hidden()


@pytest.mark.parametrize("where", ["the widget", "a button", "the slider"])
def test_no_key_reaches_jupyterlab(stepper: Callable[[str], ShownStepper], where: str) -> None:
    """Wherever the focus is in the widget, no cell comes, goes, runs, or is selected."""
    shown = stepper("keys")
    shown.root.click(position={"x": 5, "y": 5})
    node = {"the widget": shown.root, "a button": shown.button("table"), "the slider": shown.scrubber}[where]
    node = shown.root.locator("button", has_text="table") if where == "a button" else node
    before = cells_of(shown.page)
    for key in [*LISTED, *JUPYTERLAB]:
        node.focus()
        shown.page.keyboard.press(key)
    shown.press("Home")  # which ends what plays

    assert before[1]
    assert cells_of(shown.page) == before
    expect(shown.page.locator(".jp-Cell.jp-mod-selected .lm")).to_have_count(1)


def test_it_starts_paused_plays_and_stops_at_the_end(stepper: Callable[[str], ShownStepper], folder: Path) -> None:
    """Nothing moves by itself; play goes on frame by frame; at the end it is paused again."""
    shown, tape = stepper("n3"), tape_of(folder, "n3")
    end = len(tape) - 1
    expect(shown.button("play")).to_be_visible()
    at = shown.at()
    shown.page.wait_for_timeout(1000)  # longer than a frame takes

    assert shown.at() == at
    shown.go(end - 4)
    shown.root.get_by_role("combobox", name="speed").select_option("4")
    shown.button("play").click()
    expect(shown.button("pause")).to_be_visible()
    wait_until(lambda: told(folder, "n3")["playing"], "Python is told that it plays")
    shown.button("pause").click()
    paused = shown.at()
    shown.page.wait_for_timeout(500)
    assert shown.at() == paused < end
    shown.button("play").click()
    check_step(shown, tape, end)
    expect(shown.button("play")).to_be_visible()
    wait_until(lambda: not told(folder, "n3")["playing"], "Python is told that it has stopped")


# Predict mode.


def test_predict_locks_every_way_forward_until_the_answer(stepper: Callable[[str], ShownStepper]) -> None:
    """Buttons, slider and keys stay where they are, and say what to do first."""
    shown = stepper("asking")
    tries = [lambda name=name: shown.button(name).click(force=True) for name in ("one step forward", "last", "next")]
    tries += [lambda key=key: shown.press(key) for key in ("ArrowRight", "End", "n", "Space")]
    tries += [lambda: shown.go(9), lambda: shown.drag(0, 1), lambda: shown.button("play").click(force=True)]
    for attempt in tries:
        shown.press("Home")
        attempt()

        assert shown.at() == 0
    expect(shown.trouble).to_have_text("first choose the cell that is written next, or “Not sure”")
    expect(shown.scrubber).to_have_value("0")
    expect(shown.root).to_contain_text("Which cell is written next?")


def test_predict_right_wrong_and_not_sure_show_why_and_come_back(
    stepper: Callable[[str], ShownStepper], folder: Path
) -> None:
    """Each answer is judged with the sentence; a step that is redone earns nothing."""
    shown, tape = stepper("guessed"), tape_of(folder, "guessed")
    writes = [k for k, frame in enumerate(tape) if frame.writes]
    verdict = shown.root.locator(".lm-verdict")
    shown.cell("memslots[1]").click()
    expect(verdict).to_have_text(f"✓ Right: memslots[1]. {tape[writes[0]].sentence}")
    check_step(shown, tape, writes[0])
    shown.cell("used_slots").focus()
    shown.page.keyboard.press("Enter")
    expect(verdict).to_contain_text("✗ Not this one: you chose used_slots; the code writes id_to_index[1].")
    expect(verdict).to_contain_text(tape[writes[1]].sentence)
    shown.button("Not sure").click()
    expect(verdict).to_have_text(f"? It is memslots[0]. {tape[writes[2]].sentence}")
    answers = [
        {"step": writes[0], "chosen": "memslots[1]", "written": ["memslots[1]"], "verdict": "right"},
        {"step": writes[1], "chosen": "used_slots", "written": ["id_to_index[1]"], "verdict": "wrong"},
        {"step": writes[2], "chosen": None, "written": ["memslots[0]"], "verdict": "unsure"},
    ]
    wait_until(lambda: told(folder, "guessed")["answers"] == answers, "Python is told the three answers")
    assert told(folder, "guessed")["score"] == {"right": 1, "wrong": 1, "unsure": 1}

    shown.press("Home")
    expect(shown.root).to_contain_text("Seen before: no credit here.")
    shown.cell("memslots[1]").click()
    shown.press("End")
    assert shown.at() == writes[2]
    wait_until(lambda: told(folder, "guessed")["step"] == writes[2], "Python is told the step")
    assert told(folder, "guessed")["answers"] == answers


# Compare mode.


def test_compare_steps_both_and_marks_the_first_difference(
    stepper: Callable[[str], ShownStepper], folder: Path
) -> None:
    """Both sentences at each position, one mark on each side from the first difference on, in the words of `diff()`."""
    shown, names = stepper("pair"), ("yours", "the kernel's")
    script: dict[str, object] = {}
    exec(SHOW, script)
    tapes = script["deletions"]()  # type: ignore[operator]
    found = diff(*tapes, names=names)
    assert found.first is not None
    expect(shown.root.locator(".lm-first")).to_contain_text(found.sentence)
    expect(shown.root.locator(".lm-panename")).to_have_text(list(names))
    expect(shown.root.locator(".lm-kernel")).to_have_text(KERNELS)
    shown.press("Home", "ArrowRight", "ArrowRight")
    for position in (2, found.first):
        shown.go(position)
        sentences = [tape[step].sentence for tape, step in zip(tapes, found.pairs[position], strict=True)]
        expect(shown.root.locator(".lm-say")).to_have_text(sentences)
    expect(shown.root.locator(".lm-badge")).to_have_text(["≠ first difference"] * 2)
    expect(shown.root.locator(".lm-place.lm-differs")).not_to_have_count(0)
    shown.press("Home")
    expect(shown.root.locator(".lm-badge:visible")).to_have_count(0)
    shown.button("go to the first difference").click()
    expect(shown.root.locator(".lm-badge:visible")).to_have_count(2)
    assert shown.at() == found.first


# Looks.


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_legible_on_a_phone_and_on_a_desk(
    browser: Browser, folder: Path, tmp_path: Path, stepper: Callable[[str], ShownStepper], size: int, width: int
) -> None:
    """No text below 10 px or cut off, and nothing sticks out or scrolls sideways; in a page, and in JupyterLab."""
    tape = tape_of(folder, f"n{size}")
    step = next(k for k, frame in enumerate(tape) if frame.writes)
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{tape.to_html(tmp_path / 'tape.html').as_uri()}#step={step}")
    root = page.locator(".lm")
    expect(root.locator(".lm-step")).to_contain_text(f"step {step} ")
    alone = root.evaluate(ILLEGIBLE)
    page.close()
    shown = stepper(f"n{size}")
    shown.page.set_viewport_size({"width": width, "height": 1500})
    expect(shown.root).to_have_class(re.compile("lm-narrow") if width == 390 else "lm")
    shown.go(step)

    assert alone == []
    assert shown.root.evaluate(ILLEGIBLE) == []


def test_a_slot_slides_unless_motion_is_reduced(stepper: Callable[[str], ShownStepper], folder: Path) -> None:
    """Where the reader wants no motion, nothing runs after a step."""
    shown, tape = stepper("n8"), tape_of(folder, "n8")
    shift = next(k for k, frame in enumerate(tape) if frame.shifts)
    running = {}
    for wish in ("no-preference", "reduce"):
        shown.page.emulate_media(reduced_motion=wish)
        shown.go(shift - 1)
        wait_until(lambda: not shown.running(), "the slide before has ended")
        shown.press("ArrowRight")
        running[wish] = shown.running()
    shown.page.emulate_media(reduced_motion=None)

    assert running["no-preference"] >= 1
    assert running["reduce"] == 0


def test_table_view_holds_the_state_and_follows_the_steps(stepper: Callable[[str], ShownStepper], folder: Path) -> None:
    """The rows are the array of that step, highest GFN first, and the count."""
    shown, tape = stepper("plain"), tape_of(folder, "plain")
    shown.button("show the state as a table").click()
    for step in (0, len(tape) - 1):
        shown.go(step)
        state = tape.state(step)
        rows = shown.root.get_by_role("table", name="memslots, highest GFN first").locator("tbody tr")
        stored = [slot for slot in state.memslots if slot]
        want = [(str(i), str(slot.id), f"{slot.base_gfn:#x}") for i, slot in enumerate(stored)]
        got = [tuple(row.locator("th, td").all_inner_texts()[:3]) for row in rows.all()[: len(want)]]

        assert got == want
        expect(rows.last).to_contain_text(f"used_slots{state.used_slots}")
    shown.press("t")


def test_table_view_scrolls_to_what_happens(stepper: Callable[[str], ShownStepper], folder: Path) -> None:
    """With 32 slots the entry that is read or written, else the hole, is in view at each step."""
    shown, tape = stepper("n32"), tape_of(folder, "n32")
    shown.press("t")
    tables = shown.root.locator(".lm-tables")
    box = tables.get_by_role("group", name="memslots").bounding_box()
    assert box
    steps = [k for k, frame in enumerate(tape) if frame.hole is not None][::9]
    for step in steps:
        shown.go(step)
        rows = tables.get_by_role("table", name="memslots").locator(".lm-noted").all()
        seen = [place["y"] for row in rows if (place := row.bounding_box())]

        assert any(box["y"] + 30 < y < box["y"] + box["height"] - 20 for y in seen), step
    expect(tables.locator(".lm-noted").filter(has_text="hole")).to_have_count(1)
    shown.press("t")


def test_live_region_reads_the_sentence(stepper: Callable[[str], ShownStepper], folder: Path) -> None:
    """A screen reader hears the sentence of each step."""
    shown, tape = stepper("plain"), tape_of(folder, "plain")
    shown.go(3)

    expect(shown.root.locator("[aria-live=polite]").first).to_have_text(tape[3].sentence)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_either_theme(
    opened: OpenNotebook, stepper: Callable[[str], ShownStepper], axe: str, theme: str
) -> None:
    """In the picture, the table, the list of keys, predict and compare mode, chosen through JupyterLab's menu."""
    choose_theme(opened.page, theme)
    found: list[str] = []
    for name, step, keys in [
        ("plain", 25, "?"),
        ("keys", 26, "t"),
        ("asking", 0, ""),
        ("guessed", 0, ""),
        ("n509", 9, ""),
    ]:
        shown = stepper(name)
        shown.go(step)
        shown.press(*keys)
        found += violations(opened.page, shown.root, axe)
        shown.press(*keys)
    pair = stepper("pair")
    pair.button("go to the first difference").click()
    found += violations(opened.page, pair.root, axe)
    found += violations(opened.page, opened.page.locator(".of-old .lm"), axe)
    paper = pair.root.evaluate("(root) => getComputedStyle(root).backgroundColor")
    choose_theme(opened.page, "JupyterLab Light")

    assert found == []
    assert (max(map(int, paper.removeprefix("rgb(").removesuffix(")").split(", "))) < 60) == ("Dark" in theme)


def choose_theme(page: Page, theme: str) -> None:
    """Choose a theme in JupyterLab's menu and wait until it is there."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).first.hover()
    page.locator(".lm-Menu").get_by_text(theme, exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str("Light" in theme).lower())


# What goes wrong.


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("old", "✕ this tape is of version 0, and this stepper reads version 1; record it again with this memslot_lab"),
        ("damaged", "✕ this tape is damaged: it has no frames; record it again"),
    ],
)
def test_a_tape_that_does_not_play_says_why(stepper: Callable[[str], ShownStepper], name: str, trouble: str) -> None:
    """A message where the picture would be, not a blank."""
    expect(stepper(name).root.get_by_role("alert")).to_have_text(trouble)


def test_an_unknown_keyword_fails_in_its_cell(opened: OpenNotebook) -> None:
    """The cell's error names the keyword that was meant."""
    (error,) = errors_in(opened.save())

    assert (error["ename"], error["evalue"]) == (
        "TypeError",
        "Stepper() has no keyword 'predcit'; did you mean 'predict'?",
    )


def check_steps(root: Locator, page: Page) -> None:
    """Check that a stepper steps."""
    shown = ShownStepper(page, root)
    shown.press("Home", "ArrowRight", "ArrowRight")
    expect(shown.counts).to_contain_text("step 2 of")


def test_a_notebook_opened_again_steps_with_its_state_and_shows_a_table_without(
    page: Page, address: str, folder: Path
) -> None:
    """Nothing is run: saved with the state the stepper is there; without, the table and the sentence are."""
    path = write_notebook(folder / "again.ipynb", SHOW, 'show("again", moved(), step=3)')
    first = OpenNotebook(page, address, path)
    first.menu("Settings", "Save Widget State Automatically")
    first.run_all()
    wait_until(lambda: first.save() and "widgets" in json.loads(path.read_text())["metadata"], "the state is saved")
    tape = tape_of(folder, "again")
    first.menu("Kernel", "Shut Down Kernel")
    expect(page.get_by_text("No Kernel").first).to_be_visible()
    (folder / "again.json").unlink()

    again = OpenNotebook(page, address, path)
    root = page.locator(".of-again .lm")
    check_step(ShownStepper(page, root), tape, 3)
    check_steps(root, page)
    assert not (folder / "again.json").exists()  # no cell has run

    notebook = json.loads(path.read_text())
    del notebook["metadata"]["widgets"]
    other = folder / "without.ipynb"
    other.write_text(json.dumps(notebook))
    without = OpenNotebook(page, address, other)
    expect(page.locator(".jp-OutputArea-output table").first).to_contain_text(tape[3].sentence)
    expect(page.locator(".jp-OutputArea-output table").last).to_contain_text("FRONT")
    assert [*first.logged, *again.logged, *without.logged] == []


# What the kernel repeats.

REPEATED = """async ([esm, tape]) => {
  const { default: widget } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const values = { tape, step: 0, speed: 1, predict: false, answers: [], score: {}, playing: false };
  const listeners = {}, told = [];
  const model = {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; listeners[`change:${name}`]?.(); },
    on: (event, act) => { listeners[event] = act; },
    off: () => {},
    save_changes: () => told.push(values.step),
  };
  const el = document.body.appendChild(document.createElement("div"));
  widget.render({ model, el });
  const press = () => el.firstChild.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  const at = () => el.querySelector(".lm-step").textContent.match(/\\d+/)[0];
  press();
  while (!told.length) await new Promise((done) => setTimeout(done, 20));
  press();
  model.set("step", 1);
  const shown = at();
  while (told.length < 2) await new Promise((done) => setTimeout(done, 20));
  return [shown, at(), ...told];
}"""


def test_a_step_that_python_repeats_late_takes_nobody_back(page: Page) -> None:
    """A busy kernel repeats step 1 when the reader is at step 2, and Python has not been told of that yet."""
    script: dict[str, object] = {}
    exec(SHOW, script)
    tape = script["moved"]().to_json()  # type: ignore[operator]

    assert page.evaluate(REPEATED, [front_end("stepper.js"), tape]) == ["2", "2", 1, 2]


# A page of its own.


@pytest.fixture
def alone(course: Path, opened: OpenNotebook, tmp_path: Path) -> Path:
    """Write a tape as a page."""
    return tape_of(course / "notebooks", "plain").to_html(tmp_path / "tape.html")


@pytest.fixture
def requests(page: Page) -> Iterator[list[str]]:
    """Note whom the page asks; at the end it must have been nobody outside, and no error was logged."""
    asked, logged = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: logged.append(str(error)))
    yield asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert asked
    assert logged == []


def test_page_from_a_file_steps_and_its_address_follows(page: Page, alone: Path, requests: list[str], axe: str) -> None:
    """It opens at the step that its address names, takes keys at once, and axe-core finds nothing."""
    page.goto(f"{alone.as_uri()}#step=7")
    root = page.locator(".lm")
    expect(root.locator(".lm-step")).to_contain_text("step 7 of")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/tape.html#step=8")
    page.evaluate("() => { location.hash = '#step=3'; }")
    expect(root.locator(".lm-step")).to_contain_text("step 3 of")
    found = violations(page, page.locator("body"), axe)
    page.emulate_media(color_scheme="dark")

    assert [*found, *violations(page, page.locator("body"), axe)] == []


@pytest.mark.parametrize("step", ["999", "-1", "x"])
def test_page_asked_for_a_step_that_is_not_there_says_so(
    page: Page, alone: Path, requests: list[str], step: str
) -> None:
    """The message names the steps that there are."""
    page.goto(f"{alone.as_uri()}#step={step}")

    expect(page.locator(".lm-trouble")).to_have_text(f"✕ there is no step {step} here; the steps are 0 to 35")
