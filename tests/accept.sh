#!/bin/sh
# Takes what the program says now as what is expected: every expected.txt of fixtures/devices, and CHECKS.md. Run it from
# the root of the repository; then read `git diff`, for that is what is being accepted.
set -eu
program=${1:-build/dev/matter-attest}
for folder in fixtures/devices/*/; do
  code=0
  # The options are words without blanks: shellcheck disable=SC2046
  "$program" verify --all -o "${folder}expected.txt" $(cat "${folder}options") || code=$?
  case $code in
    0 | 1 | 3) ;;
    *) echo "accept: $folder: exit code $code" >&2 && exit 1 ;;
  esac
done
"$program" checks --format markdown > CHECKS.md
git status --short fixtures/devices CHECKS.md
