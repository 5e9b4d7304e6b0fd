"""The command line: what it prints, and its exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from memslot_lab.cli import main

ROOT = Path(__file__).parents[1]
CAPTURES = Path(__file__).parent / "data" / "captures"


def test_replay_prints_the_table_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    """A real boot: the array, and status 0."""
    assert main(["replay", str(CAPTURES / "q72-pc-boot-vgastd.trace")]) == 0

    assert "FRONT: highest GFN" in capsys.readouterr().out


def test_replay_json_is_one_object_with_the_fixed_names(capsys: pytest.CaptureFixture[str]) -> None:
    """The names of the house plan, for programs."""
    assert main(["replay", str(CAPTURES / "q72-pc-boot-vgastd.trace"), "--json"]) == 0

    data = json.loads(capsys.readouterr().out)
    names = {"requests", "applied", "refused", "ignored_lines", "vms", "disagreements"}
    assert names <= data.keys()
    assert (data["requests"], data["applied"], data["refused"], data["ignored_lines"]) == (35, 35, 0, 2)
    (vm,) = data["vms"]
    assert {"used_slots", "slots", "shifts", "compares", "warnings", "generation"} <= vm.keys()
    slot = {"id": 1, "base_gfn": 0xFFFC0, "npages": 0x40, "flags": 2, "userspace_addr": 0x7FE46A800000}
    assert vm["slots"][0] == {**slot, "address_space": 0}


def test_replay_plot_writes_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--plot draws into the file and prints the table all the same."""
    picture = tmp_path / "boot.png"

    assert main(["replay", str(CAPTURES / "q72-pc-boot-vgastd.trace"), "--plot", str(picture)]) == 0

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "BACK: lowest GFN" in capsys.readouterr().out


def test_replay_with_a_disagreement_answers_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1, and the line is named."""
    log = tmp_path / "a.trace"
    text = (CAPTURES / "q72-pc-boot-vgastd.trace").read_text()
    log.write_text(
        text.replace(
            "gpa=0xfffc0000 size=0x40000 ua=0x7fe46a800000 ret=0",
            "gpa=0xfffc0000 size=0x40000 ua=0x7fe46a800000 ret=-17",
        )
    )

    assert main(["replay", str(log)]) == 1

    assert "line 3: slot 0x1: the kernel answered EEXIST, the engine 0" in capsys.readouterr().out


def test_replay_of_a_bad_line_reports_it_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line is named on standard error, the rest is replayed, status 0."""
    log = tmp_path / "a.trace"
    log.write_text("kvm_set_user_memory Slot#?\n" + (CAPTURES / "q72-microvm.trace").read_text())

    assert main(["replay", str(log), "--json"]) == 0

    output = capsys.readouterr()
    assert "line 1 passed over" in output.err
    assert json.loads(output.out)["bad_lines"][0]["line"] == 1


@pytest.mark.parametrize("words", [["--json"], ["--plot", "a.png"]])
def test_replay_step_with_an_output_for_programs_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One is for a person, the other is not: status 2, and nothing is drawn."""
    assert main(["replay", str(CAPTURES / "q72-microvm.trace"), "--step", *words]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert "leave one of them out" in output.err


def test_replay_step_without_a_terminal_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can press keys: status 2, and the way out."""
    assert main(["replay", str(CAPTURES / "q72-microvm.trace"), "--step"]) == 2

    assert "leave --step out" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\x7fELF\0\0", b"# a text\n", b"kvm_set_user_memory Slot#0 fl"])
def test_replay_of_an_unusable_file_says_so(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on standard error, with the file and the line; status 2."""
    log = tmp_path / "a.trace"
    log.write_bytes(content)

    assert main(["replay", str(log)]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"memslot-lab: {log}: ")
    assert "line" in output.err


def test_check_of_the_stub_answers_no(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The stub is not solved: status 1, and a hint."""
    monkeypatch.chdir(ROOT)

    assert main(["check", "03_delete"]) == 1

    assert "delete" in capsys.readouterr().out


def test_check_of_the_solution_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """The solution, by its path: status 0."""
    assert main(["check", str(ROOT / "solutions" / "03_delete.ipynb")]) == 0

    assert "8 of 8" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["03_delet", "no/such/03_delete.ipynb"])
def test_check_of_what_is_not_there_is_unusable(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown exercise and a missing notebook: status 2, with the next step."""
    assert main(["check", name]) == 2

    assert "03_delete" in capsys.readouterr().err


def test_release_of_the_repository_has_nothing_to_write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The committed stubs are what release cuts."""
    monkeypatch.chdir(ROOT)

    assert main(["release"]) == 0

    assert "every stub is what its solution gives" in capsys.readouterr().out


def test_replay_into_a_closed_pipe_ends_quietly() -> None:
    """A reader that stops early, such as head, is no error."""
    command = [sys.executable, "-m", "memslot_lab.cli", "replay", str(CAPTURES / "s61-live-scenarios.strace"), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()

    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=30)


def test_replay_onto_a_full_device_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be printed is an error with status 2, not a traceback."""
    command = [sys.executable, "-m", "memslot_lab.cli", "replay", str(CAPTURES / "q72-microvm.trace")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert "No space left on device; free some space" in done.stderr
    assert "Traceback" not in done.stderr


def test_place_that_cannot_be_written_is_an_error_with_a_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Space is not what is missing there."""
    out = str(tmp_path / "no" / "x.zip")
    assert main(["gradescope-zip", "03_delete", "--out", out]) == 2

    assert capsys.readouterr().err.endswith(
        f"{out}: No such file or directory; check its name, or choose another place\n"
    )


@pytest.mark.parametrize("words", [["reply"], ["lab", "--port", "99999"], ["replay"]])
def test_unusable_words_are_refused(words: list[str]) -> None:
    """A word that is no command, a port that is none, a capture left out: status 2."""
    with pytest.raises(SystemExit) as raised:
        main(words)

    assert raised.value.code == 2
