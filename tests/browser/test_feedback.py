"""The pages of a grading run, opened from a file as students and teachers do: they step, sort, and run nothing else."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.judge import judge
from memslot_lab.grading.marks import Mark, unjudged
from memslot_lab.grading.pages.class_page import class_page
from memslot_lab.grading.pages.feedback import feedback_page
from memslot_lab.grading.pages.similar import Alike, Member
from memslot_lab.grading.sandbox import Tier
from memslot_lab.grading.submission import Submission

from .widget import AXE, ShownStepper, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TESTS = Path(__file__).parents[1]
EXERCISE = find_exercise("03_delete")
TAGS = "<script>globalThis.ran = 1</script></script><img src=x onerror='globalThis.ran = 2'>{0.__class__}"
HOSTILE = f"""
def delete(slots, slot):
    print({TAGS!r})
    slots.memslots[0] = {TAGS!r}
    raise ValueError({TAGS!r})  # {TAGS}
"""
SIZES = [{"width": 390, "height": 844}, {"width": 1400, "height": 900}]


def feedback(path: Path, source: str, student: str = "ada") -> Path:
    """Write the page on an answer, judged in this process; return where."""
    file = path / "03_delete.py"
    file.write_text(source)
    (task,) = EXERCISE.tasks
    result = judge(task, load_answer_file(file, EXERCISE).functions["delete"])
    submission = Submission(student, EXERCISE.name, f"{student}/03_delete.py", (("file", source),))
    mark = Mark(student, EXERCISE.name, submission.place, result.points, result.max_points, tasks=({},))
    page = path / "page.html"
    page.write_text(feedback_page(submission, EXERCISE, [result], mark, tier=Tier.NAMESPACES), encoding="utf-8")
    return page


def of_class(path: Path) -> Path:
    """Write a class's page; return where."""
    stops = [{"kind": "ended", "words": f"the program ended itself {TAGS}"}]
    tasks = ({"function": "delete", "problem": "", "stops": stops, "groups": []},)
    marks = [
        Mark(f"s{i} {TAGS}", "03_delete", "x", i % 11, 10, tasks=tasks, seconds=(i * 7 % 12) / 9) for i in range(12)
    ]
    marks.append(unjudged(Submission("cyd", "", "cyd", status="no-notebook", sentence="hand in the exercise's .ipynb")))
    alike = [Alike("03_delete", (Member(marks[0].student, "x"), Member(marks[1].student, "x")), 0.9, 0.5)]
    page = path / "class.html"
    page.write_text(class_page(marks, alike, tier=Tier.NAMESPACES, linked=True), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def axe(npm_package: Callable[[str], Path]) -> str:
    """Return axe-core's script."""
    return (npm_package(AXE) / "axe.min.js").read_text()


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield an empty page; at the end it must have asked nobody outside, and logged no error."""
    page = browser.new_page(viewport=request.param)
    asked, logged = list[str](), list[str]()
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: logged.append(str(error)))
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert logged == []
    page.close()


def fits(page: Page) -> bool:
    """Return whether nothing has to be scrolled sideways."""
    return page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def found_in_both_themes(page: Page, axe: str) -> list[str]:
    """Return what axe-core says, in light and in dark."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += violations(page, page.locator("html"), axe)
    return found


def test_feedback_page_steps_through_both_runs_and_is_for_everybody(page: Page, tmp_path: Path, axe: str) -> None:
    """It opens where the runs part, keys go on from there, a hint unfolds; axe-core finds nothing."""
    page.goto(feedback(tmp_path, (TESTS / "wrong/03_delete/stops_one_early.py").read_text()).as_uri())
    shown = ShownStepper(page, page.locator(".lm"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Feedback for ada")
    expect(shown.counts).to_contain_text("step 2 of 6")
    expect(page.locator(".lm-panename")).to_have_text(["yours", "the kernel's"])
    expect(page.locator(".lm-kernel").first).to_have_text(re.compile("^in the place of the kernel's kvm_memslot_del"))
    expect(page.locator(".lm-kernel").last).to_have_text(re.compile("^the kernel's kvm_memslot_delete"))
    shown.press("ArrowRight", "ArrowRight")
    expect(shown.counts).to_contain_text("step 4 of 6")
    shown.button("one step back").click()
    expect(shown.counts).to_contain_text("step 3 of 6")
    expect(page.locator("details p").first).to_be_hidden()
    page.locator("summary").first.click()
    expect(page.locator("details p").first).to_be_visible()
    assert fits(page)
    assert found_in_both_themes(page, axe) == []


def test_feedback_page_runs_nothing_of_a_submission(page: Page, tmp_path: Path) -> None:
    """Name, print, exception, source and entry are text, on the page and in the stepper, at each step."""
    page.goto(feedback(tmp_path, HOSTILE, student=TAGS).as_uri())
    shown = ShownStepper(page, page.locator(".lm"))
    shown.press("Home")
    for _ in range(8):
        shown.press("ArrowRight")
    shown.press("t")

    assert page.locator("bdi").first.inner_text() == TAGS
    assert page.locator(".printed").inner_text().strip() == TAGS
    expect(page.locator(".lm-source").first).to_contain_text("<script>globalThis.ran = 1</script>")
    assert page.locator("img").count() == 0
    assert page.evaluate("() => globalThis.ran") is None
    assert fits(page)


@pytest.mark.parametrize("which", ["feedback", "class"])
def test_page_lets_no_other_script_run(browser: Browser, tmp_path: Path, which: str) -> None:
    """Should a tag slip through: neither a script, nor a handler, nor an address is allowed."""
    page = browser.new_page()
    page.goto((of_class(tmp_path) if which == "class" else feedback(tmp_path, HOSTILE)).as_uri())
    refused = list[str]()
    page.on("console", lambda message: refused.append(message.text))
    page.evaluate(
        """() => {
          const script = Object.assign(document.createElement("script"), { textContent: "globalThis.ran = 3" });
          document.body.append(script);
          const add = (html) => document.body.insertAdjacentHTML("beforeend", html);
          add("<img src='http://127.0.0.1:9/x' onerror='globalThis.ran = 4'>");
          add("<iframe src='http://127.0.0.1:9/y'></iframe>");
        }"""
    )
    page.wait_for_timeout(200)

    assert page.evaluate("() => globalThis.ran") is None
    assert len([text for text in refused if "Content Security Policy" in text]) >= 3
    page.close()


def test_page_of_what_could_not_be_judged_is_for_everybody(page: Page, tmp_path: Path, axe: str) -> None:
    """A broken notebook: the sentence, and axe-core finds nothing."""
    submission = Submission("cyd", "03_delete", "cyd/x", status="bad-notebook", sentence="save it again in Jupyter")
    path = tmp_path / "page.html"
    path.write_text(feedback_page(submission, EXERCISE, [], unjudged(submission)))
    page.goto(path.as_uri())

    expect(page.locator(".note")).to_have_text("save it again in Jupyter")
    assert found_in_both_themes(page, axe) == []


def test_class_page_sorts_and_runs_nothing_of_a_submission(page: Page, tmp_path: Path, axe: str) -> None:
    """A head pressed sorts, by number where there are numbers, pressed again the other way; axe-core finds nothing."""
    page.goto(of_class(tmp_path).as_uri())
    points = page.locator("table.sortable tbody tr td:nth-child(3)")
    head = page.locator("table.sortable thead th").nth(2)

    head.get_by_role("button").click()
    assert points.all_inner_texts()[-3:] == ["8 of 10", "9 of 10", "10 of 10"]
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert points.all_inner_texts()[:3] == ["10 of 10", "9 of 10", "8 of 10"]
    page.get_by_role("button", name="student").click()
    names = page.locator("table.sortable tbody tr td:first-child").all_inner_texts()
    assert [name.split()[0] for name in names] == ["cyd", *(f"s{i}" for i in range(12))]
    assert page.evaluate("() => globalThis.ran") is None
    assert fits(page)
    assert found_in_both_themes(page, axe) == []
