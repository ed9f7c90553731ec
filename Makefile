# One command each. `make` alone prints this list.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test unit check browser bench lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(VENV)/.stamp-run  ## Make .venv from the lock file and install the project into it

demo: setup  ## Start everything on this machine with example cases, and print the addresses
	@$(VENV)/bin/inthread demo

test: setup-test check  ## Everything CI runs: checks, both databases, real browser
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile
	@echo "All tests passed."

unit: $(VENV)/.stamp-test  ## The tests that need no browser
	@$(PY) -m pytest -m "not browser"

check: $(VENV)/.stamp-test  ## Lint, types, and the contracts between the floors
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

browser: setup-test  ## The journeys in real Chromium, and what runs under node
	@$(PY) -m pytest -m browser

bench: $(VENV)/.stamp-test  ## Ours beside the floors, same machine, same run (half an hour)
	@$(PY) -m bench

lock: $(VENV)/.stamp-run  ## Choose versions again after a change to pyproject.toml or package.json
	@tools/lock.sh

clean:  ## Remove what was made here: environments, caches, the demo's own files
	rm -rf $(VENV) .venv-peers node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache var
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-test: $(VENV)/.stamp-test .venv-peers/.stamp node_modules/.stamp node_modules/.twilio/api.json
	@tools/chromium.sh
	@tools/clamd.sh

$(VENV)/.stamp-venv:
	@tools/venv.sh $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.stamp-run: $(VENV)/.stamp-venv requirements.lock pyproject.toml
	@tools/pip.sh $(PY) "what Inthread runs on" --require-hashes -r requirements.lock
	@tools/pip.sh $(PY) "Inthread itself" --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.stamp-test: $(VENV)/.stamp-run requirements-test.lock
	@tools/pip.sh $(PY) "the test tools" --require-hashes -r requirements-test.lock
	@touch $@

.venv-peers/.stamp: requirements-peers.lock
	@tools/venv.sh $(PYTHON) .venv-peers
	@tools/pip.sh .venv-peers/bin/python "the peers of the tests" --require-hashes -r requirements-peers.lock
	@touch $@

node_modules/.stamp: package-lock.json
	@echo "Installing the page checks and Prism"
	@tools/node.sh
	@touch $@

node_modules/.twilio/api.json: node_modules/.stamp tools/twilio.sh
	@tools/twilio.sh $(@D)
