"""What a learner reads after a wrong answer, in a real JupyterLab: both runs can be stepped in the report itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .lab import OpenNotebook
from .test_stepper import choose_theme

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECK = """
from memslot_lab.course import check
def delete(slots, slot):
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots - 1:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = -1
check(delete)
"""


def test_report_of_a_wrong_answer_steps_through_both_runs(notebook: Callable[..., OpenNotebook]) -> None:
    """Unfolded, it opens at the first difference, in the notebook's theme, as high as it needs; keys step on."""
    opened = notebook(CHECK)
    page = opened.page
    report = page.locator(".jp-OutputArea-output details")
    frame = report.frame_locator("iframe")

    expect(page.locator(".jp-OutputArea-output")).to_contain_text("Known mistake, delete-stops-one-early")
    expect(report.locator("iframe")).to_be_hidden()
    report.locator("summary").click()
    expect(frame.locator(".lm")).to_contain_text("yours")
    expect(frame.locator(".lm")).to_contain_text("the kernel's")
    expect(frame.locator(".lm")).to_contain_text("step 2 of 6")
    assert report.locator("iframe").evaluate(
        "f => f.contentDocument.documentElement.scrollHeight <= f.clientHeight + 2"
    )

    frame.locator(".lm").press("ArrowRight")
    expect(frame.locator(".lm")).to_contain_text("step 3 of 6")
    choose_theme(page, "JupyterLab Dark")
    expect(frame.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    choose_theme(page, "JupyterLab Light")  # the next test finds the laboratory as it was
    assert opened.logged == []
