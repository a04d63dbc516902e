# Everything runs in .venv, made on first use; the second time is quick.
PYTHON ?= python3
BIN := .venv/bin
ALL_CORES := -n logical --dist loadfile
ROOMS := config storage crawlers classifiers scoring signals

.PHONY: shots help demo test nightly test-postgresql check format lint types rooms bench real wheel-demo clean

help:
	@echo "make demo    the whole job on a small invented world"
	@echo "make test    all tests"
	@echo "make nightly the long tests: PostgreSQL, kills, a soak, several hosts, a week"
	@echo "make test-postgresql  the tests of the database and of the flow, on PostgreSQL"
	@echo "make check   format, lint, types, rooms, tests: what CI runs"
	@echo "make real    the same job on the real data in ../shared/data"
	@echo "make bench   speed and memory, each against a named peer"

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@echo "making the environment (once, a minute or two) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/ready
	@$(BIN)/oncu demo

test: .venv/ready
	@$(BIN)/python -m pytest $(ALL_CORES)

# Long ones, one after another: hundreds of kills, a soak over 150,000 clients, several hosts, a simulated week; before
# them storage and the flow on PostgreSQL.
nightly: .venv/ready test-postgresql
	@$(BIN)/python -m pytest -o norecursedirs=.git tests/nightly

# The same tests with every database on a PostgreSQL of their own.
test-postgresql: .venv/ready
	@ONCU_TEST_ENGINE=postgresql $(BIN)/python -m pytest $(ALL_CORES) tests/storage tests/signals

check: format lint types rooms test

format: .venv/ready
	@$(BIN)/ruff format --check .

lint: .venv/ready
	@$(BIN)/ruff check .

types: .venv/ready
	@mkdir -p .links/oncu && for room in $(ROOMS); do ln -sfn ../../$$room .links/oncu/$$room; done
	@MYPYPATH=.links $(BIN)/mypy -p oncu

rooms: .venv/ready
	@$(BIN)/lint-imports

bench: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	@$(BIN)/python tests/bench/run.py

real: .venv/ready
	@$(BIN)/python tests/real/run.py

# The built wheel, in a fresh environment, away from the checkout: shows what an editable install hides.
wheel-demo: .venv/ready
	@bash .ci/wheel-demo

clean:
	rm -rf .venv .links build dist *.egg-info oncu-demo oncu-real

# The pictures of docs/pages.md, made anew from the demo.
shots: .venv/ready
	@$(BIN)/python tests/browser/shots.py
