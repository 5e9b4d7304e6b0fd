# make lab    set up, then open the laboratory in JupyterLab
# make test   set up, then check and test everything

PYTHON ?= python3
PY := .venv/bin/python
PYTEST := $(PY) -m pytest -q -rs
# A name that changes with the place and with what is to be installed; make setup is done when it exists.
STAMP := .venv/set-up-$(shell (pwd; cat pyproject.toml constraints.txt) | cksum | cut -d' ' -f1)

.PHONY: help lab test setup check unit notebooks lessons browser screenshots fix bench pins clean
.NOTPARALLEL:

help:
	@sed -n '1,/^$$/s/^# //p' Makefile

lab: setup
	@$(PY) -m memslot_lab.cli lab .

test: check unit notebooks browser

setup: $(STAMP)

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python %d.%d is too old: make PYTHON=python3.11 (or newer)" % sys.version_info[:2])'
	@$(PYTHON) -m venv .venv
	@echo "installing into .venv (a minute or two, once)"
	@$(PY) -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@rm -f .venv/set-up-* && touch $@

check: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyright --pythonpath $(PY)
	$(PY) -m codespell_lib
	$(PY) -m memslot_lab.cli dev check

# nbval costs seconds to import, so it has a call of its own.
unit: setup
	$(PYTEST) -p no:nbval -n 2 -m 'not browser'

notebooks: setup
	$(PYTEST) -n 2 --dist loadfile --nbval notebooks solutions

# A view whose model is not saved shows "model not found"; without it the widget's HTML table shows.
define WITHOUT_VIEWS
import nbformat, sys
notebook = nbformat.read(sys.argv[1], 4)
for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
    output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
nbformat.write(notebook, sys.argv[1])
endef
export WITHOUT_VIEWS

# Write the notebooks anew from their text pairs, with outputs and nothing of this machine, then the stubs.
# One of them: make lessons PAIRS=notebooks/03_deleting.py
PAIRS ?= $(wildcard notebooks/*.py solutions/*.py)
lessons: setup
	@for pair in $(PAIRS); do \
	  $(PY) -m jupytext -q --to ipynb --update $$pair && \
	  $(PY) -m nbconvert --log-level WARN --to notebook --inplace --execute --ExecutePreprocessor.record_timing=False \
	    --ClearMetadataPreprocessor.enabled=True --ClearMetadataPreprocessor.clear_cell_metadata=False \
	    --ClearMetadataPreprocessor.preserve_nb_metadata_mask=kernelspec \
	    --ClearMetadataPreprocessor.preserve_nb_metadata_mask=jupytext $${pair%.py}.ipynb && \
	  $(PY) -c "$$WITHOUT_VIEWS" $${pair%.py}.ipynb && \
	  $(PY) -m jupytext -q --sync $${pair%.py}.ipynb || exit 1; done
	@$(PY) -m memslot_lab.cli release

browser: setup
	$(PYTEST) -p no:nbval -n 2 --dist loadfile tests/browser

# The widgets in real JupyterLab, into docs/images.
screenshots: setup
	$(PY) -m tests.browser.screenshots

fix: setup
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: setup
	@for script in bench/*.py; do echo "== $$script"; $(PY) -m bench.$$(basename $$script .py) || exit 1; done

# Keeps the pins that still fit; to raise them all, empty constraints.txt first.
pins: setup
	$(PY) -m pip install -q uv
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --all-extras --no-annotate \
	  --custom-compile-command 'make pins' pyproject.toml -o constraints.txt

clean:
	rm -rf .venv dist .hypothesis .pytest_cache .ruff_cache
