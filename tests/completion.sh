#!/usr/bin/env bash
# The completion scripts in the shells themselves: what is offered after some words. A shell that is not installed is
# skipped, and said so.
set -u
tool=$(realpath "$1")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
failed=0 ran=0

# expect SHELL LINE WORD...: after LINE (its last word is the one being completed) every WORD is offered; !WORD is not.
expect() {
  local shell=$1 line=$2 offered; shift 2
  offered=$("offer_$shell" "$line")
  for word in "$@"; do
    ran=$((ran + 1))
    if [ "${word#!}" != "$word" ]; then
      ! grep -qxF -e "${word#!}" <<<"$offered" && continue
    else
      grep -qxF -e "$word" <<<"$offered" && continue
    fi
    failed=$((failed + 1))
    printf '%s: after "%s": %s; offered: %s\n' "$shell" "$line" "$word" "$(tr '\n' ' ' <<<"$offered" | head -c 300)"
  done
}

offer_bash() {
  bash --norc -c 'source "$1"; read -ra COMP_WORDS <<<"$2"; [ "${2: -1}" != " " ] || COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _matter_attest; printf "%s\n" "${COMPREPLY[@]}"' bash "$work/bash" "$1"
}
# Outside a terminal zsh completes nothing; its function is called with what it would see, and its builtins told on.
offer_zsh() {
  zsh -f -c 'compadd() { shift; print -rl -- "$@" }; _describe() { print -rl -- "${(@)${(P)2}%%:*}" }; _files() { print FILES }; compset() { : }; compdef() { print -r -- "compdef $*" >&2 }
    source "$1" 2>/dev/null; words=(${(z)2}); [[ "$2" != *" " ]] || words+=(""); CURRENT=$#words; _matter_attest' zsh "$work/zsh" "$1"
}
offer_fish() {
  fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$work/fish" "$1" | cut -f1
}

for shell in bash zsh fish; do
  "$tool" completion $shell >"$work/$shell"
  command -v $shell >/dev/null || { echo "skipped: $shell is not installed"; continue; }
  expect $shell "matter-attest " verify replay payload '!man-page'
  expect $shell "matter-attest verify --network " main test none '!--format'
  expect $shell "matter-attest replay --format " text json '!main'
  expect $shell "matter-attest payload " parse make '!verify'
  expect $shell "matter-attest dcl " sync status vendor diff '!verify'
  expect $shell "matter-attest dcl sync --versions " all
  expect $shell "matter-attest checks cd.vendor" cd.vendor-matches-dac
  expect $shell "matter-attest explain 60" 604
  expect $shell "matter-attest explain dac.is-valid" dac.is-valid-now
  expect $shell "matter-attest verify --require dac.is-valid" dac.is-valid-now
  expect $shell "matter-attest verify --waive dac.is-valid" dac.is-valid-now
  expect $shell "matter-attest verify --fail-on " unknown warn
  expect $shell "matter-attest completion " bash zsh fish
  expect $shell "matter-attest help " verify dcl '!man-page'
  # fish offers whole words there.
  lead=--format=; [ $shell = fish ] || lead=
  expect $shell "matter-attest verify --format=" ${lead}text ${lead}sarif
  dash=--; [ $shell = fish ] || dash=
  expect $shell "matter-attest payload make $dash" --vid --passcode '!--network'
  expect $shell "matter-attest verify $dash" --bundle --waive '!--discriminator'
done
# Sourced, zsh's script says whose completion it is.
if command -v zsh >/dev/null; then
  ran=$((ran + 1))
  [ "$(zsh -f -c 'compdef() { print -r -- "$*" }; source "$1"' zsh "$work/zsh")" = "_matter_attest matter-attest" ] || { echo "zsh: sourcing does not register"; failed=$((failed + 1)); }
fi
echo "$((ran - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
