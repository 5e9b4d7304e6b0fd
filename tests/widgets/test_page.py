"""A tape as a page: self-contained, small, and safe whatever is in it; and the bundle that it is made of."""

import json
import re
import subprocess
import zlib
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import Tape, diff, record
from memslot_lab.watch.page import front_end, front_end_css, page

STATIC = Path(__file__).parents[2] / "memslot_lab/widgets/static"
LARGEST_PAGE = 60_000  # bytes, with a tape of ten slots
UNPACK = """
import { readFileSync } from "node:fs";
import { unpack } from "./pack.mjs";
console.log(JSON.stringify(unpack(JSON.parse(readFileSync(0, "utf8")))));
"""


def ten_slots() -> Tape:
    """Record the longest way that a slot can take among ten."""
    slots = Memslots(capacity=32)
    for i in range(10):
        update_memslots(slots, MemorySlot(i, (i + 1) * 0x100, 0x80), Change.CREATE)
    return record(update_memslots, slots, MemorySlot(0, 0x2000, 0x80), Change.MOVE)


def content(text: str) -> dict[str, Any]:
    """Unpack the data of a page."""
    packed = re.search(r'id="data">([\w+/=]+)<', text)
    assert packed
    return json.loads(zlib.decompress(b64decode(packed[1])))


def test_page_holds_the_tape_and_the_front_end_and_is_small() -> None:
    """One file has it all."""
    tape = ten_slots()

    text = page(tape.to_json(), title=tape.title)
    assert content(text)["values"]["tape"]["title"] == tape.title
    assert "class PageModel" in content(text)["script"]
    assert len(text.encode()) <= LARGEST_PAGE


def test_page_of_the_largest_array_is_small_too() -> None:
    """A slot that passes 508 others makes 3,600 frames."""
    slots = Memslots(capacity=512)
    for i in range(508):
        update_memslots(slots, MemorySlot(i, (i + 1) * 0x100, 0x80), Change.CREATE)
    tape = record(update_memslots, slots, MemorySlot(510, 0x90000, 0x40), Change.CREATE)

    assert tape.shifts == 508
    assert len(page(tape.to_json()).encode()) <= LARGEST_PAGE


def test_page_gives_back_the_tape_that_it_was_made_of(require_program: Callable[..., str], tmp_path: Path) -> None:
    """What makes the frames small is undone in the browser."""
    (tmp_path / "pack.mjs").write_text((STATIC / "pack.js").read_text())
    (tmp_path / "main.mjs").write_text(UNPACK)
    data = ten_slots().to_json()

    packed = json.dumps(content(page(data))["values"]["tape"])
    command = [require_program("node"), str(tmp_path / "main.mjs")]
    done = subprocess.run(command, input=packed, capture_output=True, text=True, timeout=30, check=True)
    assert "packed" in packed
    assert json.loads(done.stdout) == json.loads(json.dumps(data))


@pytest.mark.parametrize("frames", [None, [5], "x"])
def test_page_of_a_damaged_tape_leaves_the_complaint_to_the_browser(frames: object) -> None:
    """It is written as it is."""
    tape = {**ten_slots().to_json(), "frames": frames}

    assert content(page(tape))["values"]["tape"]["frames"] == frames


def test_page_holds_a_comparison_too() -> None:
    """Two tapes are stepped side by side."""
    tape = ten_slots()

    values = content(page(tape.to_json(), other=tape.to_json(), comparison=diff(tape, tape).to_json()))["values"]
    assert values["comparison"]["names"] == ["yours", "the kernel's"]
    assert values["other"] == values["tape"]


def test_page_asks_no_network() -> None:
    """Nothing is loaded: no address but a name of XML."""
    text = page(ten_slots().to_json())
    script = content(text)["script"]

    assert set(re.findall(r"https?://[^\s\"'`]+", text + script)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource)\b|@import|url\(|\bsrc=", text + script)


def test_page_is_safe_whatever_the_title_says() -> None:
    """A title is text, and no data can end the script."""
    tape = {**ten_slots().to_json(), "title": "</script><!--"}

    text = page(tape, title="</title><script>alert(1)</script>$css")
    assert "<script>alert" not in text
    assert text.count("</script>") == 2


def test_tape_to_html_writes_the_page_and_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    path = ten_slots().to_html(tmp_path / "tape.html")

    assert path.read_text().startswith("<!doctype html>")
    with pytest.raises(FileExistsError):
        ten_slots().to_html(path)


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.js")))
def test_bundle_is_one_module_without_imports(name: str, require_program: Callable[..., str], tmp_path: Path) -> None:
    """Parts come before what needs them, once each, and their names do not collide."""
    node = require_program("node")
    bundle = tmp_path / "bundle.mjs"
    bundle.write_text(front_end(name))

    checked = subprocess.run([node, "--check", bundle], capture_output=True, text=True, timeout=30, check=False)
    assert checked.stderr == ""
    assert "import " not in front_end(name)


def test_bundle_keeps_the_exports_of_the_last_module_alone() -> None:
    """What a lower module exports is for the modules above it."""
    exports = re.findall(r"^export .*", front_end("stepper.js"), re.MULTILINE)

    assert [line.split("(")[0].split(" {")[0] for line in exports] == [
        "export function renderStepper",
        "export default",
    ]


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_static_files_suit_the_bundler(path: Path) -> None:
    """No text goes over the end of a line, or a comment could be cut out of it; data never becomes markup."""
    text = path.read_text()

    assert all(line.count("`") % 2 == 0 for line in text.splitlines())
    assert "innerHTML" not in text
    assert "/*" not in re.sub(r"^\s*/\*[\s\S]*?\*/$", "", text, flags=re.MULTILINE)


def test_bundled_css_has_no_comments() -> None:
    """They stay in the source."""
    assert "/*" not in front_end_css("stepper.css", "page.css")
    assert ".lm-card {" in front_end_css("stepper.css")
