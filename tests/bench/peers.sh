#!/usr/bin/env bash
# What matter.js and the Matter SDK do with a device of fixtures/devices, beside matter-attest on the same core.
# Usage: peers.sh BUILD (the release build), from the root of the repository.
#
#   MATTER_JS   a folder with matter.js in it (npm install @matter/protocol@0.17.9)
#   MATTER_SDK  a build folder of the Matter SDK with chip-cert in it
#
# A peer that does not accept the good device, or does not refuse a broken signature, gives no figure.
# shellcheck disable=SC2317  # functions are called by name
set -eu
build=$1
# shellcheck source=tests/bench/timing.sh
. tests/bench/timing.sh
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
devices=fixtures/devices paa=fixtures/trust/paa-fff1.pem signer=fixtures/trust/cd-signer.pem
allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)
taskset -pc "${allowed%%[-,]*}" $$ >/dev/null
over() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }

# In one process, processor time, three times in turn. Signatures of the response, the DAC, the PAI and the declaration;
# matter-attest checks the PAA's own as well.
matter_js() {
  local rate what ours
  [ -d "$MATTER_JS/node_modules/@matter/protocol" ] || { echo "matter.js: no figure, $MATTER_JS/node_modules/@matter/protocol is not here" >&2; return 1; }
  for _ in 1 2 3; do
    node tests/bench/matter_js.mjs "$MATTER_JS" "$paa" "$signer" "$devices/good" \
      "$devices"/{response,dac,pai}-signed-by-another-key "$devices/cd-changed-after-signing" >>"$work/js" || return 1
    "$build/tests/verify_bench" --forged "$devices/good"/{dac.pem,pai.pem,cd.pem,device.json} >>"$work/rounds" || return 1
  done
  read -r _ what <"$work/js"
  awk '{ print $1 }' "$work/js" >"$work/theirs"; rate=$(median "$work/theirs")
  awk '{ print $3 }' "$work/rounds" >"$work/ours"; ours=$(median "$work/ours")
  echo "$what: $rate checks/s (trust anchors in memory, ledger on loopback); matter-attest $ours; $(over "$ours" "$rate") times as many"
}

# One process a chain, time on the wall; matter-attest judges the declaration too, which chip-cert cannot.
sdk_chain() { "$MATTER_SDK/chip-cert" validate-att-cert --dac "$work/$1-dac.der" --pai "$work/$1-pai.der" --paa "$work/paa.der"; }
our_chain() {
  "$build/matter-attest" verify --network none --at 2026-06-01T00:00:00Z --trust-paa "$paa" --trust-cd-signer "$signer" \
    "$work/$1"-{dac,pai}.der "$devices/$1/cd.pem"
}
judges_right() {  # NAME, command, what it says of a bad chain
  local said
  said=$("$2" good 2>&1) || { echo "$1: no figure, the good chain is refused: $said" >&2; return 1; }
  if said=$("$2" dac-signed-by-another-key 2>&1); then echo "$1: no figure, a DAC that another key signed is accepted" >&2; return 1; fi
  grep -q "$3" <<<"$said" || { echo "$1: no figure, expected '$3' of a DAC that another key signed, found '$said'" >&2; return 1; }
}
matter_sdk() {
  local theirs ours
  openssl x509 -in "$paa" -outform der -out "$work/paa.der"
  for d in good dac-signed-by-another-key; do
    for c in dac pai; do openssl x509 -in "$devices/$d/$c.pem" -outform der -out "$work/$d-$c.der"; done
  done
  judges_right chip-cert sdk_chain 'Error Code' && judges_right matter-attest our_chain REJECT || return 1
  for _ in $(seq 100); do times sdk_chain good >>"$work/sdk"; times our_chain good >>"$work/cold"; done
  theirs=$(over 1000000 "$(median "$work/sdk")"); ours=$(over 1000000 "$(median "$work/cold")")
  echo "chip-cert validate-att-cert: $theirs processes/s; matter-attest verify $ours; $(over "$ours" "$theirs") times as many"
}

status=0
if [ -n "${MATTER_JS:-}" ]; then matter_js || status=1
else echo "matter.js: not here (MATTER_JS); ../shared/docs/peers/matter-js.md, 2026-11-20, 0.17.9: 1,057 to 1,200 checks/s on one core, 1,673 to 1,745 with its look-ups held in memory"; fi
if [ -n "${MATTER_SDK:-}" ]; then matter_sdk || status=1
else echo "Matter SDK: not here (MATTER_SDK); ../shared/docs/peers/matter-sdk.md, 2026-11-20: 422 devices/s on OpenSSL and 3,900 on BoringSSL in one process; chip-cert, chain only, 182 processes/s"; fi
exit $status
