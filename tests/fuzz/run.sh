#!/usr/bin/env bash
# make fuzz: every fuzz target for SECONDS_EACH (default 30) seconds. A crash or a broken property ends it.
set -eu
build=$1
for target in "$build"/tests/*_fuzz; do
  echo "== ${target##*/}"
  "$target" -max_total_time="${SECONDS_EACH:-30}" -print_final_stats=1 -verbosity=0 2>&1 | grep -E 'number_of_executed_units|ERROR|SUMMARY|property' || true
  [ "${PIPESTATUS[0]}" -eq 0 ] || { echo "fuzz: ${target##*/} found something" >&2; exit 1; }
done
