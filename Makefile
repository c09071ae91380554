# Trainyard's commands. `make help` lists them; `make demo` and `make test` do all the set-up that they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=

# Seconds that a level of tests may take on two cores, warm; the whole: 25 minutes warm, 60 cold.
BUDGETS := unit=120 components=60 stacks=60 pipelines=120 localcloud=240 e2e=900

.PHONY: help setup engine lock format check test $(addprefix test-,unit components stacks pipelines localcloud e2e) demo demo-down docs clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp is newer than what it was made from, so a second run does nothing.
$(VENV)/.ready: requirements/all.lock pyproject.toml localcloud/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trainyard needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 …"; exit 2; }
	@echo "setup: packages into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements/all.lock)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/all.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e localcloud
	@touch $@

setup: $(VENV)/.ready ## Install the pinned packages into .venv

engine: setup ## Find, download or build the Pulumi engine (kept in the user's cache)
	@$(BIN)/python -m trainyard.engine

lock: ## Pin the packages anew (after changing a pyproject.toml)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra deploy --extra policy --extra pipelines --extra recommender --extra demo --group dev pyproject.toml localcloud/pyproject.toml -o requirements/all.lock

format: setup ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: setup ## Format, lint, types, import rules
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports && $(BIN)/basedpyright --level error

test: engine check ## Every test, the real engine included
	@$(BIN)/python tests/levels.py $(BUDGETS)

test-%: engine ## One level: unit, components, stacks, pipelines, localcloud, e2e
	@$(BIN)/python tests/levels.py $(filter $*=%,$(BUDGETS))

demo: engine ## The whole story on this machine: make demo DATA=orders.parquet
	@$(BIN)/python -m trainyard.demo up $(if $(DATA),--data "$(DATA)")

demo-down: setup ## Take the demo's environment and local cloud away
	@$(BIN)/python -m trainyard.demo down

docs: setup ## Write the generated pages of docs/
	@$(BIN)/python -m stacks.configuration_page > docs/configuration.md

clean: ## Remove what was built here (not the engine in the user's cache)
	rm -rf $(VENV) build .pytest_cache .ruff_cache
