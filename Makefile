# The two commands of the README, and what developers run besides. Everything real is in CMake.
BUILD  := build/dev
TOOL   := $(BUILD)/matter-attest
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := $(shell sed 's/\#.*//' packages.txt)

.PHONY: demo test examples accept format bench asan tidy fuzz crypto_mb install uninstall clean

# Judges a good and a bad device of the project's own.
demo: build/.built-tool
	@tests/demo.sh $(TOOL)

test: build/.built-all build/.crypto_mb build/.pyspark build/.clang-format
	@ctest --test-dir $(BUILD) --output-on-failure --parallel $$(nproc)

# Lots on many machines: GNU parallel, and Apache Spark where Java and pyspark are there (PYTHON=… names the Python).
examples: build/.built-all build/.pyspark
	@examples/run.sh $(BUILD)

# Installs what is missing, once for each state of the list.
build/.packages: packages.txt
	@mkdir -p build
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}\n' $$p 2>/dev/null | grep -q '^install ok' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing (some minutes):" $$missing; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >build/packages.log 2>&1 || { tail -20 build/packages.log; exit 1; }; fi
	@touch $@

# On a terminal ninja counts its steps; elsewhere a line says what is being waited for.
define compile
@if [ -t 1 ]; then set --; else echo "building $(1) (the first time takes minutes: 5 to 15 on two cores)"; set -- --quiet; fi; cmake --build $(BUILD) $(2) -- "$$@"
endef

$(BUILD)/build.ninja: build/.packages CMakePresets.json
	@cmake --preset dev >build/configure.log || { cat build/configure.log; exit 1; }

# ninja knows what is out of date; these two only say what to build.
.PHONY: build/.built-tool build/.built-all
build/.built-tool: $(BUILD)/build.ninja
	$(call compile,the program,--target matter-attest)
build/.built-all: $(BUILD)/build.ninja
	$(call compile,the program and its tests,)

# Takes what the tool says now as the expected reports; review the diff like code.
accept: build/.built-all
	@tests/accept.sh $(BUILD)

# Lays out every source by machine; a test compares.
format: build/.clang-format
	@tests/format.sh --fix

bench: build/.packages
	@cmake --preset release >/dev/null && cmake --build --preset release -- --quiet
	@tests/bench/run.sh build/release

asan: build/.packages
	@cmake --preset asan >/dev/null && cmake --build --preset asan -- --quiet && ctest --preset asan
tidy: build/.packages
	@command -v clang-tidy-14 >/dev/null || $(SUDO) apt-get install -y -qq clang-tidy-14
	@cmake --preset tidy >/dev/null && cmake --build --preset tidy -- --quiet -k 0
fuzz: build/.packages
	@command -v clang++-14 >/dev/null || $(SUDO) apt-get install -y -qq clang-14 libclang-rt-14-dev
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -- --quiet
	@tests/fuzz/run.sh build/fuzz

# Once: where the processor can use it and it is to be had. Without it the tests of the two engines say skipped.
build/.crypto_mb: build/.packages
	@if grep -q avx512ifma /proc/cpuinfo; then $(MAKE) -s crypto_mb >build/crypto_mb.log 2>&1 || echo "crypto_mb could not be fetched, its tests are skipped: build/crypto_mb.log"; fi
	@touch $@

# Once: where the distribution has this version (Debian 12). Without it the test of the layout says skipped.
build/.clang-format: build/.packages
	@command -v clang-format-14 >/dev/null || ! apt-cache show clang-format-14 >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends clang-format-14 >build/clang-format.log 2>&1 || echo "clang-format-14 could not be installed, the test of the layout is skipped: build/clang-format.log"
	@touch $@

# Once: where there is Java. Without it the example under Apache Spark says skipped.
build/.pyspark: build/.packages
	@if command -v java >/dev/null; then pip3 install --quiet --retries 1 --timeout 15 --target build/pyspark 'pyspark==3.5.*' >build/pyspark.log 2>&1 || echo "pyspark could not be fetched, the example under Spark is skipped: build/pyspark.log"; fi
	@touch $@

# The optional fast signature engine, for tests and benchmarks: Intel's library and the compiler run-time it needs.
crypto_mb: build/crypto_mb/lib/libcrypto_mb.so
build/crypto_mb/lib/libcrypto_mb.so:
	@command -v pip3 >/dev/null || $(SUDO) apt-get install -y -qq --no-install-recommends python3-pip
	@mkdir -p $(@D) && pip3 download --quiet --retries 1 --timeout 15 --no-deps --dest build/crypto_mb/packages ipp-crypto intel-cmplr-lib-rt
	@cd build/crypto_mb && for p in packages/*.whl; do python3 -m zipfile -e $$p packages; done
	@find build/crypto_mb/packages -name 'lib*.so*' -exec cp {} $(@D) \; && rm -rf build/crypto_mb/packages
	@test -e $@

# Program, codecs, manual and completions, without what debuggers need; PREFIX=… where (else /usr/local).
install: build/.built-tool
	@cmake --install $(BUILD) --component Unspecified --strip $(if $(PREFIX),--prefix $(PREFIX))
	@cp $(BUILD)/install_manifest_Unspecified.txt $(BUILD)/installed.txt
# What the last install has written. (CMake's own list is that of whatever installed last, the tests, too.)
uninstall:
	@test -e $(BUILD)/installed.txt || { echo "nothing was installed from $(BUILD)"; exit 1; }
	@sed "s|^|$(DESTDIR)|" $(BUILD)/installed.txt | xargs -d '\n' rm -fv
	@rm $(BUILD)/installed.txt
clean:
	@rm -rf build
