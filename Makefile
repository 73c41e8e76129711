# make demo: sets up, prepares the worked example, says what it wrote.   make test: everything that must hold.
# make test ONLY="-m official": of the tests, those that need the official blanks (NINER_FORMS names their folder).
# The Python is the first fit one of python3, python3.14 … python3.11; another: make PYTHON=/path/to/python3.12 demo
VENV := .venv
RUN := $(VENV)/bin
WHEELHOUSE := wheelhouse
NAMES := python3 python3.14 python3.13 python3.12 python3.11
FIT := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
ifndef PYTHON
PYTHON := $(shell for name in $(NAMES); do "$$name" -c '$(FIT)' 2>/dev/null && { echo "$$name"; break; }; done)
endif

# durable-rules is built from source and calls a function that Python 3.13 dropped; this names its successor.
export CPPFLAGS := $(CPPFLAGS) -DPyEval_CallObject=PyObject_CallObject
LOCKED := --quiet --disable-pip-version-check --require-hashes --no-build-isolation --use-pep517

.PHONY: demo test browser docs setup machine wheelhouse lock bench nightly clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml requirements/build.txt requirements/dev.txt | $(RUN)/pip
	$(RUN)/pip install $(LOCKED) -r requirements/build.txt
	$(RUN)/pip install $(LOCKED) -r requirements/dev.txt
	$(RUN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(RUN)/pip --disable-pip-version-check check
	$(RUN)/python -m compileall -q engine
	@touch $@

$(RUN)/pip:
	@$(MAKE) --no-print-directory machine PYTHON="$(PYTHON)"
	"$(PYTHON)" -m venv $(VENV)

# Says what this machine lacks, before anything is made on it.
machine:
	@stop() { printf 'Niner: %s\n' "$$@" >&2; exit 1; }; \
	python="$(PYTHON)"; \
	if [ -z "$$python" ] || ! "$$python" -c '$(FIT)' 2>/dev/null; then \
	  found=$$(for name in $${python:-$(NAMES)}; do "$$name" --version 2>/dev/null | sed "s|^|$$name is |"; done); \
	  stop "it needs Python 3.11, 3.12, 3.13 or 3.14. Found: $${found:-none}." \
	    "Install one of them, or name it: make PYTHON=/path/to/python3.12 demo"; fi; \
	"$$python" -c 'import venv, ensurepip' 2>/dev/null || stop "$$python has no venv module." \
	  "On Debian and Ubuntu: apt-get install python3-venv"; \
	command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || \
	  stop "there is no C compiler; one dependency, durable-rules, is built from source." \
	    "On Debian and Ubuntu: apt-get install gcc python3-dev. On a Mac: xcode-select --install" \
	    "Or install from a wheelhouse made on another machine: docs/installing.md"; \
	"$$python" -c 'import os, sysconfig; open(os.path.join(sysconfig.get_path("include"), "Python.h"))' 2>/dev/null || \
	  stop "the C headers of $$python are missing; one dependency, durable-rules, is built from source." \
	    "On Debian and Ubuntu: apt-get install python3-dev. On Fedora: dnf install python3-devel" \
	    "Or install from a wheelhouse made on another machine: docs/installing.md"

demo: setup
	$(RUN)/niner demo niner-demo

test: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/python -m pytest -n auto --dist worksteal $(ONLY)

# The workpapers and the comparison in a real browser; it needs Debian's package chromium, or NINER_CHROMIUM.
browser: setup
	$(RUN)/pip install $(LOCKED) -r requirements/browser.txt
	$(RUN)/python -m pytest -n 0 tests/browser

docs: setup
	$(RUN)/pip install $(LOCKED) -r requirements/docs.txt
	$(RUN)/mkdocs build --quiet --strict

# Wheels of Niner and all that it needs, for this Python and kind of machine: a second machine installs from them alone.
wheelhouse: setup
	rm -rf $(WHEELHOUSE)
	$(RUN)/pip wheel $(LOCKED) --wheel-dir $(WHEELHOUSE) -r requirements/run.txt
	$(RUN)/pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir $(WHEELHOUSE) .
	@echo "On a second machine with the same Python: pip install --no-index --find-links $(WHEELHOUSE) niner"

# The locks anew, with the newest versions that the ranges in pyproject.toml admit for every Python named there.
lock: | $(RUN)/pip
	$(RUN)/pip install $(LOCKED) -r requirements/lock.txt
	for group in build lock; do $(COMPILE) --group $$group -o requirements/$$group.txt || exit 1; done
	$(COMPILE) pyproject.toml --extra dev --extra cluster --extra assistant -o requirements/dev.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra s3 -c requirements/dev.txt -o requirements/s3.txt
	$(COMPILE) pyproject.toml --extra docs -c requirements/dev.txt -c requirements/s3.txt -o requirements/docs.txt
	$(COMPILE) pyproject.toml --extra browser -c requirements/dev.txt -o requirements/browser.txt
	$(COMPILE) pyproject.toml --extra cluster -c requirements/dev.txt -o requirements/cluster.txt
	$(COMPILE) pyproject.toml --extra assistant -c requirements/dev.txt -o requirements/assistant.txt
COMPILE = $(RUN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

bench: setup
	$(RUN)/python tests/bench/ledger.py 10000 fifo
	$(RUN)/python tests/bench/ledger.py 100000 fifo
	$(RUN)/python tests/bench/imports.py 50000

# Changes of rules and of the engine that no test notices: of the engine's a seventh each night, which is all of it in a
# week: an hour and a half of one core. All at once, ten hours: make nightly SHARE=1/1. One room: make nightly ROOMS=lots.match SHARE=1/1
ROOMS := lots returns amend
SHARE := $(shell date +%u)/7
JOBS := 2
nightly: setup
	$(RUN)/niner rules mutants
	$(RUN)/python tests/bench/mutants.py $(ROOMS) --share $(SHARE) --jobs $(JOBS)

clean:
	rm -rf $(VENV) $(WHEELHOUSE) site niner-demo
