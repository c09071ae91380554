# Trainyard's commands. `make help` lists them; `make demo` and `make test` do all the set-up that they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
ARGS ?=
SERVICE ?= recommender
ENVIRONMENT ?= dev
KIND ?= serving

# Seconds that a level of tests may take on two cores, warm; the whole: 25 minutes warm, 60 cold.
BUDGETS := unit=300 components=60 stacks=240 pipelines=900 promotion=90 airflow=240 localcloud=360 containers=480 e2e=2400

.PHONY: help setup engine lock format check workflows test test-official \
  $(addprefix test-,unit components stacks pipelines promotion airflow localcloud containers e2e) \
  demo demo-down demo-envs bench-quality bench-features bench-release bench-faults bench-page verify-aws docs clean \
  images image push-images touched preview-comment withdraw-comments newest deploy acceptance drift data-snapshot

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp is newer than what it was made from, so a second run does nothing.
$(VENV)/.ready: requirements/all.lock pyproject.toml localcloud/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trainyard needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 …"; exit 2; }
	@echo "setup: packages into $(VENV), compiled: jobs and endpoints see them read-only (a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements/all.lock)"
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/all.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e localcloud
	@touch $@

setup: $(VENV)/.ready ## Install the pinned packages into .venv

engine: setup ## Find, download or build the Pulumi engine (kept in the user's cache)
	@$(BIN)/python -m trainyard.engine

lock: ## Pin the packages anew (after changing a pyproject.toml)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra deploy --extra functions --extra policy --extra pipelines --extra recommender --extra spark --extra wandb --extra demo --group dev pyproject.toml localcloud/pyproject.toml -o requirements/all.lock
	for image in training training-gpu serving sbom; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
	  --no-emit-index-url --python-version 3.11 -c requirements/all.lock requirements/$$image.in -o requirements/$$image.lock || exit 1; done
	for tool in dvc feast; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --python-version 3.11 requirements/$$tool.in -o requirements/$$tool.lock || exit 1; done
	# Airflow with what there was when it came out, as its own constraints have it.
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --exclude-newer 2026-05-01 requirements/airflow.in -o requirements/airflow.lock

format: setup ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: setup ## Format, lint, types, import rules
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports && $(BIN)/basedpyright --level error

workflows: setup ## Lint the GitHub workflows
	@$(BIN)/python -m trainyard.engine.actionlint .github/workflows

test: engine check ## Every test, the real engine included
	@$(BIN)/python tests/levels.py $(BUDGETS)

test-official: engine ## The end-to-end tests with the official CLI and AWS plugin (downloads both)
	@TRAINYARD_PROVIDER=official $(BIN)/python tests/levels.py $(filter e2e=%,$(BUDGETS))

test-%: engine ## One level: unit, components, stacks, pipelines, promotion, airflow, localcloud, containers, e2e
	@$(BIN)/python tests/levels.py $(filter $*=%,$(BUDGETS))

demo: engine ## The whole story on this machine: make demo DATA=orders.parquet
	@$(BIN)/python -m trainyard.demo up $(if $(DATA),--data "$(DATA)")

demo-down: setup ## Take the demo's environment and local cloud away
	@$(BIN)/python -m trainyard.demo down

demo-envs: engine ## Three environments side by side on this machine, previewed, released to and kept apart
	@$(BIN)/python -m trainyard.demo envs

bench-quality: setup ## Recommendations beside fixed peers on real orders (a minute; needs ../shared, or --orders and --peers)
	@$(BIN)/python -m tests.bench.quality $(ARGS)

bench-features: setup ## Features of ten million simulated order lines on two cores (minutes; 2 GB of disk)
	@$(BIN)/python -m tests.bench.features $(ARGS)

bench-release: setup ## Twenty releases under 200 requests a second, and twelve bad models (about ten minutes)
	@$(BIN)/python -m tests.bench.release

bench-faults: setup ## Releases whose every call fails and whose driver dies at every action; 20 with real processes
	@$(BIN)/python -m tests.bench.faults

bench-page: setup ## Write the figures of the last benchmarks into docs/benchmarks.md
	@$(BIN)/python -m tests.bench.page

verify-aws: engine ## On your own account: the cheapest environment, the loop, a release; says the price and asks first
	@$(BIN)/python -m trainyard.verify_aws $(ARGS)

images: setup ## Build the service's container images with docker, podman or buildah
	@$(BIN)/trainyard image build "$(SERVICE)"

docs: setup ## Write the generated pages of docs/
	@$(BIN)/python -m stacks.configuration_page > docs/configuration.md

clean: ## Remove what was built here (not the engine in the user's cache)
	rm -rf $(VENV) build .pytest_cache .ruff_cache

# What the workflows in .github run; each works from a laptop too, with the variables in capitals set.
touched: setup ## Environments that a change touches: make touched BASE=origin/main
	@$(BIN)/trainyard ci touched $(if $(BASE),--base "$(BASE)")

preview-comment: engine ## Preview ENVIRONMENT for reviewers: file, job summary, pull request comment
	@$(BIN)/trainyard ci preview --stack "$(ENVIRONMENT)"

withdraw-comments: setup ## Say in old preview comments that an environment is not touched any more
	@$(BIN)/trainyard ci withdraw

newest: setup ## Fail where the branch has moved on since this job began
	@$(BIN)/trainyard ci newest

deploy: engine ## Bring ENVIRONMENT up as the checkout says, without asking
	@$(BIN)/trainyard up --stack "$(ENVIRONMENT)" --yes

acceptance: setup ## Golden customers against ENVIRONMENT's endpoints
	@$(BIN)/trainyard acceptance --stack "$(ENVIRONMENT)"

drift: engine ## Compare what exists in ENVIRONMENT with the checkout
	@$(BIN)/trainyard ci preview --stack "$(ENVIRONMENT)" --refresh --expect-no-changes

data-snapshot: setup ## Keep ENVIRONMENT's newest orders with DVC; with a GITHUB_TOKEN propose their pointers
	@$(BIN)/trainyard ci data --stack "$(ENVIRONMENT)"

image: setup ## Build one image (SERVICE, KIND) for the scanner
	@$(BIN)/trainyard ci image "$(SERVICE)" --kind "$(KIND)"

push-images: setup ## Push SERVICE's images to ENVIRONMENT's repository, by digest
	@$(BIN)/trainyard image push "$(SERVICE)" --stack "$(ENVIRONMENT)"
