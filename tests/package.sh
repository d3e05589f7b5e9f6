#!/bin/sh
# The libraries as somebody else links them: installed, found with find_package, used by the example,
# which sees none of our warnings. usage: package.sh BUILD_FOLDER
set -eu
build=$(cd "$1" && pwd); here=$(pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
# What `make install` installs is the tool; the libraries are asked for.
cmake --install "$build" --component Unspecified --prefix "$work/tool" >"$work/install.log"
[ -x "$work/tool/bin/matter-attest" ] || { echo "make install brings no matter-attest"; exit 1; }
for part in include lib/cmake; do
  [ ! -e "$work/tool/$part" ] || { echo "make install brings $part of the libraries, too"; exit 1; }
done
cmake --install "$build" --component libraries --prefix "$work/prefix" >>"$work/install.log"
[ ! -e "$work/prefix/bin" ] || { echo "the component libraries brings the tool, too"; exit 1; }
# Outside of the tree, and with what our own warnings would refuse.
cp -r examples/library "$work/library"
printf 'int narrowed() { return 3.5; }\n' >>"$work/library/main.cc"
cmake -S "$work/library" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log" || { cat "$work/configure.log"; exit 1; }
cmake --build "$work/build" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
openssl x509 -in fixtures/trust/paa-fff1.pem -outform DER -out "$work/paa.der"
says() {
  expected=$1; shift
  found=$("$work/build/judge-one" "$work/paa.der" "$@" | cut -d: -f1) || true
  [ "$found" = "$expected" ] || { echo "expected $expected, found $found: $*"; exit 1; }
}
good=fixtures/devices/good
says undecided "$good/dac.pem" "$good/pai.pem"
says reject "$good/dac.pem" "$good/pai.pem" "$good/cd.pem"  # nobody gave the declaration's signer
says reject fixtures/devices/dac-of-another-vendor/dac.pem "$good/pai.pem" "$good/cd.pem"
# The headers one by one, each alone in a source of its own: none leans on what another has included before it.
cd "$work/prefix/include/matter-attest"
find verifier dcl -name '*.h' | sort >"$work/headers"
while read -r header; do
  printf '#include "%s"\n' "$header" >"$(echo "${header%.h}" | tr / -)-alone.cc"
done <"$work/headers"
# What of the standard library each needs is held by tests/properties/included_names_test.cc; here it is read once.
for name in algorithm array cstdint cstring functional map memory optional set span sstream string string_view tuple unordered_map \
    utility variant vector fmt/format.h tl/expected.hpp; do
  echo "#include <$name>"
done >known.h
c++ -std=c++20 -x c++-header known.h -o known.h.gch
find . -name '*-alone.cc' | xargs -P "$(nproc)" -I{} sh -c "nice c++ -std=c++20 -fsyntax-only -include known.h -I. {} || exit 255" \
  >"$work/alone.log" 2>&1 || { cat "$work/alone.log"; exit 1; }
# A folder that was configured whole goes on without the tool, where the packages of the tool may be missing.
cp "$build/CMakeCache.txt" "$work/cache" && mkdir "$work/again"
sed "s|^CMAKE_CACHEFILE_DIR:.*|CMAKE_CACHEFILE_DIR:INTERNAL=$work/again|" "$work/cache" >"$work/again/CMakeCache.txt"
cmake -S "$here" -B "$work/again" -DMATTER_ATTEST_TOOL=OFF -UCMAKE_PROJECT_INCLUDE >"$work/again.log" 2>&1 || { cat "$work/again.log"; exit 1; }
echo "the package is found, linked and judges as expected; $(wc -l <"$work/headers") headers"
