#!/bin/bash
# 001-10: jails with several IPv4 addresses, with IPv6, and with a localhost of their own.
. "$(dirname "$0")/lib.sh"
need ip python3
for address in 10.10.10.10 10.10.20.1 10.10.20.2 10.10.30.1; do ip addr add $address/32 dev lo; done
for address in fd10::1 fd10::2; do ip addr add $address/128 dev lo; done

# A service: answers with the jail's host name and the address that was asked.
cat >"$W/serve.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen()
while True:
    c = s.accept()[0]
    c.send(f"{socket.gethostname()} {c.getsockname()[0]}".encode())
    c.close()
PY
cat >"$W/ask.py" <<'PY'
import socket, sys
try:
    print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).recv(99).decode())
except OSError as e:
    print(e.strerror)
PY
ask() { "${@:3}" python3 "$W/ask.py" "$1" "$2"; }
servers=
serve() { "${@:3}" python3 "$W/serve.py" "$1" "$2" & servers+=" $!"; }
answers() { [ "$(ask "${@:2}")" = "$1" ]; }

cat >"$W/jail.conf" <<CONF
path = /; persist; linux.userns = inherit;
webserver { host.hostname = web; ip4.addr = 10.10.20.1, 10.10.20.2; ip6.addr = fd10::1; }
ldapserver { host.hostname = ldap; ip4.addr = 10.10.30.1; ip6.addr = fd10::2; }
CONF
expect_status 0 jail -q -f "$W/jail.conf" -c

note "several addresses, IPv4 and IPv6: each jail answers at its own, the host at the others"
serve 0.0.0.0 80
serve 0.0.0.0 80 jexec webserver
serve 0.0.0.0 80 jexec ldapserver
serve :: 81 jexec webserver
serve :: 81 jexec ldapserver
eventually answers "web 10.10.20.1" 10.10.20.1 80
eventually answers "ldap 10.10.30.1" 10.10.30.1 80
eventually answers "testhost 10.10.10.10" 10.10.10.10 80
expect "web 10.10.20.2" ask 10.10.20.2 80
eventually answers "web fd10::1" fd10::1 81
eventually answers "ldap fd10::2" fd10::2 81
expect "web 10.10.20.2" ask 10.10.20.2 80 jexec ldapserver
expect "ldap fd10::2" ask fd10::2 81 jexec webserver

note "a localhost of its own: what a jail says to 127.0.0.1 and ::1 it says to itself"
expect "testhost 127.0.0.1" ask 127.0.0.1 80
expect "web 10.10.20.1" ask 127.0.0.1 80 jexec webserver
expect "ldap 10.10.30.1" ask 127.0.0.1 80 jexec ldapserver
expect "web fd10::1" ask ::1 81 jexec webserver
serve 127.0.0.1 90 jexec webserver
eventually answers "web 10.10.20.1" 127.0.0.1 90 jexec webserver
expect "Connection refused" ask 127.0.0.1 90
expect "Connection refused" ask 127.0.0.1 90 jexec ldapserver

kill $servers 2>/dev/null
expect_status 0 jail -q -f "$W/jail.conf" -r '*'
is_clean
