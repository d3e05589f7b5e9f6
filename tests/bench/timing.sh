# shellcheck shell=bash

# Microseconds on the wall that a command takes, whatever it says.
times() { local s=$EPOCHREALTIME; "$@" >/dev/null 2>&1 || true; local e=$EPOCHREALTIME; echo $((${e/./} - ${s/./})); }
# The middle line of a file of numbers.
median() { sort -n "$1" | sed -n "$((($(wc -l <"$1") + 1) / 2))p"; }
