"""How long a reader waits: every lesson and solution from top to bottom, and its slowest cell.

The budget is 5 s for a cell and 60 s for a notebook. The ratio is to a notebook of one empty cell.
"""

from datetime import datetime
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]


def run(notebook: nbformat.NotebookNode, folder: Path) -> tuple[float, float]:
    """Return the seconds of the whole notebook, kernel and all, and of its slowest cell."""
    start = perf_counter()
    NotebookClient(notebook, timeout=120, record_timing=True, resources={"metadata": {"path": str(folder)}}).execute()
    whole = perf_counter() - start
    return whole, max(cell_seconds(cell) for cell in notebook.cells if cell.cell_type == "code")


def cell_seconds(cell: nbformat.NotebookNode) -> float:
    """Return how long a cell ran, by the kernel's own clock."""
    times = cell.metadata.get("execution", {})
    begun, ended = times.get("iopub.execute_input"), times.get("shell.execute_reply")
    if not begun or not ended:
        return 0.0
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()


def main() -> None:
    """Print a line for each notebook."""
    empty, _ = run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")]), ROOT)
    print(f"{'notebook':26} {'whole':>7} {'slowest cell':>13} {'x an empty one':>15}   ({empty:.1f} s)")
    for path in sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")]):
        whole, slowest = run(nbformat.read(path, as_version=4), path.parent)
        print(f"{path.stem:26} {whole:5.1f} s {slowest:11.2f} s {whole / empty:15.1f}")


if __name__ == "__main__":
    main()
