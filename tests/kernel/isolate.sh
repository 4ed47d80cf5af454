# Tests on a host of their own see none of the machine's /etc/jail.conf: here a machine with one is made first.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls
# A copy, not a layer: in the lab /etc is one already, and the kernel stacks no third.
cp -a /etc "$W/etc" && mount --bind "$W/etc" /etc || fail "no /etc of its own"
echo 'machine { path = /; persist; }' >/etc/jail.conf
mkdir -p /etc/jail.conf.d
cp /etc/jail.conf /etc/jail.web.conf

inside() { "$source_root/tests/isolate" "$@"; }
expect "" inside bash -c 'ls -d /etc/jail.conf /etc/jail.*.conf /etc/jail.conf.d 2>/dev/null; true'
expect_status 0 inside test -e /etc/passwd
expect "" inside bash -c 'jail -c name=t persist linux.userns=inherit && jail -r t'
expect "t: removed" bash -c 'jail -c name=t persist linux.userns=inherit && jail -r t'  # what it is for
[ -d /etc/jail.conf.d ] && [ -e /etc/jail.conf ] || fail "the machine's files are gone"
