# The front of CMakePresets.json. `make help` lists what can be asked for.
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
export JOBS

.DEFAULT_GOAL := all
.PHONY: all help check lab bench fuzz install deb demo clean format tidy clang tsan

all: ## build the programs into build/bin
	@tools/packages.sh build
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) --log-level=WARNING
	@cmake --build --preset release -j $(JOBS) --target programs

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

check: ## build, sanitize, and run every test (as root: the kernel, replay and lab layers too)
	@tools/packages.sh build check lab
	@tools/check.sh $(CTEST)

lab: ## a shell in Debian's own kernel, over this machine's files
	@tools/packages.sh lab
	@tests/lab/run

bench: all ## measure against unshare, nsenter, crun and runc in one run
	@tools/packages.sh bench
	@cmake --build --preset release --target interleave vnets >/dev/null
	@bench/run

fuzz: ## build the fuzzers and run each for FUZZ_SECONDS (30)
	@tools/packages.sh build fuzz
	@tools/fuzz.sh

demo: all ## jails from a jail.conf, started, shown, probed, timed, stopped; DEBIAN=1: one is a Debian
	@tools/packages.sh demo $(if $(DEBIAN),debian)
	@DEBIAN=$(DEBIAN) tools/demo.sh

install: all ## install under DESTDIR and PREFIX (/usr/local)
	@DESTDIR=$(DESTDIR) cmake --install build --prefix $(PREFIX)

deb: ## build/cellblock_VERSION_ARCH.deb
	@tools/packages.sh build deb
	@packaging/deb/build.sh

format: ## clang-format everything of ours
	@tools/packages.sh tidy
	@git ls-files '*.cc' '*.hpp' '*.c' '*.h' | xargs -r clang-format -i

tidy: clang ## clang-tidy over what a clang build compiles
	@tools/packages.sh tidy
	@tools/tidy.sh

clang: ## build with clang++ into build-clang
	@tools/packages.sh build fuzz
	@cmake --preset clang --log-level=WARNING
	@cmake --build --preset clang -j $(JOBS)

tsan: ## the unit tests under the thread sanitizer
	@tools/packages.sh build
	@cmake --preset tsan --log-level=WARNING
	@cmake --build --preset tsan -j $(JOBS)
	@ctest --preset tsan

clean: ## remove what was built (build/cache, the downloaded kernel, stays)
	@rm -rf build-dev build-tsan build-clang build-fuzz build-check
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +
