#!/bin/sh
# The libraries as somebody else links them: installed, found with find_package, used by the example,
# which sees none of our warnings. usage: package.sh BUILD_FOLDER
set -eu
build=$(cd "$1" && pwd); here=$(pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
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
# The headers alone, one by one: none leans on what another has included before it.
cd "$work/prefix/include/matter-attest"
find verifier dcl -name '*.h' ! -name curl_api.h ! -name cache_statement.h | while read -r header; do
  printf '#include "%s"\n' "$header"
done >"$work/all.cc"
c++ -std=c++20 -fsyntax-only -I. "$work/all.cc"
echo "the package is found, linked and judges as expected; $(wc -l <"$work/all.cc") headers"
cd "$here"
