"""Variants handed out: a folder a student, the code in each notebook, and a check that goes by it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.cli import main
from memslot_lab.course import NotebookError, check_exercise
from memslot_lab.course.answers import source_of
from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.errors import UnknownExerciseError, VariantError
from memslot_lab.course.handout import hand_out, read_students, use_variant
from memslot_lab.course.variants import variant_of

ROOT = Path(__file__).parents[2]
SEED = "autumn"
STUDENTS = [f"student{i}" for i in range(6)]
STRAIGHT = next(name for name in STUDENTS if not variant_of(SEED, name).mirrored)
TURNED = next(name for name in STUDENTS if variant_of(SEED, name).mirrored)

MOVE_BACKWARD = """
def move_backward(slots, slot):
    i = slots.id_to_index[slot.id]
    if i == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    while i < slots.used_slots - 1 and slot.base_gfn {sign}= slots.memslots[i + 1].base_gfn:
        if slot.base_gfn == slots.memslots[i + 1].base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    return i
"""


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the course for two students."""
    out = tmp_path_factory.mktemp("handout")
    students = [STRAIGHT, TURNED]
    hand_out(ROOT / "solutions", ROOT / "exercises", course_seed=SEED, students=students, out=out)
    return out


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return a notebook's cells."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def answered(path: Path, folder: Path, function: str, source: str) -> Path:
    """Return a copy of a notebook with an answer written in."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == function:
            cell["source"] = source
    copy = folder / path.name
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    return copy


def test_every_student_gets_every_exercise_with_the_code(handed_out: Path) -> None:
    """In the metadata and in a locked cell that prints it."""
    for student in (STRAIGHT, TURNED):
        code = variant_of(SEED, student).code
        for name in read_manifest():
            path = handed_out / student / f"{name}.ipynb"
            (cell,) = [c for c in cells_of(path) if c["id"] == "variant"]

            assert json.loads(path.read_text())["metadata"]["memslot_lab"]["variant"] == code
            assert f'use_variant("{code}")' in source_of(cell)
            assert cell["metadata"] == {"deletable": False, "editable": False}


def test_cells_of_a_handed_out_notebook_are_whole(handed_out: Path) -> None:
    """Ids and grade ids once each, and nothing of the exercise is lost."""
    for path in handed_out.rglob("*.ipynb"):
        cells = cells_of(path)
        grade_ids = [c["metadata"]["nbgrader"]["grade_id"] for c in cells if "nbgrader" in c["metadata"]]
        text = "\n".join(map(source_of, cells))

        assert len({cell["id"] for cell in cells}) == len(cells)
        assert len(set(grade_ids)) == len(grade_ids)
        for cell in cells_of(ROOT / "exercises" / path.name):
            assert all(line in text for line in source_of(cell).splitlines())


def test_turned_notebook_says_so_first_and_only_where_it_is_turned(handed_out: Path) -> None:
    """LOWEST GFN FIRST stands above everything else that is to be read."""
    assert "LOWEST GFN FIRST" in source_of(cells_of(handed_out / TURNED / "05_move_backward.ipynb")[1])
    for path in (handed_out / TURNED / "09_cost.ipynb", handed_out / STRAIGHT / "05_move_backward.ipynb"):
        assert "LOWEST GFN FIRST" not in "".join(map(source_of, cells_of(path)))


@pytest.mark.parametrize(("student", "right", "wrong"), [(STRAIGHT, "<", ">"), (TURNED, ">", "<")])
def test_answer_is_judged_by_the_notebooks_variant(
    handed_out: Path, tmp_path: Path, student: str, right: str, wrong: str
) -> None:
    """What is right for one student is wrong for the other."""
    path = handed_out / student / "05_move_backward.ipynb"
    passes = answered(path, tmp_path, "move_backward", MOVE_BACKWARD.replace("{sign}", right))
    report = check_exercise(passes, expected=variant_of(SEED, student))

    assert report.passed, report.text()
    assert report.text().startswith(f"Variant {variant_of(SEED, student).code}")
    assert report.to_json()["variant"] == variant_of(SEED, student).code
    fails = answered(path, tmp_path, "move_backward", MOVE_BACKWARD.replace("{sign}", wrong))
    assert not check_exercise(fails).passed


def test_notebook_of_another_student_is_told(handed_out: Path) -> None:
    """Both codes stand in the message, and what to do."""
    path = handed_out / STRAIGHT / "03_delete.ipynb"
    codes = variant_of(SEED, STRAIGHT).code, variant_of(SEED, TURNED).code
    with pytest.raises(
        VariantError, match=f"answers variant {codes[0]}, expected is {codes[1]}; look at how the student"
    ):
        check_exercise(path, expected=variant_of(SEED, TURNED))
    with pytest.raises(VariantError, match="answers no variant, expected is"):
        check_exercise(ROOT / "exercises" / "03_delete.ipynb", expected=variant_of(SEED, TURNED))


def test_code_that_was_changed_by_hand_is_told(handed_out: Path, tmp_path: Path) -> None:
    """It is not taken for another variant."""
    path = tmp_path / "03_delete.ipynb"
    text = (handed_out / STRAIGHT / "03_delete.ipynb").read_text()
    path.write_text(text.replace(f'"variant": "{variant_of(SEED, STRAIGHT).code}"', '"variant": "1-00000000-L"'))

    with pytest.raises(VariantError, match="names no variant; copy the code from the notebook"):
        check_exercise(path)


def test_cell_of_the_notebook_prints_the_variant_and_checks_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`check` and `solved` are taken from it."""
    variant = use_variant(variant_of(SEED, TURNED).code)
    names: dict[str, Any] = {}
    exec(MOVE_BACKWARD.replace("{sign}", ">"), names)

    assert "LOWEST GFN FIRST" in repr(variant)
    assert variant.check(names["move_backward"]).passed
    variant.solved("05_move_backward", names["move_backward"])
    assert "05_move_backward: solved" in capsys.readouterr().out


def test_second_hand_out_writes_nothing_and_never_over_an_answer(tmp_path: Path) -> None:
    """The same seed gives the same bytes; a notebook that was worked in stays."""
    out = tmp_path / "out"
    folders = ROOT / "solutions", ROOT / "exercises"
    first = hand_out(*folders, course_seed=SEED, students=["ada"], out=out)
    assert len(first) == len(read_manifest())
    assert hand_out(*folders, course_seed=SEED, students=["ada"], out=out) == []

    path = out / "ada" / "03_delete.ipynb"
    answered(path, path.parent, "delete", "def delete(slots, slot): ...")
    before = path.read_bytes()
    with pytest.raises(NotebookError, match="was worked in since it was released"):
        hand_out(*folders, course_seed="spring", students=["ada"], out=out)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ada\n../bob\n", "line 2: '../bob' cannot be a folder"),
        ("ada\nAda\n", "line 2: Ada stands there twice"),
        (".hidden", "cannot be a folder"),
        (" \n\n", "names nobody"),
    ],
)
def test_list_of_students_that_cannot_be_used_is_told(tmp_path: Path, text: str, words: str) -> None:
    """The line and the rule."""
    path = tmp_path / "students.txt"
    path.write_text(text)
    with pytest.raises(VariantError, match=words):
        read_students(path)


def test_commands_hand_out_and_check_by_student(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a teacher types them."""
    (tmp_path / "students.txt").write_text(f"{STRAIGHT}\n\n{TURNED}\n")
    out = str(tmp_path / "out")
    release = ["release", "--solutions", str(ROOT / "solutions"), "--exercises", str(ROOT / "exercises")]
    assert main([*release, "--course-seed", SEED, "--students", str(tmp_path / "students.txt"), "--out", out]) == 0
    assert f"{STRAIGHT}: Variant" in capsys.readouterr().out

    notebook = f"{out}/{TURNED}/03_delete.ipynb"
    assert main(["check", notebook, "--course-seed", SEED, "--student", TURNED]) == 1
    assert "not written yet" in capsys.readouterr().out
    assert main(["check", notebook, "--course-seed", SEED, "--student", STRAIGHT]) == 2
    assert main(["check", notebook, "--student", TURNED]) == 2
    assert main([*release, "--students", str(tmp_path / "students.txt")]) == 2


def test_report_says_the_order_of_its_exercise_not_of_the_variant(handed_out: Path) -> None:
    """Only an exercise that is turned around is LOWEST GFN FIRST; the student's other ones are as in the kernel."""
    turned, straight = (handed_out / TURNED / f"{name}.ipynb" for name in ("04_create", "01_invariants"))
    assert "LOWEST GFN FIRST;" in check_exercise(turned).text()
    assert "highest GFN first, as in the kernel" in check_exercise(straight).text()
    assert "where the notebook says so" in str(variant_of(SEED, TURNED))


def test_python_answer_is_judged_by_the_variant_of_the_notebook_beside_it(handed_out: Path, tmp_path: Path) -> None:
    """Else a learner who likes an editor better would lose the variant without a word."""
    path = tmp_path / "05_move_backward.py"
    path.write_text(MOVE_BACKWARD.replace("{sign}", ">"))
    with pytest.raises(VariantError, match="put there the one that was handed out"):
        check_exercise(path, expected=variant_of(SEED, TURNED))
    (tmp_path / "05_move_backward.ipynb").write_bytes((handed_out / TURNED / "05_move_backward.ipynb").read_bytes())
    report = check_exercise(path, expected=variant_of(SEED, TURNED))
    assert report.passed
    assert "in your variant lower stands for higher" in report.text()


def test_check_of_a_whole_folder_wants_the_students_variant(
    handed_out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an exercise's name the student counts too."""
    monkeypatch.chdir(handed_out / STRAIGHT)
    assert main(["check", "--course-seed", SEED, "--student", TURNED]) == 1
    assert "03_delete.ipynb answers variant" in capsys.readouterr().out
    assert main(["check", "--json", "--course-seed", SEED, "--student", TURNED]) == 1
    assert "answers variant" in json.loads(capsys.readouterr().out)["exercises"][0]["problem"]
    assert main(["check", "--student", TURNED]) == 2


def test_check_of_a_students_folder_within_a_course_looks_at_what_lies_there(
    handed_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not at the teacher's own exercises above it."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    (tmp_path / "in" / "ada").mkdir(parents=True)
    shutil.copy(handed_out / TURNED / "03_delete.ipynb", tmp_path / "in" / "ada")
    monkeypatch.chdir(tmp_path / "in" / "ada")

    assert main(["check", "--course-seed", SEED, "--student", TURNED]) == 1
    said = capsys.readouterr().out
    assert "03_delete was not handed in" not in said
    assert "delete: not written yet" in said
    assert said.count("was not handed in") == 12


def test_file_under_another_name_is_told_its_exercise(tmp_path: Path) -> None:
    """As a learning platform renames what was handed in."""
    with pytest.raises(UnknownExerciseError, match=r"rename it to 03_delete\.ipynb"):
        check_exercise(tmp_path / "ada_03_delete.ipynb")
    with pytest.raises(UnknownExerciseError, match="is a folder; go there"):
        check_exercise(tmp_path)
