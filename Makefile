# make demo: sets up, prepares the worked example, says what it wrote.   make test: everything that must hold.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test setup bench clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: setup
	$(RUN)/niner demo niner-demo

test: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/python -m pytest -n auto

bench: setup
	$(RUN)/python tests/bench/ledger.py 10000 fifo
	$(RUN)/python tests/bench/ledger.py 100000 fifo

clean:
	rm -rf $(VENV) niner-demo
