# funnelcast, in the order of the flow. `make help` lists the targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/installed
# Slow machines and CI raise it; two tests side by side is what two cores can do.
WORKERS ?= 2
# What `make bench` measures.
ONLY ?= real_data prefixes batch golden_record rfm_tiers funnel diagnosis drift leak_guard gate reason_stability retrain_loop daily_kills real_drift
export DO_NOT_TRACK := true
export BENTOML_DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true
# Where it is set, every command compiles hundreds of modules anew: 8 of its 13 s of CPU.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-slow check bench bench-serving clean requirements

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## create the environment (the other targets do it themselves)

$(INSTALLED): requirements-dev.txt pyproject.toml
	@scripts/make-venv "$(PYTHON)"
	@echo "Installing the pinned requirements (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 .venv/lib
	@touch $@

demo: $(INSTALLED) ## the whole main job on embedded stores, in about five minutes
	@$(BIN)/python -m funnelcast.demo

serve: $(INSTALLED) ## start the scoring service on the demo's or your own state
	@$(BIN)/funnelcast serve

test: $(INSTALLED) ## the fast tests
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow"

test-slow: $(INSTALLED) ## real data, whole commands, services (CI runs them too)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "slow and not alone"
	@$(BIN)/python -m pytest -q -m alone

check: $(INSTALLED) ## style, types, import contracts, Dockerfile
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/hadolint Dockerfile

bench: $(INSTALLED) ## every measurement beside its baseline or target; one of them: make bench ONLY=golden_record
	@set -e; for name in $(ONLY); do echo; echo "== benchmarks.$$name"; $(BIN)/python -m benchmarks.$$name; done

bench-serving: $(INSTALLED) ## the service under load, beside the same model served barely (long)
	@$(BIN)/python -m benchmarks.serving

requirements: $(INSTALLED) ## pin the requirements anew after a change in pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@scripts/pin-requirements

clean: ## remove the environment, caches and the default state
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache var
	find mlruns -mindepth 1 ! -name README.md -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
