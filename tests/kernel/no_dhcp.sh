#!/bin/bash
# net.address=dhcp where no server answers, which takes a minute to find out: the jail runs, and jail(8) says so.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox
need_bsd
mkdir -p "$W/root"/{bin,proc}
cp "$(command -v busybox)" "$W/root/bin/busybox"
ldd "$W/root/bin/busybox" >/dev/null 2>&1 && skip "busybox is not static"
expect_like '^dhclient: lan0: no server has answered; asking goes on in the background$' \
  jail -c name=alone path="$W/root" persist mount.procfs vnet net.bridge=br0 net.address=dhcp net.interface=lan0
expect alone jls -j alone name
expect_like 'dhclient' jexec alone /bin/busybox ps
expect "" jail -r alone
