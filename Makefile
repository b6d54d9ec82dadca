# `make demo` and `make test` work on a fresh clone with Python 3.10 to 3.13, venv and make.
PYTHON ?= python3
DEMO_VENV := .venv
DEV_VENV := .venv-dev
MINUTES ?= 3
TEST_PROCESSES ?= 2
IN_DEV := $(DEV_VENV)/bin/python -m

.PHONY: demo test check soak vm-test help clean

demo: $(DEMO_VENV)/.installed ## run the rig on the bundled clip; cutouts go to catalogue/
	$(DEMO_VENV)/bin/python -m device.demo --save catalogue

# A file's tests stay together, since they share what is made once.
test: $(DEV_VENV)/.installed ## run every test, in TEST_PROCESSES processes
	$(IN_DEV) pytest --numprocesses $(TEST_PROCESSES) --dist loadfile

check: $(DEV_VENV)/.installed ## lint and types
	$(IN_DEV) ruff check .
	$(IN_DEV) ruff format --check .
	$(IN_DEV) mypy

soak: $(DEV_VENV)/.installed ## run the daemon for MINUTES while broker, daemon, camera and disk fail
	$(IN_DEV) tests.soak --minutes $(MINUTES)

vm-test: $(DEV_VENV)/.installed ## boot a small Debian with a camera, and let things go wrong in it
	$(IN_DEV) tests.vm

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

clean: ## remove the environments, the virtual machine and the cutouts
	rm -rf $(DEMO_VENV) $(DEV_VENV) .vm-test catalogue

$(DEMO_VENV)/.installed: pyproject.toml constraints/device.txt
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet --constraint constraints/device.txt --editable '.[device]'
	touch $@

# bpy exists for Python 3.11 alone: elsewhere the studio extra installs nothing.
$(DEV_VENV)/.installed: pyproject.toml constraints/workstation.txt
	$(PYTHON) -m venv $(DEV_VENV)
	$(DEV_VENV)/bin/python -m pip install --quiet --constraint constraints/workstation.txt --editable '.[device,train,studio,dev]'
	touch $@
