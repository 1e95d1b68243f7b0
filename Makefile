# `make` alone lists what there is. Needs Python 3.11 or later with venv, and nothing running.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
ARGS ?=
unexport PYTHONDONTWRITEBYTECODE  # compiling everything anew costs each of our processes a sixth of its start

.DEFAULT_GOAL := help
.PHONY: help run reset test check fix bench
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## Start everything here and print the URLs (ARGS="--port 9000")
	@$(BIN)/python manage.py up $(ARGS)

reset: .venv/.run ## Delete the data of `make run`: database, workspace, logs
	@$(BIN)/python -m fsarsite.data

test: .venv/.dev ## Run the tests: parallel, random order (ARGS="tests/unit -x")
	@$(BIN)/pytest -n 4 --dist worksteal $(ARGS)

check: .venv/.dev ## Check style, types, imports, migrations, templates and links; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy bin/fsar
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/djhtml --check templates
	$(BIN)/python manage.py rules --check docs/rules
	$(BIN)/python manage.py translations --check
	$(BIN)/python docs/check_links.py

fix: .venv/.dev ## Repair what can be repaired: style, imports, formatting, translations
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djhtml templates
	$(BIN)/python manage.py translations

bench: .venv/.bench ## Measure our queue against others
	@$(BIN)/python -m bench $(ARGS)

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("fsarsite needs Python 3.11 or later, $(PYTHON) is %d.%d: make PYTHON=python3.11" % sys.version_info[:2])'
	@echo "making .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.txt .venv/.made
	@echo "installing requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	@echo "installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/.bench: bench/requirements.txt .venv/.dev
	@echo "installing bench/requirements.txt"
	@$(PIP) -r bench/requirements.txt
	@touch $@
