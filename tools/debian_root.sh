#!/bin/sh
# tools/debian_root.sh ARCHIVE [PACKAGE...]: a small Debian as a tar archive: the essential packages, apt, and those
# named. Needs root and a Debian mirror.
set -eu
archive=$1
shift
suite=${DEBIAN_SUITE:-bookworm}
"$(dirname "$0")/packages.sh" debian
mkdir -p "$(dirname "$archive")"
log=$(mktemp)
trap 'rm -f "$log" "$archive.part"' EXIT
include=$(printf ',%s' apt "$@")
# The root is made once and then only unpacked: dpkg need not wait for the disk after each file.
if ! mmdebstrap --mode=root --variant=essential --include="${include#,}" --format=tar \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$archive.part" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
mv "$archive.part" "$archive"
