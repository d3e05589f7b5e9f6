#!/bin/sh
# Takes what the program says now as what is expected: every expected.txt of fixtures/devices and fixtures/lab, docs/checks.md, docs/audit.md,
# docs/test-plan-fixtures.md, docs/formats.md, the output and the picture in README.md and the manual page. Run it from
# the root of the repository after a build; then read `git diff`, for that is what is being accepted.
set -eu
build=${1:-build/dev}
ACCEPT=1 "$build/tests/tests" --test-case="every fixture's report is the accepted one,the built-in snapshot*,docs/audit.md is*,fixtures of the test plan*" --minimal
"$build/matter-attest" checks --format markdown > docs/checks.md
"$build/matter-attest" formats --format markdown > docs/formats.md
"$build/matter-attest" man-page > man/matter-attest.1
tests/readme_sample.sh "$build/matter-attest" --accept
python3 tests/picture.py "$build/matter-attest" --accept
git status --short fixtures/devices fixtures/lab docs README.md man
