.PHONY: help run test test-quick quick-services quick-rest check serve bench certify-targets gallery-workflow campaign schema lock clean
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# Where nothing is compiled for later, pytest rewrites each test module anew in each of its processes.
unexport PYTHONDONTWRITEBYTECODE
SOURCES := $(shell find harness -name '*.py')

run: .stamps/compiled ## set up, then replay every scenario
	@mkdir -p reports
	$(BIN)/harness run scenarios --html reports/scenarios.html --junit reports/scenarios.xml --json reports/scenarios.json

test: .stamps/dev .stamps/compiled check ## set up, check, then run all tests
	$(BIN)/pytest tests scenarios -n auto -q

test-quick: .stamps/dev ## the tests that need no second thought: under a minute on two cores
	@$(MAKE) --no-print-directory -j 2 --output-sync quick-services quick-rest

# Two processes that share nothing: handing tests out one by one would cost each of them a reading of all test modules.
QUICK := $(BIN)/pytest -m "not slow" -q --hypothesis-profile=quick
quick-services:
	$(QUICK) tests/azure_ad tests/aws_sso
quick-rest:
	$(QUICK) tests --ignore=tests/azure_ad --ignore=tests/aws_sso

check: .stamps/dev ## format, lint, types, layers, and that every source can be looked up
	$(BIN)/ruff format --check harness tests
	$(BIN)/ruff check harness tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_scenarios.py -k source -q

serve: .stamps/compiled ## both apps on loopback, until Ctrl-C
	$(BIN)/harness serve

bench: .stamps/dev .stamps/compiled ## measure against the bare Flask route and scim2-server, in one run
	$(BIN)/python -m tests.benchmarks.run

certify-targets: .stamps/targets ## certify scim2-server, scim2-flask, django-scim2, SCIMMY and better-auth, and tell what is not as stored
	$(BIN)/python -m tests.targets

gallery-workflow: .stamps/dev ## run Microsoft's validation workflow itself: FOLDER has its files, SERVER is a SCIM address, SCIM_TOKEN its token
	$(BIN)/python -m tests.azure_ad.logic_apps '$(FOLDER)' '$(SERVER)' $(PARAMETERS)

schema: .stamps/dev ## write the schema that scenario files name, from the table of shapes
	$(BIN)/harness schema > .stamps/schema.json && mv .stamps/schema.json harness/scenario/schema.json

campaign: .stamps/dev ## damage, kills, a storm of clients and a full disk, for forty minutes
	$(BIN)/python -m tests.campaigns

lock: .stamps/dev ## write down the versions that the tests passed with
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

help: ## say what there is to make
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 20

clean: ## forget the environment and what was built
	rm -rf .venv .stamps dist reports .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(PIP) install "pip>=25.1"

.stamps/run: .venv/bin/python pyproject.toml requirements.lock
	$(PIP) install -c requirements.lock -e .
	@mkdir -p .stamps && touch $@

# A command that compiles its modules takes twice as long to start, each time where PYTHONDONTWRITEBYTECODE is set.
.stamps/compiled: .stamps/run $(SOURCES)
	$(BIN)/python -m compileall -q harness
	@touch $@

.stamps/dev: .stamps/run
	$(PIP) install -c requirements.lock --group dev --group referee --group graph --group postgres --group browser
	@touch $@

.stamps/targets: .stamps/dev tests/targets/scimmy/package.json tests/targets/better_auth/package.json
	$(PIP) install -c requirements.lock --group targets
	cd tests/targets/scimmy && npm install --no-audit --no-fund --no-package-lock
	cd tests/targets/better_auth && npm install --no-audit --no-fund --no-package-lock
	@touch $@
