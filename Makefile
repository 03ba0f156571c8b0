# make demo and make test are all that is needed; `make help` lists the rest.
PYTHON ?= python3
ARGS ?=
VENV_PYTHON := .venv/bin/python
export PYTHONUNBUFFERED = 1

.PHONY: help demo demo-reset test lint fmt bench lock messages

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## set up, start everything, show where it is; Ctrl-C ends it (PORT=8001 for another port)
	@$(PYTHON) ops/bootstrap.py demo
	@exec $(VENV_PYTHON) -m ops.demo

demo-reset: ## throw the demo's data away and start anew
	@$(PYTHON) ops/bootstrap.py demo
	@exec $(VENV_PYTHON) -m ops.demo --reset

test: ## set up and run all tests, or some: ARGS="tests/ledger -k reverse"
	@$(PYTHON) ops/bootstrap.py dev
	@exec $(VENV_PYTHON) -m ops.test $(ARGS)

lint: ## style, types, import contracts, branches of the law, missing migrations
	@$(PYTHON) ops/bootstrap.py dev
	@exec $(VENV_PYTHON) -m ops.lint

fmt: ## put the code into its one format
	@$(PYTHON) ops/bootstrap.py dev
	$(VENV_PYTHON) -m ruff check --fix-only .
	$(VENV_PYTHON) -m ruff format .

bench: ## measure, on servers of its own
	@$(PYTHON) ops/bootstrap.py dev
	@exec $(VENV_PYTHON) -m ops.bench $(ARGS)

messages: ## compile the message catalogues
	@$(PYTHON) ops/bootstrap.py demo
	@$(VENV_PYTHON) -m ops.translations

lock: ## rebuild the lock files: same versions where they still fit; ARGS=--upgrade for the newest
	@$(PYTHON) ops/bootstrap.py dev
	@exec $(VENV_PYTHON) -m ops.lock $(ARGS)
