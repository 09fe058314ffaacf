# The only interface to this repository: `make help` lists what there is.

PYTHON ?= python3
ARGS ?=
BASE ?=
BIN := .venv/bin

# Workers and their parent count for themselves; what an earlier run left would count as well.
COVERED = $(BIN)/coverage erase && \
  $(BIN)/coverage run -m pytest -m "not integration and not families and not postgres" -n auto --dist worksteal && \
  $(BIN)/coverage combine --quiet && $(BIN)/coverage report

.DEFAULT_GOAL := help

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.demo  ## Run the demo on the embedded sandbox: 200 notifications, live
	$(BIN)/python examples/demo.py $(ARGS)

.PHONY: follow
follow: .venv/.demo  ## Follow a live sandbox into follow-demo.db until Ctrl-C; start it again: nothing doubles
	$(BIN)/python examples/follow.py $(ARGS)

.PHONY: sandbox
sandbox: .venv/.demo  ## Serve the sandbox until Ctrl-C
	$(BIN)/python -m np6_async.sandbox $(ARGS)

.PHONY: test
test: .venv/.dev  ## Run all tests on all processors, with branch coverage (ARGS="-k name" to choose, without)
	$(if $(ARGS),$(BIN)/pytest $(ARGS),$(COVERED))

.PHONY: integration
integration: .venv/.dev  ## Run the tests behind real proxies: nginx and haproxy (Debian's nginx-light and haproxy)
	$(BIN)/pytest -m integration $(ARGS)

.PHONY: postgres
postgres: .venv/.dev  ## Run the tests of cursors in PostgreSQL, on a server of their own (Debian's postgresql)
	$(BIN)/pytest -m postgres $(ARGS)

.PHONY: families
families: .venv/.dev  ## Check a copy of this repository whose spec has 21 more operations
	$(BIN)/pytest -m families $(ARGS)

.PHONY: thorough
thorough: export NP6_THOROUGH = 1
thorough: .venv/.dev  ## The same with every variant, and four times as many examples
	$(COVERED)

.PHONY: chaos
chaos: .venv/.dev  ## Send 20,000 queries through a proxy that damages one request in ten (ARGS="--seed 7")
	$(BIN)/python -W error -m tests.chaos $(ARGS)

.PHONY: soak
soak: .venv/.dev  ## The same for 30 minutes (ARGS="--minutes 5"); fail if memory, sockets or tasks grow
	$(BIN)/python -W error -m tests.chaos --minutes 30 $(ARGS)

.PHONY: check
check: lint types spec-guard  ## Check lint, formatting, types, spec and generated code

.PHONY: lint
lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: .venv/.dev
	$(BIN)/mypy
	$(BIN)/pyright --warnings

.PHONY: format
format: .venv/.dev  ## Format the code and fix what the linter can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: codegen
codegen: .venv/.dev  ## Regenerate models, queries and endpoint methods from openapi/np6-events.yaml
	$(BIN)/python -m codegen

.PHONY: codegen-check
codegen-check: .venv/.dev  ## Fail, with a diff, if spec and generated code disagree
	$(BIN)/python -m codegen --check

.PHONY: spec-guard
spec-guard: .venv/.dev  ## Fail unless the spec is valid, generated, decodes the samples, and breaks nothing unannounced
	@$(BIN)/python -m codegen.guard

.PHONY: spec-diff
spec-diff: .venv/.dev  ## Report what the spec's change from BASE (revision or file) means to users
	@$(BIN)/python -m codegen.diff $(BASE)

.PHONY: spec-compare
spec-compare: .venv/.dev  ## Compare the spec with BUNDLE, the vendor's own OpenAPI file
	$(if $(BUNDLE),,$(error which file? make spec-compare BUNDLE=api.yaml))
	@$(BIN)/python -m codegen.compare $(BUNDLE)

.PHONY: spec-adopt
spec-adopt: .venv/.dev  ## Copy OPERATION (or all) from BUNDLE into the spec, then regenerate
	$(if $(BUNDLE),,$(error which file? make spec-adopt BUNDLE=api.yaml OPERATION="GET /path"))
	@$(BIN)/python -m codegen.adopt $(BUNDLE) $(if $(OPERATION),"$(OPERATION)")
	@$(BIN)/python -m codegen

.PHONY: bench
bench: .venv/.bench  ## Compare the client's speed with its alternatives (about an hour; needs Java)
	$(BIN)/python -m benchmarks.run $(ARGS)

.PHONY: scale
scale: .venv/.dev  ## Fan out over a million ids; fail if time or memory grows (some minutes)
	$(BIN)/python -m benchmarks.scale $(ARGS)

.PHONY: lag
lag: .venv/.dev  ## Measure how long large responses block the event loop
	$(BIN)/python -m benchmarks.lag $(ARGS)

.PHONY: instructions
instructions: .venv/.instructions  ## Count instructions per event and request, and compare with the baseline
	@$(BIN)/python -m benchmarks.instructions $(ARGS)

.PHONY: pace
pace: .venv/.pace  ## Measure and draw how close to a quota 1, 4 and 16 processes get (3 to 4 minutes; nginx)
	$(BIN)/python -m benchmarks.pace $(ARGS)

.PHONY: fuzz
fuzz: .venv/.fuzz  ## Fuzz the splitter and the decoder (ARGS="--seconds 600", or a file to run again)
	$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: mutation
mutation: .venv/.nightly  ## Test the tests: they must detect 85 % of mutants (ARGS='"np6_async._policy.retry.*"')
	$(BIN)/python -m tests.mutation $(ARGS)

.PHONY: matrix
matrix: .venv/.nightly  ## Run tests on other Pythons, another parser, other loops, oldest and newest aiohttp
	$(BIN)/python -m tests.matrix $(ARGS)

.PHONY: nightly
nightly:  ## Run all that takes long: thorough, integration, postgres, families, matrix, chaos, soak, fuzz, mutation, benchmarks
	$(MAKE) thorough integration postgres families matrix mutation ARGS=
	$(MAKE) chaos ARGS=
	$(MAKE) soak ARGS="--minutes 30"
	$(MAKE) fuzz ARGS="--seconds 900"
	$(MAKE) scale lag pace instructions bench ARGS=

.PHONY: setup
setup: .venv/.dev  ## Install everything into .venv; the other targets do so by themselves
	@for program in nginx haproxy; do PATH="$$PATH:/usr/sbin" command -v $$program > /dev/null || \
	  echo "$$program is missing: its tests are skipped (apt-get install nginx-light haproxy)"; done
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null || \
	  echo "PostgreSQL is missing: its tests are skipped (apt-get install postgresql)"

.PHONY: lock
lock: .venv/.dev  ## Write the installed versions to constraints.txt
	$(BIN)/pip freeze --exclude-editable > constraints.txt

.PHONY: clean
clean:  ## Remove .venv and everything else that was made
	rm -rf .venv dist mutants .coverage .fuzz .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# What is installed, by stamp: for the demo only what users install, for the rest all tools as well.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "np6_async needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

.venv/.demo: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]'
	@touch $@

.venv/.dev: .venv/.demo
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]' --group dev
	@touch $@

.venv/.nightly: .venv/.dev
	@$(BIN)/python -m pip install --quiet --group nightly
	@touch $@

.venv/.bench: .venv/.dev
	$(BIN)/python -m pip install --quiet --editable . --group bench
	@touch $@

.venv/.instructions: .venv/.dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group instructions
	@touch $@

.venv/.pace: .venv/.dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group pace
	@touch $@

.venv/.fuzz: .venv/.dev
	@$(BIN)/python -m pip install --quiet --only-binary atheris --group fuzz || \
	  { echo "atheris has no wheel for this Python and machine: on x86-64 Linux, make clean, then" >&2; \
	    echo "make PYTHON=python3.11 fuzz; make test ARGS=tests/fuzz tries the seeds without it" >&2; exit 1; }
	@touch $@
