# `make` alone lists the targets.

SWIFT ?= swift
# As operators deploy it: one file that needs no Swift on its machine, and its calls into the library go straight there.
# Across modules, because a message passes through ten of them.
OPTIMIZED := -c release --static-swift-stdlib -Xswiftc -cross-module-optimization
DATA  ?= .sluice
HOSTS_DATA ?= .sluice-hosts
SEEDS ?= 2000
SEED_BASE ?= 1
FAULTS ?= 50
SEED ?= 1
FORMATTED := Package.swift Sources Tests loadtest

.DEFAULT_GOAL := help
.PHONY: help bootstrap build release test contract simulate chaos demo bench loadtest campaign fuzz mutants hosts-up hosts-down format lint check clean

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

bootstrap: ## Install what is missing from Debian
	@SWIFT=$(SWIFT) scripts/bootstrap

build: bootstrap ## Build everything, with debug information
	$(SWIFT) build

release: bootstrap ## Build everything, optimized
	$(SWIFT) build $(OPTIMIZED)

test: bootstrap check ## Check style, build and run every test
	python3 -m unittest discover -s cluster/witness
	python3 -m unittest discover -s cluster/chaos
	python3 -m unittest discover -s cluster/mutants
	python3 -m unittest discover -s loadtest/peers
	$(SWIFT) build $(OPTIMIZED) --product sluice-simulate
	.build/release/sluice-simulate --seeds 2000 --seed-base 1000000
	$(SWIFT) build --build-tests
	@SWIFT=$(SWIFT) scripts/run-tests

contract: EXAMPLES ?= 100
contract: bootstrap ## Ask the API EXAMPLES things an operation, valid and invalid, from SEED on; needs a Python package index
	EXAMPLES=$(EXAMPLES) SEED=$(SEED) $(SWIFT) test --filter SchemathesisTests

simulate: bootstrap ## Run SEEDS simulated clusters from SEED_BASE on, with faults, and check every invariant
	$(SWIFT) build $(OPTIMIZED) --product sluice-simulate
	.build/release/sluice-simulate --seeds $(SEEDS) --seed-base $(SEED_BASE)

chaos: MINUTES ?= 90
chaos: bootstrap release ## Break a cluster of namespace hosts FAULTS times from SEED on while it sends; needs root
	python3 cluster/chaos --faults $(FAULTS) --seed $(SEED) --minutes $(MINUTES)

mutants: bootstrap ## Take out one rule after the other; the witness must notice each time
	SWIFT=$(SWIFT) python3 cluster/mutants

# The address sanitizer sees what C reads and writes out of bounds; its build is one of its own. What is not freed at
# the end is the Swift runtime's, and nothing to report. Without a SEED the inputs are others each time.
fuzz: MINUTES ?= 1
fuzz: SEED =
fuzz: bootstrap ## Feed every reader of outside input with hostile bytes for MINUTES, from SEED
	$(SWIFT) build -c release --sanitize=address --scratch-path .build-fuzz --product sluice-fuzz
	ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/sluice-fuzz --seconds $$(($(MINUTES) * 60)) $(if $(SEED),--seed $(SEED))

demo: bootstrap release ## 3,000 devices send 30,000 contacts' messages while a node is killed
	.build/release/sluice-loadtest demo

bench: bootstrap release ## Measure messages per second with caps lifted
	.build/release/sluice-loadtest bench

loadtest: bootstrap release ## Load tests: one line per target; FULL=1 as they stand, SCENARIOS="burst memory" some
	.build/release/sluice-loadtest suite $(if $(FULL),--full) $(SCENARIOS)

campaign: SUBSCRIBERS ?= 1000000
campaign: bootstrap release ## A campaign of SUBSCRIBERS: its leader is killed while they are entered, then it is cancelled half-way
	$(SWIFT) build --build-tests
	SLUICE_TEST_SUBSCRIBERS=$(SUBSCRIBERS) SLUICE_TEST_PROGRAMS=$(CURDIR)/.build/release \
		$(SWIFT) test --skip-build --no-parallel --filter LargeCampaignTests

hosts-up: bootstrap release ## A cluster of separate hosts, as network namespaces in HOSTS_DATA; needs root
	cluster/hosts/hosts up --data $(HOSTS_DATA)

hosts-down: ## Remove them; logs and request logs stay
	cluster/hosts/hosts down --data $(HOSTS_DATA)

format: ## Format the Swift sources in place
	$(SWIFT) format --in-place --parallel --recursive $(FORMATTED)

lint: ## Report what `make format` would change, and more
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)

check: lint ## Lint, compare the generated wire code, apply the style rules, compare imports
	@if [ -x scripts/generate-wire ]; then scripts/generate-wire --check; fi
	@scripts/check-style
	@SWIFT=$(SWIFT) scripts/check-imports

clean: ## Remove what was built; the data of `sluice dev` stays
	$(SWIFT) package clean
