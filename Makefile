# Everything a developer does: `make help` lists it. Needs make and Python 3.11 or newer, best 3.13.

PYTHON ?=
VENV := .venv
READY := $(VENV)/.ready
UV := $(VENV)/bin/uv
PY := $(VENV)/bin/python
# Tools run on the Python of .venv, so both are known only once it is there.
SAM = .outrider/tools/sam-$(shell $(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])')/bin/sam
TEMPLATES := template.yaml $(wildcard infra/*.yaml docs/examples/*/template.yaml)
# Each compares two things that must say the same (code and template, routes and OpenAPI, …).
LAYER_REQUIREMENTS := layers/dependencies/requirements.txt
AGENTS_REQUIREMENTS := layers/agents/requirements.txt
MODELS_REQUIREMENTS := layers/agents/models.txt
EXPORT := $(UV) export --quiet --frozen --no-dev --no-emit-project --no-annotate --no-header
# Without what the layer of dependencies has: Lambda lays one over the other.
EXPORT_OTHER = $(EXPORT) $$(sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' $(LAYER_REQUIREMENTS))
EXPORT_AGENTS = $(EXPORT_OTHER) --only-group agents
# tiktoken counts tokens before a request, which we never do, and has no wheel for Lambda.
EXPORT_MODELS = $(EXPORT_OTHER) --only-group models --no-emit-package tiktoken --no-emit-package regex
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header

export SAM_CLI_TELEMETRY := 0
# SAM finds uv, which builds the layer of dependencies, where the project keeps it.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run up down reset demo test coverage permissions mutations mutants chaos restoration fuzz conformance doctor check format lock upgrade sbom audit tools build deploy migrate restore redeliver delete $(TEMPLATES:%=validate/%)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Run the whole stack on this machine until Ctrl-C
	@$(PY) -m local run

up: $(READY) ## Run it in the background
	@$(PY) -m local up

down: $(READY) ## Stop it; data is kept
	@$(PY) -m local down

reset: $(READY) ## Stop it and forget all data
	@$(PY) -m local reset

demo: $(READY) ## Walk through a campaign on the running stack
	@$(PY) -m local.demo

test: $(READY) tools ## Run every test, end to end on a stack of its own
	@sh local/browser.sh
	@$(PY) -m pytest -n auto $(ARGS)

coverage: $(READY) ## Measure which lines and branches of the library the tests in one process reach
	@OUTRIDER_CONTRACT=harness $(PY) -m pytest -n auto --ignore tests/e2e --cov --cov-report term $(ARGS)

permissions: $(READY) ## Write docs/permissions.md: what roles allow, and tests need; ARGS=tests/… adds to it
	@rm -rf .outrider/permissions
	@OUTRIDER_PERMISSIONS=.outrider/permissions $(PY) -m pytest -n auto --ignore tests/e2e $(ARGS)
	@$(PY) -m tools.permissions $(if $(ARGS),--add) .outrider/permissions

mutations: $(READY) ## Take the engine's conditions away one by one: a test must fail each time
	@$(PY) -m tools.mutations $(ARGS)

mutants: $(READY) ## Change the core rules in every small way: tests must notice nine of ten
	@$(PY) -m tools.mutants $(ARGS)

fuzz: $(READY) ## Hold the API against its OpenAPI document with requests that are made up
	@$(PY) -m tests.fuzz.run $(ARGS)

conformance: $(READY) tools ## Hold the MCP server against the official suite and inspector
	@$(PY) -m tests.conformance $(ARGS)

chaos: $(READY) tools ## Kill workers while emails go out, then check what is there at rest
	@$(PY) -m tests.chaos $(ARGS)

restoration: $(READY) tools ## Restore a local stack in the middle of a campaign by docs/backups.md
	@$(PY) -m pytest -m slow tests/e2e/test_restoring.py $(ARGS)

check: $(READY) tools ## Format, lint, types, import contracts, drift, templates
	$(UV) lock --check --quiet
	$(EXPORT) | diff $(LAYER_REQUIREMENTS) -
	$(EXPORT_AGENTS) | diff $(AGENTS_REQUIREMENTS) -
	$(EXPORT_MODELS) | diff $(MODELS_REQUIREMENTS) -
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tools.routes
	$(PY) -m tools.openapi --check
	$(PY) -m tools.events --check
	$(PY) -m tools.compatibility --check
	@$(MAKE) --no-print-directory -j 4 $(TEMPLATES:%=validate/%)

$(TEMPLATES:%=validate/%): validate/%:
	$(SAM) validate --lint --region us-east-1 --template $*

format: $(READY) ## Format the code and fix what can be fixed
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: $(READY) ## Write uv.lock and the layer's requirements after a change of pyproject.toml
	$(UV) lock
	$(EXPORT) --output-file $(LAYER_REQUIREMENTS)
	$(EXPORT_AGENTS) --output-file $(AGENTS_REQUIREMENTS)
	$(EXPORT_MODELS) --output-file $(MODELS_REQUIREMENTS)

upgrade: $(READY) ## Choose newer versions: the project's, the layer's and the tools'
	$(UV) lock --upgrade
	$(EXPORT) --output-file $(LAYER_REQUIREMENTS)
	$(EXPORT_AGENTS) --output-file $(AGENTS_REQUIREMENTS)
	$(EXPORT_MODELS) --output-file $(MODELS_REQUIREMENTS)
	$(COMPILE) --upgrade local/requirements-sam.in --output-file local/requirements-sam.txt
	$(COMPILE) --upgrade local/requirements-ministack.in --output-file local/requirements-ministack.txt
	$(COMPILE) --upgrade local/requirements-schemathesis.in --output-file local/requirements-schemathesis.txt
	$(COMPILE) --upgrade local/requirements-openapi-python-client.in --output-file local/requirements-openapi-python-client.txt

sbom: $(READY) ## List what is deployed, with versions and hashes, in sbom.json (CycloneDX)
	$(UV) export --quiet --frozen --no-dev --no-emit-project --group agents --group models \
		--format cyclonedx1.5 --output-file sbom.json

audit: $(READY) ## Fail if osv.dev knows a vulnerability of what is deployed; needs the network
	@$(UV) audit --preview-features audit-command --frozen --no-dev $(ARGS)

tools: $(READY)
	@$(PY) -m local install

doctor: $(READY) ## Check the local stack, or a deployed one: STACK=outrider REGION=eu-central-1
	@$(PY) -m local.doctor $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION))

build: $(READY) tools ## Build for Lambda: arm64, Python 3.13
	@find functions -name __pycache__ -prune -exec rm -rf {} +
	$(SAM) build

deploy: build ## Deploy to your AWS account: by questions, or by a file with CONFIG=outrider.toml
	$(SAM) deploy $(if $(CONFIG),--config-file $(abspath $(CONFIG)) --no-confirm-changeset,--guided)

migrate: $(READY) ## Run the data migrations of a deployed stack: ARGS="--stack outrider"
	@$(PY) -m tools.migrate $(ARGS)

restore: $(READY) ## Restore tables of a deployed stack, see docs/backups.md: ARGS="stop --stack outrider"
	@$(PY) -m tools.restore $(ARGS)

redeliver: $(READY) ## Send again what reached no function of a deployed stack: ARGS="--stack outrider"
	@$(PY) -m tools.redeliver $(ARGS)

delete: $(READY) ## Delete a deployed stack, on demand with its data: ARGS="--stack outrider"
	@$(PY) -m tools.delete $(ARGS)

$(READY): pyproject.toml uv.lock local/bootstrap.sh
	@PYTHON="$(PYTHON)" sh local/bootstrap.sh
	@touch $@
