#!/usr/bin/env bash
# What a device of a lot costs, and the memory, from 1,000 devices to 1,000,000: with 150 PAAs loaded, against a revocation
# list of 1,000,000 serial numbers that a ledger names, fetched and kept by the program itself. Needs 2 GB in $TMPDIR.
#   lot_revocation.sh BUILD [DEVICES …]     SERIALS=1000000 PAAS=150 in the environment
set -eu
build=$1; shift
sizes=("$@"); [ $# -gt 0 ] || sizes=(1000 100000 1000000)
most=$(printf '%s\n' "${sizes[@]}" | sort -n | tail -1)
serials=${SERIALS:-1000000}
work=$(mktemp -d); server=; trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/trust"
"$build/tests/lot_ledger" "$serials" "${PAAS:-150}" "$work/trust" >"$work/url" & server=$!
"$build/tests/lot_maker" "$most" >"$work/lot"
until [ -s "$work/url" ]; do kill -0 $server; read -rt 0.1 <> <(:) || true; done
words=(lot --stream --network test --ledger "$(cat "$work/url")" --chain-id testnet-2.0 --cache-dir "$work/cache" --allow-private-hosts
       --trust-paa "$work/trust" --trust-cd-signer fixtures/trust/cd-signer.pem --at 2026-06-01T00:00:00Z)
TIMEFORMAT='%U %S'

# judge RUNS DEVICES WORD…: microseconds of processor time a run, and the peak in KiB. Every run asks the list.
judge() {
  local runs=$1 devices=$2 lot=$work/lot took
  local revoked=$(((devices + 666) / 1000)); shift 2
  [ "$devices" = "$most" ] || { lot=$work/some; head -n "$devices" "$work/lot" >"$lot"; }
  took=$( { time for ((run = 0; run < runs; ++run)); do
    /usr/bin/time -f %M -o "$work/peak" "$build/matter-attest" "${words[@]}" "$@" <"$lot" >"$work/lines" 2>"$work/said" || true
  done; } 2>&1)
  if [ "$(grep -c '"verdict":"reject","failed":\["dac.is-not-revoked"\]' "$work/lines")" != $revoked ] || ! grep -q "\"approve\":$((devices - revoked)),\"reject\":$revoked," "$work/lines"; then
    echo "expected $revoked of $devices devices on the list and the others approved, found:" >&2
    { tail -1 "$work/lines" | head -c 1000; cat "$work/said"; } >&2
    exit 1
  fi
  echo "$(awk -v runs="$runs" '{printf "%.0f", 1e6 * ($1 + $2) / runs}' <<<"$took") $(tail -1 "$work/peak")"
}
read -r us peak < <(judge 1 "$most")
echo "a list of $serials serials fetched and $most devices judged, all processors: peak $((peak / 1024)) MiB"
engines=(openssl); fast=build/crypto_mb/lib/libcrypto_mb.so
[ ! -e $fast ] || engines+=(crypto_mb)
for engine in "${engines[@]}"; do
  more=(--jobs 1 --engine "$engine"); [ "$engine" = openssl ] || more+=(--engine-library "$fast")
  # In rounds, and the quickest counts: what else the machine does only adds.
  rm -f "$work"/us.*
  for round in $(seq 40); do
    for devices in 1 "${sizes[@]}"; do
      runs=4   # the clock of `time` has milliseconds
      [ "$devices" -le 10000 ] || runs=1
      [ "$devices" -le 10000 ] || [ $((round % 10)) = 0 ] || continue
      [ "$devices" -le 300000 ] || [ $((round % 20)) = 0 ] || continue
      judge $runs "$devices" "${more[@]}" >>"$work/us.$devices"
    done
  done
  read -r start peak < <(sort -n "$work/us.1")
  awk -v us="$start" -v peak="$peak" -v engine="$engine" 'BEGIN { printf "%s: one device and the start %.1f ms, peak %d MiB\n", engine, us / 1000, peak / 1024 }'
  first=
  for devices in "${sizes[@]}"; do
    read -r us peak < <(sort -n "$work/us.$devices")
    each=$(awk -v us="$us" -v start="$start" -v n="$devices" 'BEGIN { printf "%.3f", (us - start) / (n - 1) }')
    first=${first:-$each}
    awk -v each="$each" -v first="$first" -v n="$devices" -v peak="$peak" -v engine="$engine" \
      'BEGIN { printf "%s: %d devices: %.2f us of processor time each beyond the start, %.2f of the first line'"'"'s; peak %d MiB\n", engine, n, each, each / first, peak / 1024 }'
  done
done
