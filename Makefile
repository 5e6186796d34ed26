# One door to the project. Set-up happens inside .venv, by itself, and again only when the lock changes.
# PYTHON=python3.12 chooses another interpreter; a folder wheelhouse/ replaces the package index.
# MUCOSA_LANDING and MUCOSA_DATA choose other folders than data/.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
SOURCE := $(if $(wildcard wheelhouse),--no-index --find-links wheelhouse)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-spark check ui service prove bench wheelhouse lock clean

help: ## List the doors
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: .venv/run ## The whole way: landing folder, warehouse, checks, release, report
	@$(BIN)/mucosa run

test: .venv/dev ## Run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-spark: .venv/spark ## Run the tests of the Spark engine on a cluster of this machine; they need Java 17
	@$(BIN)/python -m pytest -m spark -s tests/spark

check: .venv/dev ## What every change must pass: style, types, SQL style, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar warehouse/sql
	@$(BIN)/lint-imports

ui: .venv/run ## Open Dagster's UI on this machine's loopback address
	@$(BIN)/mucosa ui

service: .venv/run ## Start schedule, landing sensor, alerts and the browser on the loopback address
	@$(BIN)/mucosa service

prove: .venv/run ## The long proofs: errors of analyses, readers of releases, killed nights, nights for few, damaged data; see docs/evidence/
	@$(BIN)/python -m benchmarks.prove
	@$(BIN)/python -m tests.oracle.prove --record docs/evidence/oracle.md
	@$(BIN)/python -m benchmarks.readers
	@$(BIN)/python -m benchmarks.kills
	@$(BIN)/python -m benchmarks.nights
	@$(BIN)/python -m benchmarks.mutations > /dev/null

bench: .venv/run ## Measure how long each part takes
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.checks

wheelhouse: .venv/dev ## Fetch every package into wheelhouse/, for machines without a package index
	@mkdir -p wheelhouse.part
	@$(PIP) download --require-hashes --dest wheelhouse.part -r requirements-dev.txt
	@rm -rf wheelhouse && mv wheelhouse.part wheelhouse
	@echo "wheelhouse/ holds the packages for $$($(BIN)/python --version); copy it beside the Makefile there."

lock: ## Resolve the dependencies of pyproject.toml anew into the three hashed locks
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet pip-tools
	@for extra in "requirements.txt" "requirements-dev.txt --extra dev" "requirements-spark.txt --extra dev --extra spark"; do \
	  CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
	    --no-strip-extras --no-header --no-annotate --no-emit-options --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --build-deps-for editable --output-file $$extra pyproject.toml || exit 1; \
	done
	@rm -rf .venv-lock

clean: ## Remove the environment and all caches; data/ stays
	@rm -rf .venv .venv-lock wheelhouse.part build dist *.egg-info .*_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or newer, or name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Mucosa needs Python 3.11 or newer and $(PYTHON) is older: name another one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) comes without venv: install it (on Debian and Ubuntu the package python3-venv)." >&2; exit 1; }
	@echo "Setting up .venv (once; about 1 GB)" && $(PYTHON) -m venv .venv

.venv/run: requirements.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements.txt)

.venv/dev: requirements-dev.txt requirements.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements-dev.txt)
	@touch .venv/run

.venv/spark: requirements-spark.txt .venv/dev | $(BIN)/python
	@$(call install,requirements-spark.txt)

install = { $(PIP) install $(SOURCE) --require-hashes -r $(1) && $(PIP) install --no-deps --no-build-isolation --editable . ; } \
  || { echo "The packages of $(1) could not be installed: a package index or a folder wheelhouse/ is needed." >&2; exit 1; } ; touch $@
