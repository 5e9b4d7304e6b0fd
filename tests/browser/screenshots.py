"""Make the pictures of docs/images in a real JupyterLab: ``python -m tests.browser.screenshots [NAME ...]``."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from memslot_lab.course.workspace import unpack

from .lab import OpenNotebook, open_browser, open_lab, write_notebook
from .test_feedback import feedback
from .test_stepper import choose_theme
from .widget import SHOW, ShownStepper

IMAGES = Path(__file__).parents[2] / "docs" / "images"
STOPS_EARLY = Path(__file__).parents[1] / "wrong" / "03_delete" / "stops_one_early.py"

# Each in a notebook of its own, so that the same scene gives the same picture whatever was made before.
CELLS = {
    "stepper": "Stepper(moved(), step=12)",
    "stepper-predict": "Stepper(moved(), predict=True)",
    "stepper-compare": "Stepper(deletions()[0], other=deletions()[1])",
    "stepper-narrow": "Stepper(moved(), step=12)",
    "stepper-509": "Stepper(created(509), step=1700)",
    "playground": 'Playground(capture="data/q72-pc-boot-vgastd.trace")',
    "playground-refused": "p = Playground(seed=3)\np.move(6, '0x780000')\np",
    "playground-narrow": "Playground(seed=3)",
    "report": (
        "from memslot_lab.course import check\n"
        'delete = next(m for m in load_mutants() if m.name == "delete-stops-one-early").module().delete\n'
        "delete.__module__ = '__main__'\ncheck(delete)"
    ),
    "stepper-dark": "Stepper(moved(), step=12)",  # last: the theme stays
}


def shoot(page: Page, name: str, opened: OpenNotebook) -> None:
    """Bring the scene about and take its picture."""
    page.keyboard.press("Control+b")
    root = page.locator(".jp-OutputArea-output .lm" if name != "report" else ".jp-OutputArea-output").last
    root.wait_for()
    if name == "report":
        page.set_viewport_size({"width": 1180, "height": 2600})
        root.locator("summary").click()
    if name == "stepper-compare":
        ShownStepper(page, root).button("go to the first difference").click()
    if name == "stepper-predict":
        ShownStepper(page, root).cell("id_to_index[5]").click()
    if name.endswith("dark"):
        choose_theme(page, "JupyterLab Dark")
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)
    root.screenshot(path=IMAGES / f"{name}.png")
    assert opened.logged == [], opened.logged


def shoot_feedback(page: Page, folder: Path) -> None:
    """Take the picture of a student's page of a grading run."""
    page.goto(feedback(folder, STOPS_EARLY.read_text()).as_uri())
    page.locator(".lm").wait_for()
    page.wait_for_timeout(700)
    page.screenshot(path=IMAGES / "feedback.png", full_page=True)


def main() -> None:
    """Make them all."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("no chromium on PATH; install it to make the pictures")
    with tempfile.TemporaryDirectory() as folder, open_browser(program) as browser:
        if not sys.argv[1:] or "feedback" in sys.argv[1:]:
            shoot_feedback(browser.new_page(viewport={"width": 1180, "height": 1000}), Path(folder))
        course = Path(folder) / "mine"
        unpack(course)
        with open_lab(course) as address:
            for name in [name for name in sys.argv[1:] or CELLS if name in CELLS]:
                cell = CELLS[name]
                page = browser.new_page(viewport={"width": 1180, "height": 1900})
                setup = f"{SHOW}\nfrom memslot_lab.widgets import Playground"
                path = write_notebook(course / f"notebooks/{name}.ipynb", setup, cell)
                opened = OpenNotebook(page, address, path)
                opened.run_all()
                if "narrow" in name:
                    page.set_viewport_size({"width": 390, "height": 1900})
                shoot(page, name, opened)
                page.close()
                print(f"docs/images/{name}.png {(IMAGES / f'{name}.png').stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
