"""find_submissions(): every layout that students, nbgrader and LMSes make, and every file that cannot be judged."""

import hashlib
import io
import json
import os
import socket
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.grading.submission import Submission, SubmissionsError, find_submissions
from memslot_lab.grading.unfit import STATUSES

ROOT = Path(__file__).parents[2]
SOLVED = (ROOT / "solutions" / "03_delete.ipynb").read_bytes()
TWO = (ROOT / "solutions" / "04_create.ipynb").read_bytes()
PYTHON = b"def delete(slots, slot):\n    pass\n"


def put(folder: Path, name: str, content: bytes = SOLVED) -> Path:
    """Write a file below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(**members: bytes) -> bytes:
    """Return a zip; in a member's name, __ stands for a slash."""
    return zip_of({name.replace("__", "/"): content for name, content in members.items()})


def zip_of(members: dict[str, bytes]) -> bytes:
    """Return a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def rows(path: Path, exercise: str | None = None) -> list[Submission]:
    """Return all submissions."""
    return list(find_submissions(path, exercise))


def the_row(path: Path) -> Submission:
    """Return the only one."""
    (row,) = rows(path)
    return row


def changed(change: Callable[[dict[str, Any]], object], content: bytes = SOLVED) -> bytes:
    """Return a notebook after a change."""
    notebook = json.loads(content)
    change(notebook)
    return json.dumps(notebook).encode()


def answer_in(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the cell that the learner writes in."""
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))


# Layouts.


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada/03_delete.ipynb", "ada"),
        ("ada/exercises/03_delete.ipynb", "ada"),
        ("ada/03_delete (1).ipynb", "ada"),
        ("ada/03_delete-Copy1.ipynb", "ada"),
        ("ada/homework.ipynb", "ada"),
        ("submitted/ada/03_delete/03_delete.ipynb", "ada"),
        ("submitted/ada/03_delete/notebook.ipynb", "ada"),
        ("submitted/ada/homework/notebook.ipynb", "ada"),
        ("lovelaceada_12345_67890_03_delete.ipynb", "lovelaceada_12345"),
        ("lovelaceada_12345_67890_03_delete-1.ipynb", "lovelaceada_12345"),
        ("lovelaceada_LATE_12345_67890_03_delete.ipynb", "lovelaceada_12345"),
        ("lovelaceada_12345_67890_homework.ipynb", "lovelaceada_12345"),
        ("anon_aX9z_67890_03_delete.ipynb", "anon_aX9z"),
        ("Ada Lovelace_12345_assignsubmission_file_/03_delete.ipynb", "Ada Lovelace_12345"),
        ("Ada Lovelace_12345_assignsubmission_file_03_delete.ipynb", "Ada Lovelace_12345"),
        ("ada_03_delete.ipynb", "ada"),
        ("ada_03_delete-2.ipynb", "ada"),
        ("ada.ipynb", "ada"),
    ],
)
@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_find_layout_is_recognised(tmp_path: Path, name: str, student: str, as_zip: bool) -> None:
    """Each way in which files are named gives the student and the exercise, in a folder and in a zip of it."""
    root = tmp_path / "all"
    put(root, name)
    path = put(tmp_path, "all.zip", zip_of({name: SOLVED})) if as_zip else root
    row = the_row(path)

    assert (row.student, row.exercise, row.status) == (student, "03_delete", "")
    assert row.place == (f"all.zip!{name}" if as_zip else name)
    assert [label for label, _ in row.pieces] == ["delete"]


def test_find_text_pair_gives_its_answer_cells_alone(tmp_path: Path) -> None:
    """As its notebook would: what else it imports or calls is not run; a mark that is none is nobody's."""
    mark = '# %% nbgrader={"grade_id": "delete", "locked": false, "solution": true}\n'
    for student, first in (("ada", ""), ("bob", mark.replace("delete", "other")), ("cyd", "# %% nbgrader={[[}\n")):
        text = f"# %%\nfrom memslot_lab.engine import no\n{first}1 / 0\n{mark}{PYTHON.decode()}\n# %%\ncheck(delete)\n"
        put(tmp_path, f"{student}/03_delete.py", text.encode())

    assert [row.pieces for row in rows(tmp_path)] == [(("delete", f"{PYTHON.decode()}\n"),)] * 3


def test_find_text_pair_with_two_answers_is_told_so(tmp_path: Path) -> None:
    """As a notebook with two answer cells is."""
    mark = '# %% nbgrader={"grade_id": "delete", "solution": true}\n'
    put(tmp_path, "ada/03_delete.py", f"{mark}x = 1\n{mark}x = 2\n".encode())

    assert the_row(tmp_path).status == "duplicate-cells"


def test_find_python_file_is_one_piece(tmp_path: Path) -> None:
    """A .py is taken whole, unparsed."""
    put(tmp_path, "ada/03_delete.py", b"def delete(:\n  this is no Python\n")

    assert the_row(tmp_path).pieces == (("file", "def delete(:\n  this is no Python\n"),)


def test_find_one_file_is_its_folders_student(tmp_path: Path) -> None:
    """A path to one file is a submission."""
    row = the_row(put(tmp_path, "ada/03_delete.ipynb"))

    assert (row.student, row.exercise, row.place) == ("ada", "03_delete", "03_delete.ipynb")


def test_find_folder_in_zip_is_no_student(tmp_path: Path) -> None:
    """A zip of a whole folder has that folder in front of the students'."""
    members = {f"class/{student}/03_delete.ipynb": SOLVED for student in ("ada", "bob")}

    assert [row.student for row in rows(put(tmp_path, "x.zip", zip_of(members)))] == ["ada", "bob"]


def test_find_zip_of_nbgraders_folder_is_recognised(tmp_path: Path) -> None:
    """Wherever `submitted` lies, the students lie in it."""
    members = {"course/submitted/ada/03_delete/n.ipynb": SOLVED}

    assert the_row(put(tmp_path, "x.zip", zip_of(members))).student == "ada"


@pytest.mark.parametrize("inner", ["03_delete.ipynb", "work/03_delete.ipynb"])
@pytest.mark.parametrize("name", ["ada.zip", "ada/work.zip"])
def test_find_students_own_zip_is_looked_into(tmp_path: Path, name: str, inner: str) -> None:
    """A zip among the submissions is a folder of its student."""
    put(tmp_path, name, zip_of({inner: SOLVED}))
    row = the_row(tmp_path)

    assert (row.student, row.exercise, row.place) == ("ada", "03_delete", f"{name}!{inner}")


def test_find_zip_in_canvas_zip_is_looked_into(tmp_path: Path) -> None:
    """Canvas packs the zips that students hand in."""
    inner = zipped(work__03_delete=b"", **{"work__03_delete.ipynb": SOLVED})
    row = the_row(put(tmp_path, "all.zip", zip_of({"lovelaceada_12345_67890_my.zip": inner})))

    assert (row.student, row.status) == ("lovelaceada_12345", "")
    assert row.place == "all.zip!lovelaceada_12345_67890_my.zip!work/03_delete.ipynb"


@pytest.mark.parametrize("number", [2, 30])
def test_find_zips_in_a_zip_have_one_limit(tmp_path: Path, number: int) -> None:
    """However many there are, and none of them is looked through for long; what lies in the outer one is found."""
    inner = zip_of({f"d{i}/04_create.ipynb": b"" for i in range(12_000)})
    zips = {f"z{i}.zip": inner for i in range(number)}
    put(tmp_path, "ada.zip", zip_of({"03_delete.ipynb": SOLVED, **zips}))
    put(tmp_path, "zoe/03_delete.ipynb")
    found = rows(tmp_path)

    assert [(row.student, row.status) for row in found if row.exercise == "03_delete"] == [("ada", ""), ("zoe", "")]
    assert {row.status for row in found if row.exercise != "03_delete"} == {"bad-notebook", "zip-bomb"}
    assert all("too many in all" in row.sentence for row in found if row.status == "zip-bomb")
    assert max(len(row.sentence) for row in found) < 1000


def test_find_zips_of_students_in_a_zip_of_the_class_have_a_limit_each(tmp_path: Path) -> None:
    """One student's many files cost no other's."""
    many = zip_of({**{f"d{i}/notes.txt": b"" for i in range(12_000)}, "03_delete.ipynb": SOLVED})
    path = put(tmp_path, "all.zip", zip_of({f"{name}_1234_67890_my.zip": many for name in ("ada", "bob", "zoe")}))

    assert [row.status for row in rows(path)] == ["", "", ""]


def test_find_other_files_beside_are_left_alone(tmp_path: Path) -> None:
    """Notes, helpers, checkpoints and litter are no submissions."""
    names = ["notes.txt", "utils.py", ".ipynb_checkpoints/03_delete-checkpoint.ipynb", "__pycache__/x.py"]
    for name in [*names, "03_delete.ipynb"]:
        put(tmp_path, f"ada/{name}", SOLVED if name.endswith("ipynb") else b"x = 1")
    put(tmp_path, "roster.csv", b"")

    assert [row.place for row in rows(tmp_path)] == ["ada/03_delete.ipynb"]


def test_find_two_functions_are_two_pieces_in_order(tmp_path: Path) -> None:
    """One piece a task, in the order in which they run."""
    put(tmp_path, "ada/04_create.ipynb", TWO)

    assert [label for label, _ in the_row(tmp_path).pieces] == ["insert_back", "move_forward"]


def test_find_wanted_exercise_alone_is_found(tmp_path: Path) -> None:
    """Others are left out, a notebook without a telling name is taken, and who has none gets a row."""
    put(tmp_path, "ada/03_delete.ipynb")
    put(tmp_path, "ada/04_create.ipynb", TWO)
    put(tmp_path, "bob/homework.ipynb", changed(lambda notebook: notebook["cells"].clear()))
    put(tmp_path, "cyd/04_create.ipynb", TWO)
    found = [(row.student, row.exercise, row.status) for row in rows(tmp_path, "03_delete")]

    wanted = [("ada", ""), ("bob", "no-answer"), ("cyd", "no-notebook")]
    assert found == [(student, "03_delete", status) for student, status in wanted]


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["hw03/ada/03_delete.py", "hw03/bob/03_delete.py"], ["ada", "bob"]),
        (
            ["class/in/ada/03_delete.py", "class/in/bob/03_delete.py", "class/in/cyd/04_create.py"],
            ["ada", "bob", "cyd"],
        ),
        (["ada/first/03_delete.py", "ada/second/04_create.py"], ["ada", "ada"]),
        (["ada/03_delete/a.py", "ada/03_delete/b.py"], ["ada"]),
        (["dl/lovelaceada_1_222_03_delete.py", "dl/bob_2_333_03_delete.py"], ["bob_2", "lovelaceada_1"]),
        (["mon/ada_1_222_03_delete.py", "tue/bob_2_333_03_delete.py"], ["ada_1", "bob_2"]),
        (["dl/Ada_7_assignsubmission_file_/03_delete.py", "dl/Bob_8_assignsubmission_file_/x.py"], ["Ada_7", "Bob_8"]),
        (["dl/Ada_7_assignsubmission_file_/03_delete.py", "dl/Ada_7_assignsubmission_file_/old.py"], ["Ada_7"]),
    ],
)
def test_find_looks_through_folders_around_the_class(tmp_path: Path, names: list[str], students: list[str]) -> None:
    """As downloads come out of an archive; a single student's own folders stay theirs."""
    for name in names:
        put(tmp_path, name, PYTHON)

    assert [row.student for row in rows(tmp_path)] == students


def test_find_looks_through_a_folder_in_a_class_zip(tmp_path: Path) -> None:
    """That of an LMS's download, zipped with the folder around it."""
    names = ("dl/lovelaceada_1_222_03_delete.py", "dl/bob_2_333_03_delete.py")
    path = put(tmp_path, "all.zip", zip_of(dict.fromkeys(names, PYTHON)))

    assert [row.student for row in rows(path)] == ["bob_2", "lovelaceada_1"]


def test_find_a_later_file_whose_name_begins_with_the_exercise_counts(tmp_path: Path) -> None:
    """An untouched notebook is not preferred for its name."""
    for name, when in (("03_delete.ipynb", 1), ("03_delete-final.ipynb", 2)):
        os.utime(put(tmp_path, f"ada/{name}"), (when, when))

    assert the_row(tmp_path).place == "ada/03_delete-final.ipynb"


def test_find_one_exercise_tells_who_answered_another(tmp_path: Path) -> None:
    """A row for each, in folders or not."""
    for name in ("ada/04_create.ipynb", "bob_04_create.ipynb", "cyd - 03_delete.ipynb"):
        put(tmp_path, name)
    ada, bob, cyd = rows(tmp_path, "03_delete")

    assert [(row.student, row.status) for row in (ada, bob, cyd)] == [
        ("ada", "no-notebook"),
        ("bob", "no-notebook"),
        ("cyd", ""),
    ]
    assert ada.sentence == bob.sentence == "answers to 04_create, and none to 03_delete; hand in 03_delete.ipynb"


@pytest.mark.parametrize("last", ["ipynb", "py"])
def test_find_two_answers_the_one_saved_later_counts(tmp_path: Path, last: str) -> None:
    """Of a notebook and a Python file, as when a learner checks; and the row says so."""
    for suffix, content in (("ipynb", SOLVED), ("py", PYTHON)):
        path = put(tmp_path, f"ada/03_delete.{suffix}", content)
        os.utime(path, (1, 2 if suffix == last else 1))
    row = the_row(tmp_path)

    assert row.place == f"ada/03_delete.{last}"
    assert "counts as the last of 2; not looked at: ada/03_delete." in row.sentence


def test_find_two_attempts_the_higher_number_counts(tmp_path: Path) -> None:
    """An LMS counts attempts; when files were unpacked says nothing."""
    for attachment, when in ((777, 1), (666, 2)):
        os.utime(put(tmp_path, f"lovelaceada_12_{attachment}_03_delete.ipynb"), (when, when))

    assert the_row(tmp_path).place == "lovelaceada_12_777_03_delete.ipynb"


def test_find_variant_of_notebook_is_read(tmp_path: Path) -> None:
    """From the metadata; a Python file has that of the notebook beside it."""
    content = changed(lambda notebook: notebook["metadata"].setdefault("memslot_lab", {}).update(variant="1-00-H"))
    os.utime(put(tmp_path, "ada/03_delete.ipynb", content), (1, 1))
    assert the_row(tmp_path).variant == "1-00-H"

    put(tmp_path, "ada/03_delete.py", PYTHON)
    assert (the_row(tmp_path).variant, the_row(tmp_path).pieces[0][0]) == ("1-00-H", "file")


def test_find_lost_grade_id_function_is_found(tmp_path: Path) -> None:
    """Without its mark, the cell that defines the function answers."""
    put(tmp_path, "ada/03_delete.ipynb", changed(lambda notebook: answer_in(notebook)["metadata"].clear()))
    row = the_row(tmp_path)

    assert row.status == ""
    assert row.pieces[0][1].startswith("def delete(")


def test_find_same_cell_twice_is_one_answer(tmp_path: Path) -> None:
    """A cell that was copied unchanged does no harm."""
    content = changed(lambda notebook: notebook["cells"].append(answer_in(notebook)))
    put(tmp_path, "ada/03_delete.ipynb", content)

    assert the_row(tmp_path).status == ""


def test_find_commands_of_the_notebook_are_not_run(tmp_path: Path) -> None:
    """Magics, shell escapes and questions become comments, and lines keep their numbers."""
    source = "%%time\n!rm -rf x\nimport os?\ndelete??\ndef delete(a, b):\n    return a\n        % b\n%load_ext x"
    put(tmp_path, "ada/03_delete.ipynb", changed(lambda notebook: answer_in(notebook).update(source=source)))
    ((_, text),) = the_row(tmp_path).pieces

    lines = text.splitlines()
    assert [lines[i] for i in (0, 1, 3, 7)] == ["# %%time", "# !rm -rf x", "# delete??", "# %load_ext x"]
    assert lines[4:7] == ["def delete(a, b):", "    return a", "        % b"]


def test_find_files_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    """A file that changes after the first row shows the change."""
    put(tmp_path, "ada/03_delete.ipynb")
    late = put(tmp_path, "bob/03_delete.ipynb")
    found = find_submissions(tmp_path)
    next(found)
    late.write_bytes(b"{")

    assert next(found).status == "bad-notebook"


def test_find_nothing_there_is_said(tmp_path: Path) -> None:
    """A path without anything is the caller's mistake; an empty folder is not."""
    with pytest.raises(SubmissionsError, match="is not there"):
        rows(tmp_path / "gone")

    assert rows(tmp_path) == []


# What cannot be judged.


def deep() -> bytes:
    """Return JSON that no reader without a limit survives."""
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def with_answers(*sources: str) -> bytes:
    """Return a notebook whose answer cell is there once for each text."""

    def change(notebook: dict[str, Any]) -> None:
        cell = answer_in(notebook)
        notebook["cells"].remove(cell)
        notebook["cells"] += [{**cell, "source": source} for source in sources]

    return changed(change)


BAD = {
    "truncated": (SOLVED[:1000], "bad-notebook", "save it in Jupyter"),
    "empty": (b"", "bad-notebook", "save it in Jupyter"),
    "no JSON": (b"\x00\x01PNG", "bad-notebook", "save it in Jupyter"),
    "deep": (deep(), "bad-notebook", "save it in Jupyter"),
    "huge number": (b'{"cells": ' + b"9" * 9999 + b"}", "bad-notebook", "save it in Jupyter"),
    "a list": (b"[]", "bad-notebook", "hand in the .ipynb"),
    "no cells": (b'{"nbformat": 4}', "bad-notebook", "no cells"),
    "odd cells": (b'{"nbformat": 4, "cells": [1]}', "bad-notebook", "no cells"),
    "format 3": (b'{"nbformat": 3, "worksheets": []}', "old-format", "current JupyterLab"),
    "UTF-16": (SOLVED.decode().encode("utf-16"), "bad-encoding", "UTF-8"),
    "Latin-1": (SOLVED.replace(b"Task", b"T\xe4sk"), "bad-encoding", "UTF-8"),
    "half a character": (with_answers("x = '\ud800'"), "bad-encoding", "no text"),
    "R": (changed(lambda n: n["metadata"].update(language_info={"name": "R"})), "other-language", "Python kernel"),
    "Julia": (
        changed(lambda n: n.update(metadata={"kernelspec": {"language": "julia"}})),
        "other-language",
        "choose the Python kernel",
    ),
    "100 MB": (b" " * 100_000_000, "too-large", "clear its outputs"),
    "two answers": (with_answers("def delete(): 1", "def delete(): 2"), "duplicate-cells", "delete all but one"),
    "blank": (with_answers(" \n"), "no-answer", "delete()"),
    "no answer cell": (with_answers(), "no-answer", "write it into the answer cell"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("as_zip", [False, True], ids=["file", "member"])
def test_find_bad_notebook_is_a_row_that_helps(tmp_path: Path, name: str, as_zip: bool) -> None:
    """Each has its status and says what to do; the good one beside it is found."""
    content, status, words = BAD[name]
    root = tmp_path / "all"
    put(root, "zoe/03_delete.ipynb")
    if as_zip:
        put(root, "ada.zip", zip_of({"03_delete.ipynb": content}))
    else:
        put(root, "ada/03_delete.ipynb", content)
    bad, good = rows(root)

    assert (bad.student, bad.exercise, bad.status, bad.pieces) == ("ada", "03_delete", status, ())
    assert words in bad.sentence
    assert "03_delete.ipynb" in bad.sentence
    assert (good.student, good.status) == ("zoe", "")


@pytest.mark.parametrize(
    "content",
    [
        b'{"worksheets": [], "nbformat": "\\u001b[2J"}',
        changed(lambda n: n["metadata"].update(memslot_lab={"variant": "\x1b[2J"})),
        changed(lambda n: n["metadata"].update(language_info={"name": "\x1b[2J"})),
        changed(lambda n: n["metadata"].update(kernelspec={"language": "\u202eR"}, language_info={})),
        b'{"cells": [], "\\u001b[2J": 1}',
    ],
    ids=["format", "variant", "language", "kernel", "key"],
)
def test_find_notebook_does_nothing_to_a_terminal(tmp_path: Path, content: bytes) -> None:
    """What is said of it can be printed as it is."""
    put(tmp_path, "ada/03_delete.ipynb", content)
    row = the_row(tmp_path)

    assert (row.sentence + row.variant).isprintable()


def test_find_python_file_in_another_encoding_is_a_row(tmp_path: Path) -> None:
    """UTF-8 alone, whatever the file says of itself."""
    put(tmp_path, "ada/03_delete.py", "# -*- coding: latin-1 -*-\n# ä".encode("latin-1"))

    assert the_row(tmp_path).status == "bad-encoding"


def make_link(path: Path) -> None:
    """Link to a file with the right answer."""
    path.symlink_to(put(path.parents[2], "secret.ipynb"))


def make_socket(path: Path) -> None:
    """Bind a socket there."""
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path may have 100 characters
        bound.bind(path.name)
        os.chdir(here)


def make_device(path: Path) -> None:
    """Make a null device; needs root."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_link, "a link"),
        (os.mkfifo, "a pipe"),
        (Path.mkdir, "a folder"),
        (make_socket, "a device or a socket"),
        (make_device, "a device"),
        (lambda path: path.symlink_to(path), "a link"),
        (lambda path: path.symlink_to("gone"), "a link"),
    ],
    ids=["link", "FIFO", "folder", "socket", "device", "loop", "dangling"],
)
def test_find_no_regular_file_is_a_row(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    """It is neither opened nor followed."""
    path = tmp_path / "all" / "ada" / "03_delete.ipynb"
    path.parent.mkdir(parents=True)
    make(path)
    row = the_row(tmp_path / "all")

    assert (row.student, row.exercise, row.status) == ("ada", "03_delete", "not-regular")
    assert words in row.sentence
    assert "hand in the notebook itself" in row.sentence


def test_find_linked_students_folder_is_not_followed(tmp_path: Path) -> None:
    """What lies behind it is not the student's."""
    put(tmp_path, "bob/03_delete.ipynb")
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "ada").symlink_to(tmp_path / "bob")
    row = the_row(tmp_path / "all")

    assert (row.student, row.status, row.pieces) == ("ada", "not-regular", ())


def test_find_file_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    """Between the listing and the reading."""
    secret = put(tmp_path, "secret.ipynb")
    put(tmp_path, "all/ada/03_delete.ipynb")
    path = put(tmp_path, "all/bob/03_delete.ipynb")
    found = find_submissions(tmp_path / "all")
    next(found)
    path.unlink()
    path.symlink_to(secret)

    assert next(found).status == "not-regular"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_find_file_without_permission_is_a_row(tmp_path: Path) -> None:
    """The system's word is passed on."""
    put(tmp_path, "ada/03_delete.ipynb").chmod(0)

    assert the_row(tmp_path).status == "unreadable"


@pytest.mark.parametrize("name", ["ada/notes.txt", "ada/deep/er/notes.txt", "ada/.hidden.ipynb"])
def test_find_student_without_notebook_is_a_row(tmp_path: Path, name: str) -> None:
    """Nobody is forgotten."""
    put(tmp_path, name)
    row = the_row(tmp_path)

    assert (row.student, row.status) == ("ada", "no-notebook")
    assert "hand in the exercise's .ipynb" in row.sentence


@pytest.mark.parametrize("name", ["lovelaceada_12_345_report.pdf", "lovelaceada_12_345_text.html"])
def test_find_lms_file_of_another_kind_is_a_row(tmp_path: Path, name: str) -> None:
    """Canvas's students have no folder that could be empty."""
    put(tmp_path, name)

    assert (the_row(tmp_path).student, the_row(tmp_path).status) == ("lovelaceada_12", "no-notebook")


@pytest.mark.parametrize("name", ["homework.ipynb", "answer.py"])
def test_find_file_of_no_exercise_is_a_row(tmp_path: Path, name: str) -> None:
    """Neither its name nor what is in it tells."""
    put(tmp_path, f"ada/{name}", b"x = 1" if name.endswith("py") else with_answers())
    row = the_row(tmp_path)

    assert (row.student, row.status) == ("ada", "unknown-exercise")
    assert "name it as the exercise" in row.sentence


def test_find_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    """Control characters and bytes that are no UTF-8 are spelt out."""
    folder = os.fsencode(tmp_path) + b"/a\xffd\x1ba"
    os.mkdir(folder)  # noqa: PTH102  a name in bytes
    Path(os.fsdecode(folder), "03_delete.ipynb").write_bytes(SOLVED)
    row = the_row(tmp_path)

    assert (row.student, row.status) == ("a\\xffd\\x1ba", "")
    assert row.place.encode().isascii()


# Zips.


def member(name: str, mode: int, content: bytes = b"/etc/passwd") -> bytes:
    """Return a zip with one member of a file type."""
    file = io.BytesIO()
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, content)
    return file.getvalue()


def encrypted() -> bytes:
    """Return a zip that says it is encrypted."""
    content = bytearray(zip_of({"03_delete.ipynb": SOLVED}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


def damaged() -> bytes:
    """Return a zip with a wrong byte among those that are packed."""
    content = bytearray(zip_of({"03_delete.ipynb": SOLVED}))
    content[len(content) // 2] ^= 0xFF
    return bytes(content)


def nested(depth: int) -> bytes:
    """Return a zip in a zip in a zip."""
    content = zip_of({"03_delete.ipynb": SOLVED})
    for _ in range(depth):
        content = zip_of({"03_delete.zip": content})
    return content


ZIPS = {
    "no zip": (b"PK nothing", "bad-zip", "make a new zip"),
    "cut off": (zip_of({"03_delete.ipynb": SOLVED})[:-30], "bad-zip", "make a new zip"),
    "damaged": (damaged(), "bad-zip", "make a new zip"),
    "encrypted": (encrypted(), "bad-zip", "make a new zip"),
    "dots": (zip_of({"../03_delete.ipynb": SOLVED}), "bad-path", "leads out of the zip"),
    "deep dots": (zip_of({"a/../../03_delete.ipynb": SOLVED}), "bad-path", "leads out of the zip"),
    "absolute": (zip_of({"/03_delete.ipynb": SOLVED}), "bad-path", "leads out of the zip"),
    "link": (member("03_delete.ipynb", stat.S_IFLNK | 0o777), "not-regular", "a link"),
    "pipe": (member("03_delete.ipynb", stat.S_IFIFO | 0o777), "not-regular", "a pipe"),
    "folder": (member("03_delete.ipynb/", stat.S_IFDIR | 0o777, b""), "not-regular", "a folder"),
    "bomb": (zip_of({"03_delete.ipynb": b" " * 19_000_000}), "zip-bomb", "unpacks to 19,000,000 bytes"),
    "large": (zip_of({"03_delete.ipynb": b" " * 21_000_000}), "too-large", "clear its outputs"),
    "many": (zip_of({f"{i}.ipynb": b"" for i in range(100_001)}), "zip-bomb", "holds 100,001 files"),
    "nested": (nested(3), "zip-bomb", "a zip in a zip in a zip"),
    "nothing": (zip_of({"notes.txt": b""}), "no-notebook", "hand in the exercise's .ipynb"),
    "empty": (zip_of({}), "no-notebook", "hand in the exercise's .ipynb"),
}


@pytest.mark.parametrize("name", ZIPS)
@pytest.mark.parametrize("place", ["ada.zip", "ada/x.zip"])
def test_find_bad_zip_is_a_row_that_helps(tmp_path: Path, name: str, place: str) -> None:
    """Nothing is unpacked, and the good one beside it is found."""
    content, status, words = ZIPS[name]
    put(tmp_path, place, content)
    put(tmp_path, "zoe/03_delete.ipynb")
    before = sorted(tmp_path.rglob("*"))
    bad, good = rows(tmp_path)

    assert (bad.student, bad.status, bad.pieces) == ("ada", status, ())
    assert words in bad.sentence
    assert (good.student, good.status) == ("zoe", "")
    assert sorted(tmp_path.rglob("*")) == before


def test_find_member_that_lies_about_its_size_is_a_row(tmp_path: Path) -> None:
    """What is read is limited, whatever the zip says."""
    content = bytearray(zip_of({"03_delete.ipynb": b" " * 30_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at += content.index(mark)
        content[at : at + 4] = (1000).to_bytes(4, "little")
    put(tmp_path, "ada.zip", bytes(content))

    assert the_row(tmp_path).status in ("bad-zip", "bad-notebook")


def test_find_zips_that_are_shown_alike_are_told_apart(tmp_path: Path) -> None:
    """One is a file of this name, the other a zip in a zip."""
    put(tmp_path, "ada.zip", zip_of({"x.zip": zip_of({"03_delete.py": PYTHON + b"# in a zip"})}))
    put(tmp_path, "ada.zip!x.zip", zip_of({"03_delete.py": PYTHON + b"# a file"}))

    assert sorted(row.pieces[0][1].splitlines()[-1] for row in rows(tmp_path)) == ["# a file", "# in a zip"]


def test_find_zips_of_one_name_in_a_zip_are_both_read(tmp_path: Path) -> None:
    """A zip may hold a name twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.zip", zip_of({"03_delete.ipynb": SOLVED}))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.zip", zip_of({"04_create.ipynb": TWO}))
    put(tmp_path, "ada.zip", file.getvalue())

    assert [(row.student, row.exercise, row.status) for row in rows(tmp_path)] == [
        ("ada", "03_delete", ""),
        ("ada", "04_create", ""),
    ]


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "Jürgen"), ("cp437", "Jürgen"), ("utf-8", "Łucja")])
def test_find_name_in_a_zip_is_read_where_no_flag_says_its_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    """Linux's zip writes UTF-8, that of Windows cp437."""
    raw = name.encode(encoding)
    content = zip_of({f"{'_' * len(raw)}/03_delete.ipynb": SOLVED}).replace(b"_" * len(raw) + b"/", raw + b"/")
    row = the_row(put(tmp_path, "all.zip", content))

    assert (row.student, row.place) == (name, f"all.zip!{name}/03_delete.ipynb")
    assert [label for label, _ in row.pieces] == ["delete"]


def test_find_zip_that_asks_for_too_much_memory_is_a_row(tmp_path: Path) -> None:
    """It says that it was packed with a dictionary of 4 GiB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("03_delete.py", PYTHON)
    at = 30 + len("03_delete.py") + 5  # behind header and name: LZMA's version, the length and the first property
    content = bytearray(file.getvalue())
    content[at : at + 4] = b"\xff" * 4
    put(tmp_path, "ada.zip", bytes(content))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from memslot_lab.grading.submission import find_submissions\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "print(*((row.status, row.sentence) for row in find_submissions(Path(sys.argv[1]))))"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)

    assert "'bad-zip', 'ada.zip cannot be unpacked (it asks for too much memory)" in done.stdout, done.stderr


def test_find_name_is_text_in_any_locale() -> None:
    """Also where the system's encoding is ASCII: names in zips and on the disk."""
    program = (
        "from memslot_lab.grading.places import fit_text; print(*map(ascii, map(fit_text, "
        "['J\\xfcrgen', b'J\\xc3\\xbcrgen'.decode('ascii', 'surrogateescape'), '\\udcff'])))"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert done.stdout == "'J\\xfcrgen' 'J\\xfcrgen' '\\\\xff'\n", done.stderr


def test_find_anything_leaves_the_files_as_they_are(tmp_path: Path) -> None:
    """No original is changed, nothing is added."""
    for number, (content, _, _) in enumerate([*BAD.values(), *ZIPS.values()]):
        put(tmp_path, f"s{number}/03_delete.ipynb", content)
        put(tmp_path, f"s{number}/more.zip", content)

    def digests() -> dict[Path, tuple[str, int]]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return {path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}

    before = digests()
    found = rows(tmp_path)

    assert digests() == before
    assert len({row.student for row in found}) == len(BAD) + len(ZIPS)
    assert {row.status for row in found} <= {"", *STATUSES}


def test_find_twice_gives_the_same(tmp_path: Path) -> None:
    """In the same order, with the same digests."""
    for student in ("bob", "ada", "Zoe"):
        put(tmp_path, f"{student}/03_delete.ipynb")
        put(tmp_path, f"{student}/04_create.ipynb", TWO)
    first, second = rows(tmp_path), rows(tmp_path)

    assert first == second
    assert [(row.student, row.exercise) for row in first] == sorted((row.student, row.exercise) for row in first)
    assert len({row.digest for row in first}) == 2
