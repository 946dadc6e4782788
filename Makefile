# Overnight. `make help` lists what there is.
PYTHON ?= python3
BIN    := .venv/bin
ENV    := . scripts/airflow-env.sh &&
export PYTHONPATH := $(CURDIR)
export PYTHONSAFEPATH := 1
export PATH := $(CURDIR)/$(BIN):$(PATH)
SHELL  := bash
# Every stage is a process; without byte code each would compile its libraries again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help prerequisites setup demo test test-fast check format lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

prerequisites:
	@PYTHON="$(PYTHON)" scripts/check-prerequisites.sh

setup: prerequisites .venv/.synced  ## install the environment, pinned with hashes, into .venv

.venv/.synced: requirements/dev.txt requirements/installer.txt requirements/build.txt | prerequisites
	@echo "setting up .venv (about 1.7 GB)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/installer.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip sync --quiet --require-hashes --build-constraints requirements/build.txt requirements/dev.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --build-constraints requirements/build.txt --editable .
	@touch $@

demo: setup  ## land real flights, train, and run the nightly DAG for a date
	@$(ENV) overnight demo

test: setup  ## run all tests that a laptop can
	@pytest

test-fast: setup  ## run the tests that need no Spark and no processes
	@pytest -m "not spark and not e2e and not faults"

check: setup  ## lint, types and import walls
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports --no-cache

format: setup  ## rewrite the code in the project's format
	@ruff check --fix .
	@ruff format .

lock: setup  ## resolve the requirements again, with hashes
	@scripts/lock.sh

clean:  ## remove the demo's lake, registry and Airflow home
	@rm -rf var
