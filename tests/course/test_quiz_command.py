"""`memslot-lab quiz`: asks, reads what is piped in, asks again after what cannot be read, and counts."""

import io
import json

import pytest

from memslot_lab.cli import main
from memslot_lab.course.quiz import questions


def run(words: list[str], typed: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command with something piped in."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["quiz", *words])


def test_right_answers_are_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Cell by cell, and the seed is printed."""
    (question,) = questions("counting", seed=3, count=1)
    typed = "".join(f"{cell.want}\n" for cell in question.cells)

    assert run(["counting", "--seed", "3", "--count", "1"], typed, monkeypatch) == 0
    out = capsys.readouterr().out
    assert "memslot-lab quiz counting --seed 3" in out
    assert out.endswith(f"1 of 1 questions right, {len(question.cells)} of {len(question.cells)} cells.\n")


def test_what_cannot_be_read_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the end of the input ends it, with a score."""
    assert run(["counting", "--seed", "3", "--count", "2"], "x\n", monkeypatch) == 0
    out = capsys.readouterr().out
    assert "'x' is no whole number" in out
    assert "Stopped here.\n\n0 of 2 answered." in out


def test_not_sure_yet_costs_no_face(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken, and the right values are told."""
    assert run(["counting", "--seed", "3", "--count", "1"], "?\n" * 3, monkeypatch) == 0
    assert "Not sure yet is an answer too." in capsys.readouterr().out


def test_json_has_the_questions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs, with the seed."""
    assert run(["counting", "--seed", "3", "--count", "1", "--json"], "", monkeypatch) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["topic"], data["seed"], len(data["questions"])) == ("counting", 3, 1)


def test_topic_unknown_is_a_call_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the nearest name."""
    assert run(["deletin"], "", monkeypatch) == 2
    assert "did you mean 'deleting'" in capsys.readouterr().err
