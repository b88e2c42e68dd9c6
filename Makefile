# run: a practice city and a server. lab: JupyterLab on the notebooks. test: everything, with all it needs.
# bench: peers side by side. proof: thousands of simulated classes, then half an hour of a full class
# in which kernels and the server are killed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
LOCKED := -c requirements.lock --build-constraint requirements.lock

.PHONY: run lab test check docs stored-copies bench proof clean

run: $(VENV)/.run
	@$(BIN)/verval serve

# JupyterLab asks nobody outside for news or updates.
lab: $(VENV)/.run
	@$(BIN)/jupyter lab --ServerApp.root_dir=notebooks --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root) $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python tests/browser.py
	@VERVAL_BATAS_UJI="$${VERVAL_BATAS_UJI:-$$([ -d ../shared/geo ] && cd ../shared/geo && pwd)}" $(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# The reference pages, from the catalogue.
docs: $(VENV)/.dev
	@$(BIN)/python -m workbench.cli.reference_pages

# What people print, as tests compare it; a person reads the difference before it is committed.
stored-copies: $(VENV)/.dev docs
	@VERVAL_RENEW=1 $(BIN)/python -m pytest -q tests/verification/test_checklists.py
	@git diff --stat -- tests workbench/guides

bench: $(VENV)/.bench
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_linkage
	@$(BIN)/python -m tests.bench_maps
	@$(BIN)/python -m tests.bench_papers
	@$(BIN)/python -m tests.load.bench_serving $(ARGS)
	@$(BIN)/python -m tests.load.bench_board --full

proof: $(VENV)/.dev
	@PROOF=1 $(BIN)/python -m pytest -q -rP tests/training/measures/test_simulated_classes.py tests/training/test_class_laws.py tests/verification/sampling
	@$(BIN)/python -m tests.load.soak $(ARGS)

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@echo "Menyiapkan lingkungan Python ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements.lock
	@echo "Memasang paket (sekali saja, beberapa menit) ..."
	@$(PIP) install "$$(grep '^pip==' requirements.lock)"
	@$(PIP) install $(LOCKED) -e '.[linkage]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) install $(LOCKED) --group dev
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	@$(PIP) install $(LOCKED) --group bench
	@touch $@
