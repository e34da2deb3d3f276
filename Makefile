SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-fast lint audit lint-kubernetes format proto schema bench bench-long locks images up down test-images test-cluster clean

BIN := .venv/bin
PYTHON ?= python3
# No test and no measurement may ask a model hub for anything or report to one.
OFFLINE := HF_HUB_OFFLINE=1 PYANNOTE_METRICS_ENABLED=false

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: ## Install what Cuegraph runs on into .venv; skipped when fresh
	@PYTHON=$(PYTHON) deploy/setup.sh

setup-dev: ## Install what checks and tests need as well
	@PYTHON=$(PYTHON) deploy/setup.sh dev

demo: setup ## Subtitle a short film with real models and verify its lineage
	@$(OFFLINE) deploy/demo.sh

test: setup-dev ## Run every test
	$(OFFLINE) $(BIN)/pytest

test-fast: setup-dev ## Run the tests that need neither models nor servers
	$(OFFLINE) $(BIN)/pytest tests/unit tests/layout

lint: setup-dev ## Check format, style, types, architecture and contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	proto/generate.sh --check
	$(BIN)/hadolint deploy/Dockerfile
	deploy/scan_secrets.sh
	cd proto && ../$(BIN)/buf lint && ../$(BIN)/buf breaking --against released.binpb

lint-kubernetes: setup-dev ## Check the Kubernetes manifests against checkov's policies (not in CI: installs 300 MB first)
	deploy/lint_kubernetes.sh

audit: setup ## Look up known vulnerabilities of every pinned library (asks a service on the network)
	$(PYTHON) -m venv .cache/audit && .cache/audit/bin/pip install -q pip-audit
	.cache/audit/bin/pip-audit --requirement deploy/locks/cpu.txt --no-deps --disable-pip

format: setup-dev ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

proto: setup-dev ## Generate the code of the contract from proto/
	proto/generate.sh

schema: setup ## Write docs/manifest.schema.json from the manifest's types
	$(BIN)/python -c 'from services.runtime import canonical, manifest; print(canonical.canonical_json(manifest.json_schema()).decode(), end="")' \
		> docs/manifest.schema.json

bench: setup-dev ## Measure accuracy, speed and memory into docs/benchmarks.md
	$(OFFLINE) $(BIN)/python -m tests.bench --write

bench-long: setup-dev ## Measure memory and time of films up to two hours (about 20 minutes)
	$(OFFLINE) $(BIN)/python -m tests.bench long_film --write

locks: setup-dev ## Write the hashed lock of every image from cpu.txt
	$(BIN)/python deploy/lock_images.py

images: ## Build every image, with docker or without a daemon
	deploy/images.sh

up: ## Start the whole system on this host from its images
	deploy/compose.sh up

down: ## End it; films stay in the store
	deploy/compose.sh down

test-images: setup-dev images ## Build the images, look into each and send a film through the containers
	$(OFFLINE) $(BIN)/pytest tests/cluster/images_as_built.py tests/cluster/film_in_compose.py

test-cluster: setup-dev images ## Build the images and make films while containers are killed, frozen and cut off (40 minutes)
	$(OFFLINE) $(BIN)/pytest -s tests/cluster/many_faults.py

clean: ## Remove everything that the other targets made, except .venv
	rm -rf .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist out
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
