# `make run` sets everything up, answers the first question and serves the graph; `make test` runs the tests.
# The targets work from any path, and twice in a row.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
PORT ?= 8000
SECONDS ?= 600
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

EDITOR := src/kg/service/static/editor/manifest.json
WEB := $(wildcard web/src/*) src/kg/service/static/movable.js web/build.mjs web/crates.mjs web/crates.json web/package.json web/package-lock.json web/.npmrc


.PHONY: run web wheel test test-system lint format bench bench-large bench-serving soak fuzz lock clean

run: $(STAMP) web
	"$(BIN)/kg" build
	"$(BIN)/kg" query epci-in-erbm-and-cte
	"$(BIN)/kg" serve --port "$(PORT)"

# The editor of queries. Without npm the page of the endpoint is a plain form, which does the job.
web:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(EDITOR); \
	else echo "npm is not installed: the page of the endpoint is a plain form (install Node.js 18 or later for the editor)" >&2; fi

$(EDITOR): $(WEB)
	cd web && npm ci --silent && npm run --silent build

# With the editor in it.
wheel: $(BIN)/python $(EDITOR)
	"$(BIN)/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

test: $(DEV_STAMP)
	"$(BIN)/python" -m pytest -n 2 --dist loadfile -m "not system"

# What is missing of Debian is installed, where we may; axe and the Nu checker come from npm.
test-system: $(DEV_STAMP)
	for pair in virtuoso-t:virtuoso-opensource-7-bin chromium:chromium npm:npm java:default-jre-headless w3m:w3m nginx:nginx-light apache2:apache2 caddy:caddy; do \
		command -v "$${pair%%:*}" >/dev/null || { apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${pair##*:}"; } || exit 1; done
	cd tests/browser && npm ci --silent --ignore-scripts --no-audit --no-fund
	$(MAKE) --no-print-directory $(EDITOR)
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	cd web && npm test
	"$(BIN)/python" -m pytest -m system

lint: $(DEV_STAMP)
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/kg" check

format: $(DEV_STAMP)
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .

# The peers are installed for the comparison alone.
bench: $(DEV_STAMP)
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	"$(BIN)/python" benchmarks/run.py

# 142 million triples by DuckDB: half an hour, and 75 GB of disk; 14 million by DuckDB and by Spark, which needs Java.
bench-large: $(DEV_STAMP)
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	"$(BIN)/python" benchmarks/large.py

# rdflib-endpoint beside us, both asked by wrk, which is Debian's.
bench-serving: $(DEV_STAMP)
	command -v wrk >/dev/null || { apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk; }
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	"$(BIN)/kg" build
	"$(BIN)/python" benchmarks/serving.py

# Ten minutes of queries that nobody should ask, and of requests at random: does anybody else notice?
soak: $(DEV_STAMP)
	"$(BIN)/kg" build
	"$(BIN)/python" benchmarks/soak.py --seconds "$(SECONDS)"

fuzz: $(DEV_STAMP)
	"$(BIN)/kg" build
	"$(BIN)/python" benchmarks/fuzz.py --seconds "$(SECONDS)"

# Writes the lock files anew: versions and hashes, and no registry's address.
lock: $(DEV_STAMP)
	"$(BIN)/python" -m pip install --quiet uv
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml -o requirements.lock
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml --group bench -c requirements-dev.lock -o requirements-bench.lock
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml --extra spark -c requirements-dev.lock -o requirements-spark.lock

clean:
	rm -rf "$(VENV)" build build.d site site.d dist web/node_modules "$(dir $(EDITOR))"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("kg needs Python 3.11 or later; set PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv "$(VENV)"

$(STAMP): $(BIN)/python requirements.lock pyproject.toml
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch "$@"

$(DEV_STAMP): $(STAMP) requirements-dev.lock
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch "$@"
