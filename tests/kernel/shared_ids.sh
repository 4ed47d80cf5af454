# linux.userns=inherit: root in the jail is the host's, and only what Cellblock holds it by keeps it in. And what a jail
# could do to the programs on the host that enter it, whatever its ids.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec
mapping_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/probe"
for program in jail jls jexec; do cp "$build/bin/$program" "$W/root/bin/"; done

note 'below such a jail no other has a user namespace that its root would own'
expect "" jail -c name=a path="$W/root" persist linux.userns=inherit children.max=2 mount.procfs
expect "" jexec a jail -c name=b path=/ persist mount.procfs
expect inherit jls -j a.b linux.userns
expect "" jail -c name=a.c path="$W/root" persist linux.userns=new mount.procfs
expect inherit jls -j a.c linux.userns
for jail in a a.b a.c; do
  [ "$(readlink /proc/self/ns/user)" = "$(jexec $jail readlink /proc/self/ns/user)" ] || fail "$jail has user ids of its own"
  expect_refusal 'Read-only' jexec $jail sh -c 'echo core >/proc/sys/kernel/core_pattern'
done
expect "" jail -r a

note 'a signal to the whole group stays inside'
for ids in inherit new; do
  expect "" jail -c name=t path="$W/root" persist linux.userns=$ids
  expect survived setsid -w sh -c 'jexec t kill -9 0 >/dev/null 2>&1; echo survived'
  expect "" jail -r t
  expect survived setsid -w sh -c "jail -c name=t path=$W/root exec.start='kill -9 0' persist linux.userns=$ids >/dev/null 2>&1; echo survived"
  expect "" jls -d name
done

note 'who stops what enters holds the host up for a while, not for ever'
for ids in new inherit; do
  expect "" jail -c name=t path="$W/root" persist linux.userns=$ids
  jexec t probe stop_newcomers 20 >/dev/null &
  stopper=$!
  sleep 0.5
  for turn in 1 2 3 4 5 6; do
    jexec t true </dev/null 2>"$W/out" &
    entering=$!
    for tenth in $(seq 140); do  # T: the command is stopped, and jexec as it is
      state=$(sed -n 's/^State:[ \t]*\(.\).*/\1/p' /proc/$entering/status 2>/dev/null)
      case $state in "" | Z | T) break ;; esac
      sleep 0.1
    done
    case $state in "" | Z | T) ;; *) fail "jexec hangs in state $state ($ids)" ;; esac
    kill -KILL $entering 2>/dev/null
    wait $entering 2>/dev/null
  done
  expect "" timeout -s KILL 40 jail -R t
  wait $stopper
done

note 'no number that nobody could find again'
expect_refusal 'jid 1000000 is above the largest, 999999' jail -c jid=1000000 path="$W/root" persist
expect_refusal 'jid 1000000 is above the largest, 999999' jail -c name=1000000 path="$W/root" persist
expect "" jls -d jid
exit 0
