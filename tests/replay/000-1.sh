#!/bin/bash
# 000-1: a root that holds one program, its interpreter and the libraries that it needs, made by a command.
. "$(dirname "$0")/lib.sh"
need cellblock cc
folder /jails
printf '#include <stdio.h>\n#include <zlib.h>\nint main(void) { puts(zlibVersion()[0] ? "process runs" : ""); }\n' >"$W/process.c"
libs=-lz
cc -o "$W/process" "$W/process.c" $libs 2>/dev/null ||
  { printf '#include <math.h>\n#include <stdio.h>\nint main(int n, char** v) { printf("process %%.0f\\n", sqrt(n)); }\n' >"$W/process.c"
    cc -fno-builtin -o "$W/process" "$W/process.c" -lm; } || skip "no C compiler that links"

expect_status 0 cellblock mkroot --from-binary "$W/process" /jails/prison1

note "the program lies in bin/, and no file is there that it does not need"
wanted=$( (echo "$W/process"; ldd "$W/process" | grep -o '/[^ )]*') | xargs -n 1 basename | sort)
found=$(find /jails/prison1 -type f -exec basename {} \; | sort -u)
[ "$wanted" = "$found" ] || fail "the root holds: $found; the program needs: $wanted"
expect_like '^process' jail -c name=prison1 path=/jails/prison1/ host.hostname=majolieprison ip4=inherit \
  "$(cd /jails/prison1 && find . -name process | sed 's/^\.//')"
is_clean
