#!/usr/bin/env bash
# Runs the command-line scripts tests/cli/*.txt against the real program.
#
#   # a comment                  $ COMMAND    run in a fresh folder, `matter-attest` being the program
#   > TEXT   the next line of stdout, exactly      ~ TEXT   some line of stdout holds this
#   ! TEXT   the next line of stderr, exactly      !~ TEXT  some line of stderr holds this
#   ? N      the exit code (0 when not given)
#
# stdout and stderr must both be accounted for: without '>' and '~' a command prints nothing on stdout, without '!' and
# '!~' nothing on stderr. With '~' other lines may stand beside it: what matters by not being there wants '>', and a
# word that must be absent a command that shows that there was something to look through.
set -u
tool=$(realpath "$1"); shift
here=$(cd "$(dirname "$0")" && pwd)
export ROOT=${here%/tests/cli}
failed=0 ran=0

finish() {
  [ -n "$command" ] || return 0
  ran=$((ran + 1))
  local wrong=""
  (cd "$work" && PATH="$bin:$PATH" timeout 20 bash -c "$command") >"$work.out" 2>"$work.err" </dev/null
  local code=$?
  [ "$code" -eq "$expect" ] || wrong+="  exit code $code, expected $expect"$'\n'
  if [ ${#out[@]} -gt 0 ]; then
    diff <(printf '%s\n' "${out[@]}") "$work.out" >"$work.diff" || wrong+="  stdout differs (< expected, > found):"$'\n'"$(cat "$work.diff")"$'\n'
  elif [ ${#outhas[@]} -eq 0 ] && [ -s "$work.out" ]; then
    wrong+="  stdout is not empty: $(head -3 "$work.out")"$'\n'
  fi
  if [ ${#err[@]} -gt 0 ]; then
    diff <(printf '%s\n' "${err[@]}") "$work.err" >"$work.diff" || wrong+="  stderr differs (< expected, > found):"$'\n'"$(cat "$work.diff")"$'\n'
  elif [ ${#errhas[@]} -eq 0 ] && [ -s "$work.err" ]; then
    wrong+="  stderr is not empty: $(head -3 "$work.err")"$'\n'
  fi
  for text in "${outhas[@]}"; do grep -qF -- "$text" "$work.out" || wrong+="  stdout lacks: $text"$'\n'; done
  for text in "${errhas[@]}"; do grep -qF -- "$text" "$work.err" || wrong+="  stderr lacks: $text, has: $(head -3 "$work.err")"$'\n'; done
  if [ -n "$wrong" ]; then
    failed=$((failed + 1))
    printf '%s:%s: %s\n%s' "$script" "$line_of" "$command" "$wrong"
  fi
  command=""
}
reset() { out=() err=() outhas=() errhas=() expect=0; }

top=$(mktemp -d); trap 'chmod -R u+rwx "$top"; rm -rf "$top"' EXIT
export MATTER_ATTEST_CACHE=$top/cache   # never the user's own
bin=$top/bin; mkdir "$bin"; ln -s "$tool" "$bin/matter-attest"
for script in "${@:-$here/*.txt}"; do for script in $script; do
  work=$top/$(basename "$script" .txt); mkdir -p "$work"
  command="" number=0; reset
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case "$line" in
      '$ '*) finish; reset; command=${line#'$ '}; line_of=$number ;;
      '> '*) out+=("${line#'> '}") ;;
      '>') out+=("") ;;
      '~ '*) outhas+=("${line#'~ '}") ;;
      '! '*) err+=("${line#'! '}") ;;
      '!~ '*) errhas+=("${line#'!~ '}") ;;
      '? '*) expect=${line#'? '} ;;
      ''|'#'*) ;;
      *) echo "$script:$number: not understood: $line"; failed=$((failed + 1)) ;;
    esac
  done <"$script"
  finish
done; done
echo "$((ran - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
