# The only door: `make help` says what is behind it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# uv_build and basedpyright look for their programs on the path.
export PATH := $(CURDIR)/$(BIN):$(PATH)

PACKAGES := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml) \
	cli/pyproject.toml deploy/local/pyproject.toml)
OURS := $(addprefix --no-emit-package inkoop-,$(notdir $(PACKAGES)))

##@ Start here
.PHONY: help install demo
help: ## show this
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: ## virtual environment with every locked package and ours (quick when nothing changed)
	@deploy/local/bootstrap.sh $(PACKAGES)

demo: install ## play the story on real Kafka and PostgreSQL (KEEP=1 leaves it running, DOCS=folder takes your documents)
	@inkoop demo $(if $(DOCS),--docs "$(DOCS)")

##@ The local stack
.PHONY: up down status logs restart
up: install ## Kafka, PostgreSQL and the services (REPLICAS=2 for two of each)
	@inkoop-local up --replicas $(or $(REPLICAS),1)

down: install ## stop all of it; the data stays
	@inkoop-local down

status: install ## what runs, where, and whether it is ready
	@inkoop-local status

logs: install ## the log of a service: S=matching, S=kafka; FOLLOW=1 goes on
	@inkoop-local logs $(or $(S),$(error say which: make logs S=matching)) $(if $(FOLLOW),-f)

restart: install ## start a service anew with today's code: S=matching
	@inkoop-local restart $(or $(S),$(error say which: make restart S=matching))

##@ Before a commit
.PHONY: check format test test-unit test-integration test-one
check: install ## format, lint, types, imports, dead code, dependencies, drift, and the rules of the house
	ruff format --check .
	ruff check .
	basedpyright
	lint-imports
	vulture --config tests/repo/vulture.toml --exclude '*/testing*' $(addsuffix /src,$(PACKAGES))
	vulture --config tests/repo/vulture.toml libs services cli deploy tests bench conftest.py
	@for package in $(PACKAGES); do (cd $$package && deptry --no-ansi src) || exit 1; done
	python -m inkoop_events.generate --check
	pytest -q tests/repo

format: install ## put the code in form
	ruff format .
	ruff check --fix .

test: install tools ## every test, on the real broker and database too
	@pytest

test-unit: install ## the tests that need neither (about a minute)
	@pytest -m "not integration"

test-integration: install tools ## the tests on the real broker and database
	@pytest -m integration

test-one: install ## the tests whose name matches: K=late_receipt
	@pytest -k "$(or $(K),$(error say which: make test-one K=late_receipt))"

.PHONY: test-crash
test-crash: install tools ## kill everything under load, ask what is lost or twice (SEED=7; LONG=1: 1,000 times, for an hour and a half)
	PYTHONPATH=tests/crash:tests/integration python tests/crash/crash_run.py \
	  $(if $(LONG),--crashes 1000 --seconds 5100 --result bench/results/crash.json) \
	  $(if $(SEED),--seed $(SEED))
	$(if $(LONG),,pytest -m crash tests/crash)

##@ Now and then
.PHONY: docs mutate tools bench bench-report soak schemas lock clean
docs: install ## the developers' site in site/: these pages, the API, AsyncAPI; nothing from elsewhere
	@PYTHONPATH=deploy/docs NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet -f deploy/docs/mkdocs.yml
	@echo "site/index.html"

mutate: install ## change the engine in a copy, line by line, and see a test fail (M="holding batch" for some)
	@tests/mutation/mutate.sh $(M)

bench: install ## what it costs, beside its rivals (ROWS="append match" for some, QUICK=1 for seconds)
	@python -m bench $(if $(QUICK),--quick) $(ROWS)

bench-report: install ## write docs/performance.md and docs/capacity.md from the last bench
	@python -m bench.report

soak: install ## ten minutes of everything at once: memory must stay flat (MINUTES=10)
	@python -m bench.soak --minutes $(or $(MINUTES),10)

tools: ## what only tests use (kcat, libfaketime): installed as root, else named
	@deploy/local/tools.sh

schemas: install ## write the JSON Schemas and AsyncAPI documents anew
	python -m inkoop_events.generate

lock: install ## resolve the dependencies anew into requirements.lock
	uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --python-version 3.11.2 \
	  --no-annotate --no-header --quiet $(OURS) -o requirements.lock

clean: ## stop the stack, throw its data and every cache away
	@if [ -x $(BIN)/inkoop-local ]; then inkoop-local clean; fi
	@rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
