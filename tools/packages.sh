#!/bin/sh
# tools/packages.sh PURPOSE...: installs the Debian packages that building, checking, ... needs and that are
# missing. Touches apt only when something is missing. PURPOSE: build check lab fuzz tidy bench demo debian deb.
# --list prints the names instead.
set -eu

packages_for() {
  case $1 in
    build) echo g++ clang bpftool libbpf-dev cmake ninja-build ccache lld libfmt-dev libexpected-dev libgtest-dev libgmock-dev ;;
    check) echo mandoc jq systemd busybox-static zsh tcsh iproute2 nftables procps psmisc util-linux e2fsprogs btrfs-progs bash git openvpn openssl radvd tcpdump nfs-ganesha nfs-ganesha-mem
      echo libnfs-utils ;;
    lab) echo qemu-system-x86 busybox-static kmod cpio e2fsprogs dpkg bash iproute2 ppp pppoe wireguard-tools ;;
    fuzz) echo libclang-rt-14-dev ;;
    tidy) echo clang-format clang-tidy ;;
    bench) echo crun runc iperf3 iproute2 util-linux busybox-static ;;
    demo) echo busybox-static util-linux procps iproute2 ;;
    debian) echo mmdebstrap ;;
    deb) echo dpkg gzip ;;
    *) echo "packages.sh: no list for '$1'" >&2; exit 2 ;;
  esac
}

list_only=
[ "${1-}" = --list ] && { list_only=1; shift; }
wanted=$(for purpose in "$@"; do packages_for "$purpose"; done)
[ -n "$list_only" ] && { printf '%s\n' $wanted | sort -u; exit 0; }

# Somewhere without dpkg the reader sees to the packages; the build says what is missing.
command -v dpkg-query >/dev/null 2>&1 || exit 0

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing=$(for name in $wanted; do is_installed "$name" || echo "$name"; done | sort -u)
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ]; then
  echo "Missing packages. As root:" >&2
  echo "    apt-get install --no-install-recommends" $missing >&2
  exit 1
fi
echo "Installing:" $missing >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for step in update "install -y --no-install-recommends $missing"; do
  # The words of a step are separate arguments.
  # shellcheck disable=SC2086
  if ! apt-get -q $step >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    exit 1
  fi
done
