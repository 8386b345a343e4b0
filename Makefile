# Two commands for people: `make demo` and `make test`. The rest are the parts they are made of.
.PHONY: demo test help packages tools ui masters fmt lint deny unit ui-test browser screenshot bench-boot bench-pages bench-pull soak clean
.PHONY: test-containers test-images test-stack stack stack-down release
.DEFAULT_GOAL := help
SHELL := /bin/bash

# What a fresh Debian 12 lacks. Fonts: burnt-in titles, and screenshots in every script of the demo.
RUN_PACKAGES := build-essential ffmpeg fonts-dejavu-core librsvg2-bin
TEST_PACKAGES := $(RUN_PACKAGES) chromium fonts-noto-core fonts-noto-cjk curl skopeo podman runc catatonit haproxy postgresql prometheus
IMAGE_PACKAGES := $(RUN_PACKAGES) ca-certificates podman runc catatonit skopeo
DENY_VERSION := 0.20.2
# The S3 server of the tests; newer ones want a newer compiler.
S3S_VERSION := 0.14.1
MASTERS := demo/.cache/masters

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ui masters ## Three brands on this machine: builds, encodes, serves, prints the addresses
	cargo build --release --locked -p primetime
	exec target/release/primetime demo

test: packages-test tools ui fmt lint deny unit test-previous ui-test browser test-containers test-deploy ## Every check there is
	@echo "All checks passed."

.PHONY: packages-run packages-test packages-images
packages-run:
	@scripts/packages $(RUN_PACKAGES)
packages-test:
	@scripts/packages $(TEST_PACKAGES)
packages-images:
	@scripts/packages $(IMAGE_PACKAGES)

tools: target/tools/bin/cargo-deny-$(DENY_VERSION) target/tools/bin/s3s-fs-$(S3S_VERSION)
target/tools/bin/cargo-deny-$(DENY_VERSION):
	cargo install --quiet --debug --locked --no-default-features --root target/tools --target-dir target/tools/build cargo-deny@$(DENY_VERSION)
	rm -rf target/tools/build
	mv target/tools/bin/cargo-deny $@
target/tools/bin/s3s-fs-$(S3S_VERSION):
	cargo install --quiet --debug --locked --features binary --root target/tools --target-dir target/tools/build s3s-fs@$(S3S_VERSION)
	rm -rf target/tools/build
	mv target/tools/bin/s3s-fs $@

ui: ## Build the pages' scripts and styles
	@scripts/npm ui
	@cd ui && npm run --silent build

masters: packages-run ## Make the demo's footage
	@scripts/npm demo
	@demo/make-masters $(MASTERS)

fmt:
	cargo fmt --all --check

# All engines: off where one develops, for the minutes that they take to compile; tested and released with.
ENGINES := --features primetime/aws,primetime/kubernetes,aws/sdk,kubernetes/client

lint: ui
	@cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml > /dev/null
	cargo clippy --workspace --all-targets --locked $(ENGINES) -- -D warnings

# On wasm the Kubernetes client would bring bundled root certificates, whose licence we do not take.
deny: tools
	target/tools/bin/cargo-deny-$(DENY_VERSION) --locked $(ENGINES) --target x86_64-unknown-linux-gnu check licenses bans sources

unit: tools ui deploy-tools
	cargo test --workspace --locked --quiet $(ENGINES)

ui-test: ui
	@cd ui && npm run --silent check && npm run --silent test

# Enough of the demo for the browser's tests: a film that was filmed, two episodes in a row, one for some countries only.
BROWSER_MASTERS := big-buck-bunny harbour-lights-s1e1 harbour-lights-s1e2 paper-moons letters-from-jeju the-quiet-giants \
  deep-time-s1e1 corridor-12-s1e1

browser: packages-test ui ## A real browser against a real server
	@scripts/npm tests/browser
	@scripts/npm demo
	@demo/make-masters target/browser-masters $(BROWSER_MASTERS)
	cargo build --locked -p primetime
	node --test --test-concurrency=1 tests/browser/on-air.test.mjs tests/browser/week.test.mjs

screenshot: masters ## The README's picture, by the browser's tests over the whole demo
	BROWSER_MASTERS=$(MASTERS) $(MAKE) browser
	cp target/shots/readme.png docs/home.png

test-containers: packages-images ui ## Container images: the same bytes twice, and run by podman as in production
	cargo build --locked -p primetime
	node --test tests/images/images.test.mjs

S3S := target/tools/bin/s3s-fs-$(S3S_VERSION)
test-stack: packages-images masters ui $(S3S) ## The stack, started, and a site of it stopped under load
	@scripts/packages mmdebstrap curl
	cargo build --locked -p primetime
	MASTERS=$(MASTERS) node --test tests/images/stack.test.mjs

stack: packages-images masters ui $(S3S) ## Every role in a container of its own behind a balancer, on this machine
	@scripts/packages mmdebstrap curl
	cargo build --release --locked -p primetime
	scripts/stack up $(MASTERS)

stack-down: ## End it
	scripts/stack down

release: packages-images ui ## Container images and bill of materials of this commit, signed, in target/releases; MACHINE=1: its machine image too
	cargo build --locked -p primetime
	$(if $(MACHINE),@scripts/packages $(GOLDEN_PACKAGES))
	target/debug/primetime release build $(if $(MACHINE),--machine)

bench-boot: ui ## Process start to ready: the demo's edition, 15,000 and 1,000,000 episodes
	node bench/boot.mjs

bench-pages: ui ## Pages and JSON against nginx, bare hyper, Django and Go
	@scripts/packages wrk nginx-light golang-go python3-venv
	node bench/pages.mjs

.PHONY: bench-positions
bench-positions: ## Durable writes of positions against PostgreSQL's own, row by row and in bulk
	@scripts/packages postgresql
	node bench/positions.mjs

bench-pull: ui ## Twenty hosts pull one release at once, against one docker-registry; needs root
	@scripts/packages curl skopeo docker-registry iproute2
	cargo build --release --locked -p primetime
	node bench/pull.mjs

# The release before this one: whatever is rolled out runs beside it, on one database, bucket and edition.
PREVIOUS := fd7ac2c74498
.PHONY: test-previous
test-previous: packages-test ui ## The previous release's binary beside this one's, on one database and one edition
	@if git cat-file -e '$(PREVIOUS)^{commit}'; then \
	  scripts/previous $(PREVIOUS) && PREVIOUS_BINARY=$(CURDIR)/target/previous/$(PREVIOUS)/primetime \
	  cargo test --workspace --locked --quiet $(ENGINES) --test it -- --ignored previous::; \
	elif [ "$$(git rev-parse --is-shallow-repository)" = false ]; then \
	  echo 'test-previous: $(PREVIOUS), the release before, is no commit of this history: name another one' >&2; exit 1; \
	else echo 'NOT TESTED beside the release before: this clone has no history (git fetch --unshallow)'; fi

.PHONY: bench-rollout
bench-rollout: packages-images ui ## Ten rollouts and ten undos under load, against the load alone and nginx; three undos after the old release is gone
	@scripts/packages nginx-light curl
	cargo build --release --locked -p primetime -p drivers --bins --examples
	node bench/rollout.mjs

.PHONY: demo-week
demo-week: ui ## A week in ten minutes at http://127.0.0.1:8080: real requests, real instances, with the fleet and without
	cargo build --release --locked -p primetime
	target/release/primetime bench-edition --episodes 300 --data target/week
	target/release/primetime demo-week --data target/week --stay

.PHONY: bench-fleet
bench-fleet: ## Instance-hours at 0.01% of load turned away, against the scalers people use
	cargo build --release --locked -p fleet --example bench
	target/release/examples/bench

.PHONY: test-docker test-release
test-docker: ui ## docker pulls from a host's registry: a daemon of the test's own, as root
	@scripts/packages docker.io
	cargo test --workspace --locked --quiet $(ENGINES) --test it -- --ignored docker_pulls

test-release: packages-images ## One commit built in two folders: the same bytes. Twice a whole build with every engine
	cargo build --locked -p primetime
	node --test tests/release/twice.test.mjs

# Seconds a fuzz target runs.
SOAK_SECONDS ?= 60
soak: ## The long runs: every fuzz target, hundreds of kills, releases made twice, and all of test-images
	for target in fuzz/targets/*.rs; do fuzz/run "$$(basename "$$target" .rs)" $(SOAK_SECONDS) || exit 1; done
	for round in $$(seq 50); do cargo test --workspace --quiet --locked $(ENGINES) --test it kill || exit 1; done
	$(MAKE) test-release test-images

# moto, which stands in for AWS, and the checkers of deploy/.
.PHONY: packages-deploy test-deploy deploy-tools
packages-deploy:
	@scripts/packages python3-venv systemd podman openssl
deploy-tools: packages-deploy
	@scripts/deploy-tools
test-deploy: deploy-tools ui ## Units, manifests, templates and scripts of deploy/, by systemd-analyze, schemas, cfn-lint and moto
	cargo build --locked -p primetime
	target/tools/deploy/bin/python -m unittest discover --buffer --start-directory tests/deploy

GOLDEN_PACKAGES := mmdebstrap qemu-system-x86 qemu-utils ovmf packer mtools dosfstools gdisk systemd-boot-efi binutils e2fsprogs socat python3-venv openssh-client skopeo
.PHONY: packages-golden test-golden bench-image
packages-golden: packages-test
	@scripts/packages $(GOLDEN_PACKAGES)

# Long without KVM: some four bakes and five boots. Root, for the owners of the image's files.
test-golden: packages-golden deploy-tools tools ui ## The golden image: converged twice, baked twice, compared, booted, also as EC2 would; its AWS half against moto
	@scripts/npm tests/browser
	cargo build --release --locked -p primetime
	node --test tests/golden/image.test.mjs
	target/tools/deploy/bin/python tests/golden/ec2.py target/image-test/release.machine/golden.qcow2 target/release/primetime target/image-test/ec2 target/image-test/release
	target/tools/deploy/bin/python tests/golden/amazon.py target/image/base/base.qcow2 target/image-test/amazon target/image-test/release

test-images: test-containers test-stack test-docker test-golden ## All images, the slow ones too: containers, the stack of them, docker's pull, the machine's

bench-image: packages-golden ui ## Bake and boot times, whole and when only the binary changed
	cargo build --release --locked -p primetime
	node bench/image.mjs

clean:
	rm -rf target ui/dist ui/node_modules demo/.cache
