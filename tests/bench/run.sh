#!/usr/bin/env bash
# make bench: ratios measured in one run, beside OpenSSL on the same machine. BUILD is the release build.
set -eu
build=$1
# shellcheck source=tests/bench/timing.sh
. tests/bench/timing.sh
device=../shared/data/captures/good-plain
[ -d "$device" ] || { echo "bench: ../shared/data/captures is not here" >&2; exit 2; }
files=("$device"/{dac,pai,cd}.der "$device"/attestation-{elements,signature,challenge,nonce}.bin)

echo "== one thread, full verifications, against openssl speed ecdsap256"
"$build/tests/verify_bench" "${files[@]}"

echo
echo "== a cold process, against openssl verify of the same chain (100 runs each, in turn)"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for c in dac pai paa; do openssl x509 -inform der -in "$device/$c.der" -out "$work/$c.pem"; done
for _ in $(seq 100); do
  times "$build/matter-attest" verify --network none --trust-paa "$work/paa.pem" --at 2026-11-20T22:00:00Z "${files[@]:0:3}" >>"$work/ours"
  times openssl verify -CAfile "$work/paa.pem" -untrusted "$work/pai.pem" "$work/dac.pem" >>"$work/theirs"
done
ours=$(median "$work/ours"); theirs=$(median "$work/theirs")
echo "matter-attest verify ${ours} us, openssl verify ${theirs} us, ratio $(awk "BEGIN{printf \"%.2f\", $ours/$theirs}")"

echo
echo "== peak memory of one verification"
/usr/bin/env bash -c 'ulimit -v unlimited; exec 3>&1; /usr/bin/time -f "%M KiB" "$@" 2>&1 >/dev/null | tail -1' _ "$build/matter-attest" verify --network test --offline --at 2026-11-20T22:00:00Z "${files[@]}" || true

echo
echo "== the ledger: 12 facts of a device out of 10,000 models, warm"
"$build/tests/ledger_bench"

echo
echo "== a cold process that asks a ledger snapshot, against openssl verify (100 runs each, in turn)"
demo=(verify --network test --ledger demo --at 2026-06-01T00:00:00Z --trust-cd-signer fixtures/trust/cd-signer.pem
      fixtures/devices/cd-provisional/{dac,pai,cd}.pem fixtures/ledger/demo/device.json)
: >"$work/ours"; : >"$work/theirs"
for _ in $(seq 100); do
  times "$build/matter-attest" "${demo[@]}" >>"$work/ours"
  times openssl verify -CAfile "$work/paa.pem" -untrusted "$work/pai.pem" "$work/dac.pem" >>"$work/theirs"
done
ours=$(median "$work/ours"); theirs=$(median "$work/theirs")
echo "matter-attest verify --ledger ${ours} us, openssl verify ${theirs} us, ratio $(awk "BEGIN{printf \"%.2f\", $ours/$theirs}")"

echo
echo "== a full sync at 20 ms latency, against curl fetching the same addresses one after another over one connection"
"$build/fixtures/ledger/fixture-ledger" --recordings ../shared/data/dcl --latency 20 >"$work/ledger.log" 2>&1 &
ledger=$!; trap 'kill $ledger 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do url=$(grep -oE 'http://[0-9.]+:[0-9]+' "$work/ledger.log" | head -1) && [ -n "$url" ] && break; read -rt 0.1 <> <(:) || true; done
paths=(/cosmos/base/tendermint/v1beta1/node_info /cosmos/base/tendermint/v1beta1/syncing /cosmos/base/tendermint/v1beta1/blocks/latest /dcl/vendorinfo/vendors?pagination.limit=1000
       /dcl/model/models?pagination.limit=1000 /dcl/compliance/compliance-info?pagination.limit=1000 /dcl/compliance/device-software-compliance?pagination.limit=1000 /dcl/pki/certificates?pagination.limit=1000
       /dcl/pki/root-certificates /dcl/pki/revoked-certificates?pagination.limit=1000 /dcl/pki/revocation-points?pagination.limit=1000)
config=$work/curl.conf; for p in "${paths[@]}"; do printf 'url = "%s%s"\noutput = "/dev/null"\n' "$url" "$p"; done >"$config"
: >"$work/ours"; : >"$work/theirs"
chain=$(curl -s "$url${paths[0]}" | grep -oE '"network":"[^"]+"' | head -1 | cut -d'"' -f4)
for i in $(seq 20); do
  times "$build/matter-attest" dcl sync --from "$url" --chain-id "$chain" --cache-dir "$work/cache$i" >>"$work/ours"
  times curl -s -K "$config" >>"$work/theirs"
done
ours=$(median "$work/ours"); theirs=$(median "$work/theirs")
echo "dcl sync ${ours} us, curl ${theirs} us for ${#paths[@]} addresses: $(awk "BEGIN{printf \"%.2f\", $theirs/$ours}") times faster"

echo
echo "== ML-DSA by each engine: whether they agree, and how fast beside openssl speed"
"$build/tests/ml_dsa_bench" --engine-library build/crypto_mb/lib/libippcp.so

echo
echo "== published vectors of ML-DSA, where they are (ML_DSA_VECTORS: files of ACVP or Wycheproof)"
if [ -z "${ML_DSA_VECTORS:-}" ]; then echo "not here (ML_DSA_VECTORS)"
else
  read -ra vectors <<<"$ML_DSA_VECTORS"
  "$build/tests/ml_dsa_vectors" --engine-library build/crypto_mb/lib/libippcp.so "${vectors[@]}"
fi

echo
echo "== post-quantum devices: both chains against their own signature checks, lots against one check a device"
"$build/tests/ml_dsa_devices_bench" --engine-library build/crypto_mb/lib/libippcp.so

echo
echo "== a revocation list of 1,000,000 serials, by its index and by walking it"
"$build/tests/revocation_bench"

echo
echo "== lots: lot --stream against the bound of openssl speed ecdsap256, one check a device and two, one core and all"
cores=$(nproc)
# Verifications a second: the last number of openssl's line.
bound() { openssl speed -seconds 3 "$@" ecdsap256 2>/dev/null | tail -1 | awk '{print $NF}'; }
engines=(openssl); fast=()
library=build/crypto_mb/lib/libcrypto_mb.so
[ -e "$library" ] && fast=(--engine-library "$library")
code=0; "$build/matter-attest" lot --stream --engine crypto_mb "${fast[@]}" --network none </dev/null >/dev/null 2>"$work/why" || code=$?
if [ $code = 2 ]; then sed 's/^/crypto_mb is left out: /' "$work/why"; else engines+=(crypto_mb); fi
"$build/tests/lot_maker" 200000 >"$work/one.ndjson"
"$build/tests/lot_maker" 100000 --response >"$work/two.ndjson"
of_lot=(--network none --trust-paa fixtures/trust/paa-fff1.pem --trust-cd-signer fixtures/trust/cd-signer.pem --at 2026-06-01T00:00:00Z)
for engine in "${engines[@]}"; do
  more=(--engine "$engine"); [ "$engine" = crypto_mb ] && more+=("${fast[@]}")
  for checks in one two; do
    devices=$(wc -l <"$work/$checks.ndjson"); each=$([ $checks = one ] && echo 1 || echo 2)
    for jobs in 1 $cores; do
      # One core: processor time, as openssl speed counts it. All of them: time on the wall.
      if [ "$jobs" = 1 ]; then TIMEFORMAT='%U %S'; of=$(bound); else TIMEFORMAT=%R; of=$(bound -multi "$cores"); fi
      took=$( { time "$build/matter-attest" lot --stream --jobs "$jobs" "${more[@]}" "${of_lot[@]}" <"$work/$checks.ndjson" >"$work/lines"; } 2>&1)
      grep -qc '"verdict":"approve"' "$work/lines" || echo "the devices are not approved" >&2
      awk -v took="$took" -v n="$devices" -v each="$each" -v of="$of" -v engine="$engine" -v jobs="$jobs" \
        'BEGIN { split(took, t, " "); s = t[1] + t[2]; printf "%s, %d job(s), %d check(s) a device: %.0f devices/s; bound %.0f; ratio %.2f\n", engine, jobs, each, n / s, of / each, n / s / (of / each) }'
    done
  done
done

echo
echo "== judging one lot on one core, signatures for nothing and by OpenSSL"
"$build/tests/lot_bench" "$work/one.ndjson"

echo
echo "== carving 64 MiB without a form"
openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c 67108864 >"$work/raw.bin"
"$build/tests/carve_bench" "$work/raw.bin"
rm "$work/raw.bin"

echo
echo "== a lot from 1,000 devices to 1,000,000, against a revocation list of 1,000,000 serials with 150 PAAs loaded"
rm "$work"/*.ndjson
tests/bench/lot_revocation.sh "$build"

echo
echo "== 2,000 Espressif factory partitions from disk, on all cores: verifiers tried for the first time, and again"
mkdir "$work/partitions"
"$build/tests/nvs_lot_maker" 2000 "$work/partitions"
for round in first again again; do
  TIMEFORMAT='%R %U %S'
  took=$( { time "$build/matter-attest" lot --cache-dir "$work/kept" "${of_lot[@]}" "$work/partitions" >"$work/lines"; } 2>&1)
  grep -q '2000 approved' "$work/lines" || echo "the devices are not approved" >&2
  awk -v took="$took" -v round=$round 'BEGIN { split(took, t, " "); printf "%s: %.0f devices/s, %.0f us of processor time each\n", round, 2000 / t[1], (t[2] + t[3]) * 500 }'
done

echo
echo "== a lot of 10,000 eFuse summaries on one core, against opening, reading and parsing each once"
"$build/tests/summaries_bench" "$build/matter-attest" 10000

echo
echo "== matter.js and the Matter SDK's chip-cert, where they are (MATTER_JS, MATTER_SDK), with a device of ours"
tests/bench/peers.sh "$build"

echo
echo "== the server: verifications and lots over HTTP, 200 uploads of 16 MiB beside 1,000 idle connections"
tests/bench/serve.py "$build/matter-attest"

echo
echo "== every single-bit flip of a good device, and every flip and cut of a credential beside one"
"$build/tests/bit_flips"
"$build/tests/damaged_beside"
