#!/bin/sh
# The manual page as man and mandoc see it: no warnings. What is not installed is skipped, and said so.
set -u
page=man/matter-attest.1 failed=0
if command -v man >/dev/null && command -v groff >/dev/null; then
  said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z $page 2>&1 >/dev/null)
  [ -z "$said" ] || { echo "man: $said"; failed=1; }
else
  echo "skipped: man and groff are not both installed"
fi
if command -v mandoc >/dev/null; then
  # A build does not know the day of its release; lines of examples are as long as they are.
  said=$(mandoc -Tlint $page | grep -v -e 'missing date' -e 'STYLE: input text line longer')
  [ -z "$said" ] || { echo "$said"; failed=1; }
else
  echo "skipped: mandoc is not installed"
fi
exit $failed
