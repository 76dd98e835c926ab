# formengine: the commands for running and developing it. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
PORT ?= 6543
WORKERS ?= 3
BIN := .venv/bin
STAMP := .venv/.installed

CHECKS := check-types check-docs check-security check-imports check-style

.PHONY: help run test check install lock bench format packages clean $(CHECKS)

help:
	@echo "make run      install, make the database, fill the demo, serve it on http://localhost:$(PORT) (PORT=8080 make run)"
	@echo "make test     install what the tests need, and run them all (WORKERS=4 make test runs four at a time)"
	@echo "make check    format, lint, types, import contracts, docs: within a minute"
	@echo "make bench    benchmarks of the hot paths, relative to a baseline in the same run"
	@echo "make install  only create .venv"
	@echo "make lock     pin what is installed in requirements.lock, with hashes, and write sbom.cdx.json"
	@echo "make format   format every file as make check requires"
	@echo "make clean    remove .venv, var, build output and caches"

install: $(STAMP)

$(STAMP): setup.cfg pyproject.toml requirements.lock
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "formengine needs Python 3.11 or newer; name one: make install PYTHON=python3.11" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	$(BIN)/python -m compileall -q formengine
	touch $(STAMP)

run: export FORMENGINE_PORT = $(PORT)
run: export FORMENGINE_BASE_URL = http://localhost:$(PORT)
run: install
	@$(BIN)/formengine db upgrade
	@$(BIN)/formengine demo
	@$(BIN)/formengine serve

# Debian packages are installed only as root and where apt exists, as in a CI container.
packages:
	@sh scripts/debian_packages.sh

# Three at a time on two cores: tests wait for processes, browsers and databases for a third of their time. Each worker
# gets tests that stand side by side, which share browsers and sites, and takes from the others when it has none left.
# Among thousands of tests with browsers, killed processes and clocks, a failed one is run once more and reported as
# "rerun": such a test is to be mended, but does not fail the build. Bytecode is kept, also where the environment says
# otherwise: the tests start hundreds of processes.
test: export PYTHONDONTWRITEBYTECODE =
test: install packages
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --reruns 1 --reruns-delay 1 -rR

# Side by side; each step prints what it has to say when it is done. What opens a browser is left to `make test`.
check: export PYTHONDONTWRITEBYTECODE =
check: install
	@$(MAKE) --no-print-directory --jobs $(words $(CHECKS)) --output-sync=target --keep-going $(CHECKS)

check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports --no-cache

check-security:
	$(BIN)/bandit -q -r formengine -c pyproject.toml

check-docs:
	$(BIN)/python -m pytest -m "not browser" tests/docs tests/test_repository.py tests/test_lock.py

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Pins what is installed, which is what was tested; pip-compile has an environment of its own.
lock: install
	$(BIN)/python -m venv var/lock
	var/lock/bin/python -m pip install --quiet --disable-pip-version-check "pip-tools>=7.6"
	$(BIN)/python -m pip freeze --exclude-editable --all --exclude pip > var/lock/constraints.txt
	rm -f requirements.lock
	var/lock/bin/pip-compile --quiet --constraint var/lock/constraints.txt --generate-hashes --allow-unsafe \
	  --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock setup.cfg
	touch $(STAMP)
	$(BIN)/python scripts/write_sbom.py

bench: install
	@for script in benchmarks/[a-z]*.py; do \
	  echo "== $$script"; $(BIN)/python -m benchmarks.$$(basename $$script .py) || exit 1; \
	done

clean:
	rm -rf .venv var build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
