#!/usr/bin/env bash
# make bench: ratios measured in one run, beside OpenSSL on the same machine. BUILD is the release build.
set -eu
build=$1
device=../shared/data/captures/good-plain
[ -d "$device" ] || { echo "bench: ../shared/data/captures is not here" >&2; exit 2; }
files=("$device"/{dac,pai,cd}.der "$device"/attestation-{elements,signature,challenge,nonce}.bin)

echo "== one thread, full verifications, against openssl speed ecdsap256"
"$build/tests/verify_bench" "${files[@]}"

echo
echo "== a cold process, against openssl verify of the same chain (100 runs each, in turn)"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for c in dac pai paa; do openssl x509 -inform der -in "$device/$c.der" -out "$work/$c.pem"; done
times() { local s=$EPOCHREALTIME; "$@" >/dev/null 2>&1 || true; local e=$EPOCHREALTIME; echo $(( (${e/./} - ${s/./}) )); }
for _ in $(seq 100); do
  times "$build/matter-attest" verify --network none --trust-paa "$work/paa.pem" --at 2026-11-20T22:00:00Z "${files[@]:0:3}" >>"$work/ours"
  times openssl verify -CAfile "$work/paa.pem" -untrusted "$work/pai.pem" "$work/dac.pem" >>"$work/theirs"
done
median() { sort -n "$1" | sed -n 50p; }
ours=$(median "$work/ours"); theirs=$(median "$work/theirs")
echo "matter-attest verify ${ours} us, openssl verify ${theirs} us, ratio $(awk "BEGIN{printf \"%.2f\", $ours/$theirs}")"

echo
echo "== peak memory of one verification"
/usr/bin/env bash -c 'ulimit -v unlimited; exec 3>&1; /usr/bin/time -f "%M KiB" "$@" 2>&1 >/dev/null | tail -1' _ "$build/matter-attest" verify --network test --offline --at 2026-11-20T22:00:00Z "${files[@]}" || true
