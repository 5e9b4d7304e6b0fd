"""Where pages lie: a file of its own for each student, and never one that was there before."""

from pathlib import Path, PurePosixPath

import pytest

from memslot_lab.grading.pages.names import GENERATOR, PageError, keep_page, page_path

PAGE = f"<!doctype html>\n{GENERATOR}\n<p>one"
ODD = [
    "../../etc/passwd",
    "..",
    ".",
    "",
    "/",
    "a/b",
    "a_b",
    "a\\b",
    "nul",
    "com1.x",
    "x" * 300,
    "x" * 301,
    "a\x00b",
    "half \ud800",
    "Ada",
    "ADA",
    "ada",
    "ada.",
    "ada ",
    "-rf",
    ".hidden",
    "=cmd()",
    "漢字",
    "a:b",
    "a?b",
    "ada~1234abcd",
]


@pytest.mark.parametrize("student", ODD, ids=range(len(ODD)))
def test_page_path_stays_below_feedback(student: str) -> None:
    """One folder, of a name that any system takes."""
    path = page_path(student, "03_delete", "x")
    folder = path.parts[1]

    assert path.parts[0] == "feedback"
    assert len(path.parts) == 3
    assert path.name == "03_delete.html"
    assert folder.isascii()
    assert folder == folder.lower()
    assert 0 < len(folder) <= 60
    assert not set(folder) & set('<>:"/\\|?* \0')
    assert folder[0].isalnum() or folder[0] in "_@+"
    assert folder.split(".")[0] not in ("con", "nul", "com1")


def test_page_paths_of_different_students_differ_on_any_system() -> None:
    """Also where upper and lower case are one."""
    paths = {str(page_path(student, "03_delete", "x")).lower() for student in ODD}

    assert len(paths) == len(ODD)


def test_page_path_of_a_plain_name_is_that_name() -> None:
    """What most students have."""
    assert page_path("ada.l-2@uni", "03_delete", "x") == PurePosixPath("feedback/ada.l-2@uni/03_delete.html")


def test_pages_of_what_answers_no_exercise_differ_by_place() -> None:
    """Several files of one student."""
    paths = {page_path("ada", exercise, place) for exercise in ("", "../x") for place in ("ada/a.zip", "ada/b.zip")}

    assert len(paths) == 2
    assert all(path.parent == PurePosixPath("feedback/ada") for path in paths)


def test_kept_page_replaces_a_page_of_an_earlier_run(tmp_path: Path) -> None:
    """Nothing is left beside it."""
    for page in (PAGE, PAGE + "two"):
        keep_page(tmp_path, PurePosixPath("feedback/ada/x.html"), page)

    assert (tmp_path / "feedback/ada/x.html").read_text() == PAGE + "two"
    assert [path.name for path in (tmp_path / "feedback/ada").iterdir()] == ["x.html"]


@pytest.mark.parametrize("made", ["file", "link", "dangling", "folder"])
def test_page_in_the_place_of_something_else_is_refused(tmp_path: Path, made: str) -> None:
    """What was there stays as it was, and so does what a link leads to."""
    theirs = tmp_path / "theirs.html"
    theirs.write_text(PAGE + "theirs")
    target = tmp_path / "out/feedback/ada/x.html"
    target.parent.mkdir(parents=True)
    make = {
        "file": lambda: target.write_text("my own notes"),
        "link": lambda: target.symlink_to(theirs),
        "dangling": lambda: target.symlink_to(tmp_path / "new.html"),
        "folder": target.mkdir,
    }
    make[made]()
    with pytest.raises(PageError, match=r"x\.html was there before and is no page"):
        keep_page(tmp_path / "out", PurePosixPath("feedback/ada/x.html"), PAGE)

    assert theirs.read_text() == PAGE + "theirs"
    assert not (tmp_path / "new.html").exists()
    assert made != "file" or target.read_text() == "my own notes"


@pytest.mark.parametrize("part", ["feedback", "feedback/ada"])
def test_folder_that_is_a_link_is_not_followed(tmp_path: Path, part: str) -> None:
    """Nothing is written where it leads."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "out" / part
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(PageError, match="is no folder of this run"):
        keep_page(tmp_path / "out", PurePosixPath("feedback/ada/x.html"), PAGE)

    assert [*elsewhere.iterdir()] == []
