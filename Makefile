# The project's door: `make` alone prints what there is.

# The newest Python that is new enough; PYTHON=… overrides.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; break; }; done)

SCALE ?= 20
PROFILE ?= langson-2024-h1
SEED ?= 1
SEEDS ?= 1000
MINUTES ?= 20
WORKERS ?= 2
UV = uv==0.13.9

RUN = .venv/bin/python
export PYTHONDONTWRITEBYTECODE =
export RUFF_CACHE_DIR = .khop/cache/ruff
export MYPY_CACHE_DIR = .khop/cache/mypy

define HELP
make demo        one period of a province through the whole flow   [SCALE=20 PROFILE=langson-2024-h1|langson-2020 SEED=1]
make up          start everything in the background, supervised; logs in .khop/logs
make down        stop it; data stays
make clean       stop it and remove its data (downloads stay in .khop/cache)
make test        every test, two files at a time                    [ARGS="tests/unit -k fold" WORKERS=2]
make check       formatting, lint, types, import directions, contract compatibility
make bench       measure against the goals, beside their peers
make simulate    the whole pipeline from many seeds                 [SEEDS=1000]
make chaos       kill real processes under load                     [MINUTES=20]
make schemas     write the contracts' schemas, schema.sql and the page of definitions anew
make lock        write the hashed lock files anew
endef

.PHONY: help demo up down clean test check bench simulate chaos schemas lock
.DEFAULT_GOAL := help

help:
	$(info $(HELP))
	@:

demo: .venv/.ready
	@$(RUN) -m deploy.local.demo --scale $(SCALE) --profile $(PROFILE) --seed $(SEED)

up: .venv/.ready
	@$(RUN) -m deploy.local.up

down:
	@if [ -x $(RUN) ]; then $(RUN) -m deploy.local.down; fi

clean: down
	@if [ -x $(RUN) ]; then $(RUN) -m deploy.local.clean; fi

test: .venv/.ready-dev
	@$(RUN) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: .venv/.ready-dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(RUN) -m contracts.check

bench: .venv/.ready-dev
	@$(RUN) -m tests.bench

simulate: .venv/.ready-dev
	@$(RUN) -m tests.simulation --seeds $(SEEDS)

chaos: .venv/.ready-dev
	@$(RUN) -m tests.chaos --minutes $(MINUTES)

schemas: .venv/.ready-dev
	@$(RUN) -m contracts.generate
	@$(RUN) -m services.operator.registry_page
	@$(RUN) -m deploy.postgres.migrate --dump-schema

# Locks hold versions and hashes of every file of a release, for every platform, and no address.
lock: .venv/.ready-dev
	@[ -x .khop/lock-tool/bin/uv ] || { $(PYTHON) -m venv .khop/lock-tool && .khop/lock-tool/bin/python -m pip install -q $(UV); }
	@$(RUN) -m deploy.requirements.lock .khop/lock-tool/bin/uv
	@$(RUN) -m deploy.local.kafka_jars

# What runs Khớp, and what also checks and tests it.
.venv/.ready: deploy/requirements/local.txt
	@$(call set_up,local)

.venv/.ready-dev: deploy/requirements/dev.txt
	@$(call set_up,dev)
	@touch .venv/.ready

define set_up
[ -n "$(PYTHON)" ] || { echo "no Python 3.11 or newer was found; install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }; \
"$(PYTHON)" deploy/local/make_venv.py $(1) && touch $@
endef
