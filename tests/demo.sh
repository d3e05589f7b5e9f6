#!/usr/bin/env bash
# make demo: a good device against the ledger that is built in, and a bad one, judged without a network. Passes when the verdicts are the expected ones.
set -u
tool=$1
show() {  # NAME EXPECTED_EXIT
  local options; options=$(cat "fixtures/devices/$1/options")
  echo "\$ matter-attest verify $(tr "\n" " " <"fixtures/devices/$1/options")"
  # shellcheck disable=SC2086  # options are words
  "$tool" verify $options
  local code=$?
  echo "exit code $code"
  echo
  [ "$code" -eq "$2" ] || { echo "demo: expected exit code $2" >&2; exit 1; }
}
echo '$ matter-attest verify --network test --ledger demo ... fixtures/devices/cd-provisional fixtures/ledger/demo/device.json'
"$tool" verify --network test --ledger demo --at 2026-06-01T00:00:00Z --trust-cd-signer fixtures/trust/cd-signer.pem \
  fixtures/devices/cd-provisional/{dac,pai,cd}.pem fixtures/devices/cd-provisional/device.json fixtures/ledger/demo/device.json
code=$?
echo "exit code $code"
echo
[ "$code" -eq 0 ] || { echo "demo: expected exit code 0" >&2; exit 1; }
show dac-of-another-vendor 1
