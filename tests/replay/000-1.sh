#!/bin/bash
# 000-1: a root that holds one program, its interpreter and the libraries that it needs, made by a command.
. "$(dirname "$0")/lib.sh"
need cellblock cc
folder /jails
cat >"$W/process.c" <<'C'
#include <math.h>
#include <stdio.h>
int main(int argc, char** argv) { printf("process runs: %.0f\n", sqrt(argc * argc)); }
C
cc -fno-builtin -o "$W/process" "$W/process.c" -lm || skip "no C compiler that links"

expect_like '^/jails/prison1: [0-9]+ files' cellblock mkroot --from-binary "$W/process" /jails/prison1

note "the tree of the deck: bin/process, the interpreter, the libraries; no file that the program does not need"
[ -x /jails/prison1/bin/process ] || fail "no bin/process"
wanted=$( (echo process; ldd "$W/process" | grep -o '/[^ )]*' | xargs -n 1 readlink -f | xargs -n 1 basename) | sort)
found=$(find /jails/prison1 -type f -exec basename {} \; | sort)
[ "$wanted" = "$found" ] || fail "the root holds: $found; the program needs: $wanted"

expect "process runs: 2" jail -c name=prison1 path=/jails/prison1/ host.hostname=majolieprison ip4=inherit \
  /bin/process params
is_clean
