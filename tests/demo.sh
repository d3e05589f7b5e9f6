#!/usr/bin/env bash
# make demo: a good and a bad device of fixtures/devices, judged. Passes when the verdicts are the expected ones.
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
show good 0
show dac-of-another-vendor 1
