#!/bin/bash
# tests/lab/run itself: output, arguments and exit status come through, and the host's files stay as they were.
set -u
here=$(cd "$(dirname "$0")" && pwd)
job=$(mktemp)
trap 'rm -f "$job"' EXIT
cat >"$job" <<'JOB'
#!/bin/bash
printf 'args:'
printf ' <%s>' "$@"
printf '\nfrom stderr\n' >&2
touch /etc/lab-was-here
exit 42
JOB
said=$("$here/run" "$job" one 'two words' "it's")
status=$?
wanted=$'args: <one> <two words> <it\'s>\nfrom stderr'
[ "$status" = 42 ] || { echo "exit status $status, not 42"; exit 1; }
[ "$said" = "$wanted" ] || { printf 'said:\n%s\nwanted:\n%s\n' "$said" "$wanted"; exit 1; }
[ ! -e /etc/lab-was-here ] || { echo "the lab wrote to the host"; exit 1; }
