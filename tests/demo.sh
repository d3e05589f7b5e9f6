#!/usr/bin/env bash
# make demo: a good device against the ledger that is built in, and a bad one, judged without a network. What is printed is what runs,
# word for word. Passes when the verdicts are the expected ones.
set -u
tool=$1
show() {  # EXPECTED_EXIT WORD...
  local expected=$1; shift
  printf '$'; printf ' %q' "$@"; echo
  "$@"
  local code=$?
  echo "exit code $code"
  echo
  [ "$code" -eq "$expected" ] || { echo "demo: expected exit code $expected" >&2; exit 1; }
}
good=fixtures/devices/cd-provisional
show 0 "$tool" verify --network test --ledger demo --at 2026-06-01T00:00:00Z --trust-cd-signer fixtures/trust/cd-signer.pem \
  $good/dac.pem $good/pai.pem $good/cd.pem $good/device.json fixtures/ledger/demo/device.json
# shellcheck disable=SC2046  # options are words
show 1 "$tool" verify $(cat fixtures/devices/dac-of-another-vendor/options)
