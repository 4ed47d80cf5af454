#!/bin/bash
# 000-2: one process, isolated, by a trailing command as the deck writes it and by command=.
. "$(dirname "$0")/lib.sh"
need cc
folder /jails
mkdir -p /jails/prison1/bin /jails/prison1/proc
cat >"$W/process.c" <<'C'
#include <stdio.h>
#include <dirent.h>
#include <unistd.h>
int main(int argc, char** argv) {
  char host[65];
  gethostname(host, sizeof host);
  printf("%s", host);
  for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
  int entries = 0;
  for (DIR* dir = opendir("/"); dir && readdir(dir);) entries++;
  printf(" %d\n", entries);
}
C
cc -static -o /jails/prison1/bin/process "$W/process.c" || skip "no static C library"

# The deck's text.
expect "majolieprison [params] 4" \
  jail -c name=prison1 path=/jails/prison1/ \
  host.hostname=majolieprison ip4=inherit /bin/process params

expect "majolieprison [a b] [c] 4" \
  jail -c name=prison1 path=/jails/prison1/ host.hostname=majolieprison ip4=inherit command=/bin/process "a b" c

expect "" jls jid
is_clean
