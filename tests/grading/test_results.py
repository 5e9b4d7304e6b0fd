"""The tables: their order and form, and that no cell is a formula."""

import csv
import io
import json
from itertools import permutations
from pathlib import Path

import pytest

from memslot_lab.grading.marks import Mark
from memslot_lab.grading.results import results_csv, results_json, write_results

MARKS = [
    Mark("bob", "03_delete", "bob/03_delete.py", 2.5, 10, seconds=1.23456),
    Mark("ada", "04_create", "ada/04_create.py", 0, 12, "no-answer", "write it"),
    Mark("ada", "03_delete", "ada/03_delete.py", 10, 10, tasks=({"a": 1},)),
]


def test_csv_has_the_columns_in_order() -> None:
    """By student and exercise, whatever order marks came in."""
    assert results_csv(MARKS).splitlines() == [
        "student,exercise,score,max_score,status,seconds",
        "ada,03_delete,10,10,graded,0.000",
        "ada,04_create,0,12,no-answer,0.000",
        "bob,03_delete,2.5,10,graded,1.235",
    ]


def test_json_has_no_times_and_one_order() -> None:
    """The same bytes for the same marks."""
    text = results_json(MARKS, {"version": "1"})

    assert text == results_json(MARKS[::-1], {"version": "1"})
    assert "seconds" not in text
    assert [row["student"] for row in json.loads(text)["results"]] == ["ada", "ada", "bob"]
    assert json.loads(text)["about"] == {"version": "1"}


def test_marks_of_one_place_have_one_order() -> None:
    """Names on the disk may differ and be shown alike."""
    words = [("bad-notebook", "a"), ("no-answer", "b"), ("no-answer", "a")]
    marks = [Mark("ada", "", "x", 0, 0, *each) for each in words]
    marks += [Mark("ada", "", "x", 1, 2, tasks=({"a": n},), seconds=float(n)) for n in range(2)]

    assert len({results_json(some, {}) for some in permutations(marks)}) == 1
    assert len({results_csv(some) for some in permutations(marks)}) == 1


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\uff1d1", "\uff0bx", "\uff0dx", "\uff20x"])
def test_csv_formula_is_guarded(name: str) -> None:
    """A student's folder must not do sums in the teacher's spreadsheet."""
    (row,) = list(csv.DictReader(io.StringIO(results_csv([Mark(name, "", "", 0, 0)]), newline="")))

    assert row["student"] == f"'{name}".replace("\r", " ")


@pytest.mark.parametrize("name", ['Lovelace, "Ada"', "Émilie", "a\nb", "零"])
def test_csv_name_comes_back(name: str) -> None:
    """Commas, quotes, lines and other alphabets are quoted."""
    (row,) = list(csv.DictReader(io.StringIO(results_csv([Mark(name, "", "", 0, 0)]), newline="")))

    assert row["student"] == name


@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_csv_name_is_not_split_where_another_sign_separates(sign: str) -> None:
    """Many a spreadsheet splits at semicolons."""
    table = results_csv([Mark(f"x{sign}=1+1", "", "", 0, 0)])

    cells = next(csv.reader(io.StringIO(table.splitlines()[1]), delimiter=sign))
    assert cells[0].startswith(f"x{sign}=1+1")


def test_write_replaces_both_files_whole(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    write_results(tmp_path, MARKS[:1], {})
    write_results(tmp_path, MARKS, {})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.csv", "results.json"]
    assert (tmp_path / "results.csv").read_text() == results_csv(MARKS)
    assert (tmp_path / "results.json").read_text() == results_json(MARKS, {})
