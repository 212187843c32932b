# `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?= 1

help: ## print this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(VENV)/.dev ## environment with everything for development, from the lock file

$(VENV)/bin/python:
	@deploy/make-venv $(PYTHON) $(VENV)

$(VENV)/.run: deploy/requirements.lock | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.lock
	@touch $@

$(VENV)/.dev: deploy/requirements-dev.lock | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.lock
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## start the town on 127.0.0.1:$PORT (8000), data under $DATA_DIR (./var)
	@exec $(BIN)/python -m server serve

demo: $(VENV)/.run ## build the demo town in an empty $DATA_DIR
	@$(BIN)/python -m server demo

test: $(VENV)/.dev ## every test, both rings; T=path for a part on the embedded ring
	@deploy/run-tests $(T)

check: $(VENV)/.dev ## format, lint, types, imports, and that models and migrations agree
	@$(BIN)/ruff format --check --quiet . || { echo "run: make fix"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -4

fix: $(VENV)/.dev ## format and safe fixes
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

coverage: $(VENV)/.dev ## branch coverage of the embedded ring
	@$(BIN)/coverage run -m pytest -q --durations=0 tests && $(BIN)/coverage report --skip-covered --sort=cover

mysql: $(VENV)/.dev ## only the ring on MariaDB and Redis
	@deploy/run-tests --ring mysql

journey: $(VENV)/.dev ## the whole main job over HTTP, on SQLite and on MariaDB + Redis
	@$(BIN)/python -m tests.journey

bench: $(VENV)/.dev ## all benches, each with its table and var/bench/*.json: ladder (a list against raw drivers and peers), rush, standing (mixed load, an opening, overload, soak), telling, scale, exports, growth (to 5 million entries), starting (start and memory)
	@$(BIN)/python -m bench

scale: $(VENV)/.dev ## the console's pages in a city of 100 000 residents against the same pages in the town
	@$(BIN)/python -m bench.scale

cluster: $(VENV)/.dev ## every fault of a cluster under load: app nodes, databases, Redis, proxies, WeChat; T=names of a few
	@$(BIN)/python -m tests.cluster $(T)

drill: $(VENV)/.dev ## lose everything while nurses book, restore it, and compare with what they were told; SQLite, and MariaDB to a point in time
	@$(BIN)/python -m tests.drill

rolling: $(VENV)/.dev ## tables change while people work: two versions side by side on MariaDB, an additive and a three-step change
	@$(BIN)/python -m tests.operations.rolling

nightly: $(VENV)/.dev ## what takes hours: 100 000 cases against the API's description, long histories, all uids, each gate taken out
	@deploy/run-nightly

gates: $(VENV)/.dev ## take every gate out, one by one, and list those that no test notices; ARGS="--only server.consent tests/core/consent"
	@$(BIN)/python -m tests.mutation.gates $(ARGS)

audit: $(VENV)/.dev ## known holes in locked dependencies; says so when it could not look
	@deploy/audit

shots: $(VENV)/.dev ## pictures of every page, console (1280, 1920, phone, paper) and mini-program, in ./shots (needs chromium)
	@$(BIN)/python -m tests.console.shots
	@rm -rf shots/scenes && SHOTS=shots/scenes $(BIN)/python -m pytest -q tests/console/test_quality.py
	@SHOTS=shots/miniprogram $(BIN)/python -m pytest -q tests/miniprogram/test_quality.py

phone: $(VENV)/.dev ## the mini-program in a browser on :8001, beside a running `make run`
	@$(BIN)/python -m tests.miniprogram.showing

migration: $(VENV)/.dev ## name=add_home_bed: write a migration from the models, then open it and read it
	@$(BIN)/python -m server migrate new --name "$(name)"

lock: $(VENV)/.dev ## write the lock files anew (versions at least a week old)
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes pyproject.toml -o deploy/requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --extra asyncmy pyproject.toml -o deploy/requirements-asyncmy.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --extra dev pyproject.toml -o deploy/requirements-dev.lock

.PHONY: help setup run demo test check fix coverage mysql journey bench scale cluster drill rolling nightly gates audit shots phone migration lock
