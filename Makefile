.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
# What decides who may do what, when: not one branch of it goes untested, on one engine or the other.
EXACT := app/*/service.py,app/*/queries.py,app/*/*_queries.py,app/*/policy.py,app/*/states.py
# The same of what was taken out of a service or its queries because a reader looks for it by its own name.
EXACT := $(EXACT),app/cases/closure.py,app/cases/day_to_day.py,app/referrals/history.py,app/auth/credentials.py,app/auth/*sessions.py
# The tests of the modules with lines for PostgreSQL alone. Only these are counted there: counting costs a test as much
# again, and the other lines are counted on SQLite.
COUNTED := tests/audit tests/people
# An image that forbids bytecode would have every process compile all that it imports, and rewrite every test.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal -q

.PHONY: help run test check format lock bench looks screens clean reset

help: ## list these verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# The lock is complete, so nothing is left to resolve; older pips would look past it for `package[extra]`.
.venv/run.done: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed."; exit 1; }
	@test -x $(BIN)/python || { echo "Installing once; this takes about a minute."; $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev.done: .venv/run.done requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

run: .venv/run.done ## install, migrate, seed once, serve on 127.0.0.1:8000
	@$(BIN)/shubbak demo

reset: ## forget the database, the attachments and the key of `make run`
	rm -rf var

check: .venv/dev.done ## the fast subset: format, lint, contracts, types, tests on SQLite
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(PYTEST)

test: .venv/dev.done ## everything: check with coverage, the suite again on a real PostgreSQL
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(PYTEST) --engine postgresql $(COUNTED:%=--ignore=%)
	$(PYTEST) --engine postgresql $(COUNTED) --cov --cov-report=
	$(PYTEST) --cov --cov-append --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='$(EXACT)'

format: .venv/dev.done ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.done ## resolve requirements*.in into the locks: versions and hashes, no addresses
	$(BIN)/uv pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -c requirements.lock requirements-dev.in -o requirements-dev.lock

bench: .venv/dev.done ## measure against the bare route, on both engines, at 10 000 and 100 000 people
	$(BIN)/python -m bench

looks: .venv/dev.done ## ask axe everything of every page: four languages, two sizes, by day and by night; needs Chromium
	SHUBBAK_LOOKS=all $(PYTEST) tests/browser/test_screens.py

screens: .venv/dev.done ## take the pictures of docs/screens from a fresh demonstration; needs Chromium
	$(BIN)/python -m tools.screens

clean: ## remove the virtual environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
