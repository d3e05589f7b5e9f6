#!/usr/bin/env bash
# make examples: runs each example on a forged lot with three faults, and compares with one run over the whole.
#   examples/run.sh BUILD [NAME…]
set -u
build=$(realpath "$1"); shift; wanted=${*:-parallel spark}; here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"; ln -s "$build/matter-attest" "$work/bin/"; export PATH="$work/bin:$PATH" LOT_SECRET=pass-word-of-this-lot
options=(--network none --at 2026-06-01T00:00:00Z --trust-paa "$here/../fixtures/trust" --trust-cd-signer "$here/../fixtures/trust")
failed=0 ran=0 skipped=0

# A clone (its DAC, with its own name and serial number), a serial number twice, and a line that is none.
"$build/tests/lot_maker" 400 > "$work/good.ndjson"
awk 'NR==7 {clone=$0; sub(/"id":"6"/, "\"id\":\"clone\"", clone); sub(/L00000006/, "L99999999", clone)}
     NR==300 {sub(/L00000299/, "L00000007")} {print} END {print clone; print "{\"id\":"}' "$work/good.ndjson" > "$work/lot.ndjson"
matter-attest lot "${options[@]}" "$work/lot.ndjson" > "$work/whole.txt"
[ $? -eq 1 ] && grep -q lot.dac-is-used-once "$work/whole.txt" && grep -q lot.serial-number-is-used-once "$work/whole.txt" || { echo "the lot's faults are not found"; exit 1; }

# A line without a name is called after its place in its part; nothing else may differ.
same() {
  ran=$((ran + 1))
  if diff <(sed 's/line [0-9]*/line N/' "$work/whole.txt") <(sed 's/line [0-9]*/line N/' "$2"); then echo "$1: as one run over the whole"
  else echo "$1: differs from one run over the whole"; failed=1; fi
}
skip() { skipped=$((skipped + 1)); echo "$1: skipped, $2"; }

wants() { case " $wanted " in *" $1 "*) true ;; *) false ;; esac; }

if ! wants parallel; then :
elif command -v parallel > /dev/null && parallel --version 2>/dev/null | grep -q GNU; then
  BLOCK=100k "$here/lot/parallel.sh" "$work/lot.ndjson" "$work/parallel.ndjson" "${options[@]}" > "$work/parallel.txt"
  [ "$(grep -c '^{"lot":' "$work/parallel.ndjson")" -gt 1 ] || { echo "parallel: it was one part only"; failed=1; }
  same parallel "$work/parallel.txt"
else
  skip parallel "GNU parallel is not installed"
fi

python=${PYTHON:-python3}
export PYTHONPATH=$here/../build/pyspark${PYTHONPATH:+:$PYTHONPATH}   # where make test keeps it
if ! wants spark; then :
elif ! command -v java > /dev/null; then skip spark "Java is not installed"
elif ! "$python" -c 'import pyspark' 2>/dev/null; then skip spark "pyspark is not installed for $python (pip install pyspark; PYTHON=... names another)"
else
  PYSPARK_PYTHON=$python "$python" "$here/lot/spark.py" "$work/lot.ndjson" "$work/spark" "${options[@]}" > "$work/spark.txt" 2> "$work/spark.log" || true
  [ "$(ls "$work"/spark/part-* 2>/dev/null | wc -l)" -gt 1 ] || { tail -20 "$work/spark.log"; failed=1; }
  same spark "$work/spark.txt"
fi
echo "$ran ran, $skipped skipped"
exit $failed
