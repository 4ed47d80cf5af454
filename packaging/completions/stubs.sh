# For the tests: the programs that completion asks, in a folder that comes first in PATH.
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
cat >"$stubs/jls" <<'STUB'
#!/bin/sh
[ "$1" = name ] && printf 'web\nweb.inner\ndb\n'
[ "$1" = jid ] && printf '1\n2\n3\n'
exit 0
STUB
cat >"$stubs/jail" <<'STUB'
#!/bin/sh
[ "$1" = -f ] && [ "$2" = other.conf ] && { echo 'name=other,path=/'; exit 0; }
printf 'name=web,path=/web,persist\nname="my jail",path=/x\njid=77,path=/y\nname=mail,depend=db\n'
STUB
cat >"$stubs/cellblock" <<'STUB'
#!/bin/sh
[ "$1" = bsd ] && { printf 'kldload\nmount\nservice\n'; exit 0; }
printf 'usage: cellblock VERB\n\n  add        make\n  bsd        run\n  doctor     say\n  help       list\n\nsee also\n'
STUB
chmod +x "$stubs"/*
PATH=$stubs:$PATH
mkdir -p "$stubs/files/sub" && touch "$stubs/files/some.conf"
