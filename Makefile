# Both commands do the whole set-up: `make run` and `make test`. Python 3.11 or newer with venv is all they need.

VENV = .venv
BIN = $(CURDIR)/$(VENV)/bin
UV = VIRTUAL_ENV="$(CURDIR)/$(VENV)" "$(BIN)/uv" pip install --quiet --require-hashes
# The newest that has venv. Looked for only when the environment has to be made.
FIND_PYTHON = for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done

# Both sets of packages at once; without npm its Python package has to be there first.
MAKEFLAGS += --jobs=2
NPM_COMES_WITH = $(shell command -v npm >/dev/null || echo $(VENV)/.done)

.PHONY: setup run test test-all lint

setup: $(VENV)/.done node_modules/.done

run: setup
	@exec "$(BIN)/python" manage.py up --with-parent

test: setup
	@"$(BIN)/python" -m pytest --numprocesses auto $(ARGS)

# Also what takes longer than CI may: journeys through a browser, loads of the demonstration.
test-all: setup
	@"$(BIN)/python" -m pytest --numprocesses auto -m "long or not long" --hypothesis-profile=default $(ARGS)

lint: setup
	@.ci/lint

$(VENV)/.done: requirements.lock .ci/setup.lock
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "OMiC needs Python 3.11 or newer with venv (Debian, Ubuntu: apt install python3-venv; macOS: python.org or brew)." >&2; \
		exit 1; \
	fi; \
	echo "Installing Python packages (once) ..."; \
	$$python -m venv $(VENV)
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .ci/setup.lock
	@$(UV) --requirement requirements.lock
	@touch $@

node_modules/.done: package-lock.json $(NPM_COMES_WITH)
	@echo "Installing the design systems (once) ..."
	@command -v npm >/dev/null || $(UV) --requirement .ci/node.lock
	@PATH="$$PATH:$(BIN)" npm ci --ignore-scripts --silent </dev/null
	@touch $@
