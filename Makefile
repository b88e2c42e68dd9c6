# run: a practice city and a server. lab: JupyterLab on the notebooks. test: everything, with all it needs.
# bench: peers side by side. proof: thousands of simulated classes, half an hour of a full class in
# which kernels and the server are killed, then the same for twenty writers on both databases; a whole
# bag, installed without a network.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# What fails is played once more, at most three in a run, and named at its end with what it said: luck
# decides over no run, and hides nowhere.
ONCE_MORE := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks
LOCKED := -c requirements.lock --build-constraint requirements.lock

.PHONY: run lab bag test check docs pictures stored-copies bench proof clean

run: $(VENV)/.run
	@$(BIN)/verval serve

# JupyterLab asks nobody outside for news or updates, and nobody here whether it may.
lab: $(VENV)/.run
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		> $(VENV)/share/jupyter/lab/settings/overrides.json
	@$(BIN)/jupyter lab --ServerApp.root_dir=notebooks --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root) $(ARGS)

# A folder for a USB stick that installs without a network: make bag OUT=/media/stik
bag: $(VENV)/.dev
	@$(BIN)/verval bag --out $(or $(OUT),dist) $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python tests/browser.py
	@$(BIN)/python tests/database.py
	@VERVAL_BATAS_UJI="$${VERVAL_BATAS_UJI:-$$([ -d ../shared/geo ] && cd ../shared/geo && pwd)}" $(BIN)/python -m pytest -n 2 --dist loadgroup $(ONCE_MORE) $(ARGS)

check: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# The reference pages, from the catalogue; the pictures of CONTRIBUTING.md, from the imports; what the
# README says was measured, from what the benches kept.
docs: $(VENV)/.dev
	@$(BIN)/python -m workbench.cli.reference_pages
	@$(BIN)/python -m tests.house_pictures
	@$(BIN)/python -m tests.figures.readme

# The pictures of the README and its ninety seconds, from a walk through a real office.
pictures: $(VENV)/.dev
	@$(BIN)/python tests/browser.py
	@$(BIN)/python -m tests.walk_through

# What people print, as tests compare it; a person reads the difference before it is committed.
stored-copies: $(VENV)/.dev docs
	@VERVAL_RENEW=1 $(BIN)/python -m pytest -q tests/verification/test_checklists.py
	@git diff --stat -- tests workbench/guides

# Wants a machine that does nothing else, and some 25 minutes of it, half of them for the last command
# but one; each that ends is kept. What takes hours is measured by hand, with the other commands of
# tests/figures/records.py; make docs writes what they kept.
bench: $(VENV)/.bench
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_reading
	@$(BIN)/python -m tests.bench_linkage hard
	@$(BIN)/python -m tests.bench_maps
	@$(BIN)/python -m tests.bench_papers
	@$(BIN)/python -m tests.load.bench_board --full
	@$(BIN)/python -m tests.load.bench_serving --full
	@$(BIN)/python -m tests.figures.readme

proof: $(VENV)/.dev
	@PROOF=1 $(BIN)/python -m pytest -q -rP tests/training/measures/test_simulated_classes.py tests/training/test_class_laws.py tests/verification/sampling tests/rules/test_engine_recheck.py "tests/services/test_courses.py::test_of_hundreds_of_cases_none_shows_a_family_twice"
	@PROOF=1 $(BIN)/python -m pytest -q -m hypothesis tests
	@PROOF=1 FUZZ=20 $(BIN)/python -m pytest -q --timeout=0 tests/verification/test_fuzz.py
	@$(BIN)/python -m tests.load.soak $(ARGS)
	@$(BIN)/python -m tests.load.kill_writers
	@$(BIN)/python -m tests.sweep
	@$(BIN)/verval bag --out dist
	@$(BIN)/python -m tests.cli.bag_offline dist/MejaVerval-*

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
