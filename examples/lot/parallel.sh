#!/usr/bin/env bash
# Judges a lot with GNU parallel: the file is cut into blocks of lines, each block goes through a worker of its own, and
# the parts are joined.
#
#   LOT_SECRET=… examples/lot/parallel.sh DEVICES.ndjson OUT.ndjson [options of matter-attest lot]
#
# Over several machines: PARALLEL='--sshlogin factory-1,factory-2 --env LOT_SECRET'.
set -u
devices=$1 out=$2; shift 2
: "${LOT_SECRET:?a secret of your choice, the same for every part of the lot}"
export LOT_SECRET

# --pipe-part would save a copy, but needs a file that every machine has. A worker's exit code is its part's verdict and
# no failure of parallel's: the verdict of the lot is the one of merge.
parallel --pipe --block "${BLOCK:-10M}" --keep-order --quote \
  matter-attest lot --stream --part env:LOT_SECRET "$@" < "$devices" > "$out"
matter-attest lot merge "$out"
