#!/usr/bin/env bash
# The picture of the output in README.md is what the program says. Usage: readme_sample.sh PROGRAM [--accept]
set -eu
program=$1
now=$("$program" verify $(cat fixtures/devices/dac-of-another-vendor/options) </dev/null || [ $? = 1 ])
in_readme=$(awk '/^```/ { block++; next } block == 1' README.md)
[ "$now" = "$in_readme" ] && { echo "README.md shows what the program says"; exit 0; }
if [ "${2:-}" = --accept ]; then
  NOW=$now awk '/^```/ { block++; print; if (block == 1) print ENVIRON["NOW"]; next } block != 1' README.md >README.md.new && mv README.md.new README.md
  exit 0
fi
diff <(echo "$in_readme") <(echo "$now") || true
echo "README.md shows another output; to accept what the program says: tests/accept.sh" >&2
exit 1
