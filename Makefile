# Two commands matter: `make demo` and `make test`. Each works from a fresh clone with Python 3.11+.
# The first of these that really starts and is new enough; `make demo PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
  $$name -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
RUN := $(VENV)/bin/python

# Lets everything in the virtual environment find src/ without installing Pennypot itself.
LINK_SOURCE = $(RUN) -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'pennypot.pth').write_text(str(pathlib.Path('src').resolve()))"

# Compiles the count's inner loops once, so that the first large count does not wait for it.
WARM = $(RUN) -m pennypot.count warm >/dev/null

.PHONY: demo test lint types check serve bench bench-count bench-voting bench-play bench-game game-leaks crash ledger-soak pictures messages peers sbom audit lock clean

demo: $(VENV)/.run-installed
	@$(RUN) -m pennypot demo

test: $(VENV)/.dev-installed
	@$(RUN) -m pytest -n auto --dist loadscope

lint: $(VENV)/.dev-installed
	$(VENV)/bin/ruff check src bench tests
	$(VENV)/bin/ruff format --check src bench tests
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files 'src/*.html')

types: $(VENV)/.dev-installed
	$(VENV)/bin/mypy

serve: $(VENV)/.run-installed
	@$(RUN) -m pennypot serve

check: $(VENV)/.run-installed
	@$(RUN) -m pennypot check

# A year of payments to read, beside pandas and polars. Not part of this repository: give any such file.
PAYMENTS ?= ../shared/data/spend/trafford/trafford-supplier-spend-2024-25.zip
PEERS := .venv-peers

bench: $(VENV)/.dev-installed $(PEERS)/.installed
	$(RUN) bench/pages.py
	$(RUN) bench/proposals.py
	@test -f "$(PAYMENTS)" && $(RUN) bench/reading.py "$(PAYMENTS)" --peer $(PEERS)/bin/python \
	  || echo "No file of payments: make bench PAYMENTS=FILE measures how fast one is read."
	$(RUN) bench/memory.py

bench-count: $(VENV)/.dev-installed $(PEERS)/.installed
	$(RUN) bench/count.py --peer $(PEERS)/bin/python

bench-voting: $(VENV)/.dev-installed
	$(RUN) bench/vote_pages.py
	$(RUN) bench/voting.py

game-leaks: $(VENV)/.dev-installed
	$(RUN) bench/game_leaks.py

crash: $(VENV)/.dev-installed
	$(RUN) bench/crash.py --write docs/evidence/crash.md

bench-play: $(VENV)/.dev-installed
	$(RUN) bench/play.py

bench-game: $(VENV)/.dev-installed
	$(RUN) bench/game.py
	$(RUN) bench/wifi.py

ledger-soak: $(VENV)/.dev-installed
	$(RUN) bench/ledger_soak.py

pictures: $(VENV)/.dev-installed
	$(RUN) bench/pictures.py

messages: $(VENV)/.dev-installed
	$(RUN) -m pennypot.house.messages

# Lock files carry hashes and no host: they work with whatever index an installation is set up to use.
lock:
	for name in run dev bench; do \
	  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	    requirements/$$name.in -o requirements/$$name.txt; done

# The stamps remember which lock file is installed, so that the second run takes seconds.
$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) ..."
	@test -n "$(PYTHON)" || { echo "Pennypot needs Python 3.11 or newer, with venv (Debian, Ubuntu: apt install python3-venv)."; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt | $(VENV)/bin/python
	@echo "Installing what Pennypot needs (once; about a minute) ..."
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(LINK_SOURCE)
	@$(WARM)
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing what building and testing needs (once; about a minute) ..."
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(LINK_SOURCE)
	@$(WARM)
	@touch $@ $(VENV)/.run-installed

peers: $(PEERS)/.installed

# Asks the public list of known weaknesses about every locked library; needs a network that reaches it.
audit: $(PEERS)/.installed
	$(PEERS)/bin/pip-audit -r requirements/run.txt --require-hashes --disable-pip

sbom: $(VENV)/.run-installed
	@$(RUN) bench/sbom.py

# Peers and second opinions (pandas, polars, pabutools, beancount) live apart: Pennypot never imports them.
$(PEERS)/.installed: requirements/bench.txt | $(VENV)/bin/python
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS)
