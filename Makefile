# On a fresh machine: `make site` builds the site, `make check` is for every change, `make test` runs all that CI runs.
# Each sets up what it needs.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# Files come in the order of tests/turns.py: slow ones first, so that no worker is left with one at the end.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
# Clones of public repositories, as OWNER+NAME; those that are missing are cloned.
CLONES ?= build/clones
CORPORA ?= ../shared/corpora/claude-code
# What does not wait for another runs beside it: lint, types, contract and content before the tests.
MAKEFLAGS += -j2
# Compiled modules are kept, those of tests too: without them each worker, and each command that a test starts, compiles anew.
unexport PYTHONDONTWRITEBYTECODE
# Tests that write down what they counted; tests/promises.py merges the figures.
RECORDING = WITNESSMARK_PROMISES=$(CURDIR)/content/measurements/promises.yml $(PYTEST) \
	$$(grep -lE '^(from|import) promises' tests/test_*.py)
APT    := $(if $(filter 0,$(shell id -u)),apt-get,sudo apt-get)

.DEFAULT_GOAL := help
.PHONY: help site offline test check test-full golden specimen public-evidence schemas calibration promises promises-full lint types contract content format serve chromium lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

site: $(VENV)/.run  ## build the site of this repository into site/ (BUILD=--whole: refuse without all snapshots)
	$(BIN)/witnessmark build $(BUILD)

offline: $(VENV)/.run  ## write the site as one zip that opens by double click, into build/
	$(BIN)/witnessmark offline

serve: $(VENV)/.run  ## show the site on this machine, built again on change
	$(BIN)/witnessmark serve

check: lint types contract content  ## what every change is checked by: format, lint, types, import contract, content, unit tests, golden site
	$(PYTEST) -m "not slow"

test: lint types contract content chromium  ## everything that CI runs: the same, with builds, faults, kills, determinism and browser
	$(PYTEST)

test-full: test  ## also the long forms: full payload lists, more seeds
	$(PYTEST) -m "full or hypothesis" --full

golden: $(VENV)/.dev  ## accept what the golden site looks like now
	$(BIN)/pytest tests/test_golden.py --update-golden

specimen: $(VENV)/.run  ## make the simulated evidence pack of the site again
	rm -rf build/specimen
	$(BIN)/witnessmark simulate --into build/specimen --seed 7 --sessions 20
	$(BIN)/witnessmark collect build/specimen --into content/evidence/specimen --simulated
	rm -rf build/specimen

public-evidence: $(VENV)/.run  ## make the packs of public logs again from clones of their repositories (git and the network)
	@set -e; for origin in content/origins/*.yml; do \
	  name=$$(basename $$origin .yml); repository=$$(sed -n 's/^repository: *//p' $$origin); \
	  clone=$(CLONES)/$$(basename $$(dirname $$repository))+$$(basename $$repository); \
	  test -d $$clone || git clone -q --mirror $$repository $$clone; \
	  $(BIN)/witnessmark collect $$clone --origin $$origin --into content/evidence/$$name || test $$? = 3; \
	done  # 3: a file of one set holds no time and gives nothing

schemas: $(VENV)/.run  ## write the JSON Schemas of content/ after a change of its models
	$(BIN)/witnessmark schemas

calibration: $(VENV)/.run  ## measure every detector again on simulated and on public logs (some minutes)
	$(BIN)/witnessmark calibrate --corpora $(CORPORA)

promises: $(VENV)/.dev chromium  ## run the tests behind the page of promises and write their figures
	$(RECORDING)

promises-full: $(VENV)/.dev chromium  ## the same with their long forms
	$(RECORDING) -m full --full

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

contract: $(VENV)/.dev
	$(BIN)/lint-imports

content: $(VENV)/.dev
	$(BIN)/witnessmark check

format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { $(APT) update -q && $(APT) install -y -q chromium; }

lock: $(VENV)/.dev  ## lock the dependencies again, with hashes and without addresses (needs uv)
	uv pip compile -q pyproject.toml --extra site --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/run.txt
	uv pip compile -q pyproject.toml --extra site --extra build --extra test --extra lint -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt

clean:  ## remove what was built
	rm -rf build $(VENV)
	find site -mindepth 1 -not -name .gitignore -delete

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e '.[site]'
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@
