# jail -m on a jail that runs: what FreeBSD permits, what it says where it does not, and what processes that are
# already inside notice.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec
mapping_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/probe"
begin() { expect "" jail -c name=t path="$W/root" persist mount.procfs "$@"; }

# started COMMAND: COMMAND begins in the jail now and goes on when /tmp/go exists; finished REGEX: what it then says.
started() {
  rm -f "$W/root/tmp/go" "$W/root/tmp/up"
  jexec t sh -c "touch /tmp/up; while [ ! -e /tmp/go ]; do sleep 0.05; done; $1" >"$W/out" 2>&1 &
  eventually test -e "$W/root/tmp/up"
}
finished() {
  touch "$W/root/tmp/go"
  wait $!
  grep -Eq -e "$1" "$W/out" || fail "a process inside says '$(cat "$W/out")', wanted '$1'"
}

note 'names: at once'
begin host.hostname=old
started 'hostname'
expect "" jail -m name=t host.hostname=new
finished '^new$'
expect new jls -j t host.hostname
expect "" jail -r t

note 'securelevel, enforce_statfs, children.max: down to what the parent has'
begin securelevel=1
expect "" jail -m name=t securelevel=2
expect 2 jls -j t securelevel
expect_refusal '^jail: jail_set: Operation not permitted$' jail -m name=t securelevel=-2
expect 2 jls -j t securelevel
expect "" jail -m name=t enforce_statfs=1 children.max=3 devfs_ruleset=5
expect '1 3 5' jls -j t enforce_statfs children.max devfs_ruleset
expect_refusal '^jail: jail_set: Invalid argument$' jail -m name=t enforce_statfs=3
expect_refusal '^jail: jail_set: Operation not permitted$' jail -m name=t children.max=1000000
expect "" jail -r t

note 'what can only be set at creation'
begin
for setting in "path=/" "osrelease=1" "osreldate=5" "vnet" "linux.userns=inherit" "linux.init=/bin/true"; do
  expect_refusal "^jail: ${setting%%=*} cannot be changed after creation\$" jail -m name=t "$setting"
done
expect_refusal 'ip4 cannot be changed after creation' jail -m name=t ip4=inherit
expect_refusal '^jail: "nosuch" not found$' jail -m name=nosuch persist
expect_refusal 'unknown parameter: allow.nosuch' jail -m name=t allow.nosuch
expect "" jail -r t

note 'a right that the warden serves goes at once'
begin allow.settime allow.read_msgbuf allow.chflags allow.extattr
started 'for probe in adjtimex all_messages file_flags trusted_attribute; do probe $probe; done'
expect "" jail -m name=t allow.nosettime allow.noread_msgbuf allow.nochflags allow.noextattr
touch "$W/root/tmp/go"
wait $!
[ "$(grep -cx EPERM "$W/out")" = 4 ] || fail "rights that were taken: $(cat "$W/out")"
expect "" jail -r t

note 'and so does the securelevel'
begin allow.settime allow.chflags
started 'probe adjtimex; probe file_flags'
expect "" jail -m name=t securelevel=2
finished '^EPERM$'
grep -qx OK,EPERM "$W/out" || fail "flags at securelevel 2: $(cat "$W/out")"
"$build/tests/probe" clear_flags "$W/root/var/flagged"
expect "" jail -r t

note 'a right that is granted counts for who enters from then on'
begin
started 'probe lock_memory'
expect "" jail -m name=t allow.mlock
finished '^EPERM'
expect OK,OK jexec t probe lock_memory
expect "" jail -m name=t allow.nomlock
expect_like '^EPERM' jexec t probe lock_memory
expect "" jail -r t

note 'addresses: at once, where the jail has addresses of its own'
begin ip4.addr=127.0.0.1
started 'probe bind_reserved'
expect "" jail -m name=t ip4.addr=127.0.0.9
expect 127.0.0.9 jls -j t ip4.addr
finished '^OK$'
expect_refusal . jail -m name=t ip4.addr=0.0.0.0
expect_refusal . jail -m name=t ip4.addr=not-an-address
expect "" jail -r t

note 'persist: cleared on an empty jail, it is gone'
begin
expect "" jail -m name=t nopersist
expect_status 1 jls -c -j t

note 'a jail within follows'
begin children.max=1 allow.mlock allow.settime
jail -c name=t.in path="$W/root" persist allow.mlock allow.settime
expect "" jail -m name=t allow.nosettime securelevel=1
expect 'false true 1' jls -j t.in allow.settime allow.mlock securelevel
expect_refusal '^jail: jail_set: Operation not permitted$' jail -m name=t.in allow.settime
expect_refusal '^jail: jail_set: Operation not permitted$' jail -m name=t.in securelevel=0
expect "" jail -r t
exit 0
