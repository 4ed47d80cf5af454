#!/bin/bash
# 002-1: rc.conf makes the host a gateway; a jail on a private bridge reaches the outside through its translation.
. "$(dirname "$0")/lib.sh"
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
bsd=$build/libexec/cellblock/bsd
own_etc
for name in outside inside; do own_root "$W/$name"; done

# The outside: a machine that knows nothing of 192.168.2.0/24, behind the host's fxp0.
ifconfig epair9 create >/dev/null && ifconfig epair9a name fxp0 >/dev/null || fail "fxp0"
jail -c vnet name=outside path="$W/outside" persist vnet.interface=epair9b mount.devfs || fail "jail -c outside"
jexec outside "$bsd/ifconfig" epair9b inet 203.0.113.7/24 || fail "outside's address"
ifconfig fxp0 inet 203.0.113.1/24 || fail "fxp0's address"
jexec outside sh -c 'while :; do nc -l -p 80 -e /bin/cat /etc/hostname; done >/dev/null 2>&1 &' || fail "server"
echo outside >"$W/outside/etc/hostname"

# A jail on a private bridge, as in 002-2.
ifconfig bridge0 create && ifconfig bridge0 inet 192.168.2.1/24 || fail "bridge0"
ifconfig epair0 create >/dev/null && ifconfig bridge0 addm epair0a && ifconfig epair0a up || fail "epair0"
jail -c vnet name=inside path="$W/inside" persist vnet.interface=epair0b mount.devfs || fail "jail -c inside"
jexec inside "$bsd/ifconfig" epair0b inet 192.168.2.2/24 || fail "inside's address"
jexec inside "$bsd/route" add default 192.168.2.1 >/dev/null || fail "default route"
expect_status 0 jexec inside ping -c 1 -W 3 192.168.2.1
expect_refusal '100% packet loss|nreachable' jexec inside ping -c 1 -W 1 203.0.113.7

# The deck's text.
cat >/etc/rc.conf <<'CONF'
gateway_enable="YES"
firewall_enable="YES"
firewall_type="open"
natd_enable="YES"
natd_interface="fxp0"
CONF
expect "Firewall rules loaded." cellblock bsd service ipfw start
expect_like '^00050 divert 8668 ip4? from any to any via fxp0$' ipfw list
expect_like '^65000 allow ip from any to any$' ipfw list
expect_status 0 jexec inside ping -c 1 -W 3 203.0.113.7
eventually sh -c "jexec inside nc -w 2 203.0.113.7 80 </dev/null | grep -q outside"
expect_status 1 jexec outside ping -c 1 -W 1 192.168.2.2

note "with natd's own options"
echo 'natd_flags="-dynamic -m -u -redirect_port tcp 192.168.2.2:80 8080"' >>/etc/rc.conf
expect "Firewall rules loaded." cellblock bsd service ipfw restart
expect "natd is running: port 8668, if fxp0 unreg_only redirect_port tcp 192.168.2.2:80 8080." cellblock bsd service natd status
expect_status 0 jexec inside ping -c 1 -W 3 203.0.113.7
jexec inside sh -c 'while :; do nc -l -p 80 -e /bin/cat /etc/hostname; done >/dev/null 2>&1 &' || fail "inside's server"
echo inside >"$W/inside/etc/hostname"
eventually sh -c "jexec outside nc -w 2 203.0.113.1 8080 </dev/null | grep -q inside"

note "or an address instead of an interface, for ipfw's own translation too"
cat >>/etc/rc.conf <<'CONF'
natd_interface=203.0.113.1
natd_flags=
CONF
expect "Firewall rules loaded." cellblock bsd service ipfw restart
expect_status 0 jexec inside ping -c 1 -W 3 203.0.113.7
cat >>/etc/rc.conf <<'CONF'
natd_enable=NO
firewall_nat_enable=YES
firewall_nat_interface=203.0.113.1
CONF
expect "Firewall rules loaded." cellblock bsd service ipfw restart
expect_like '^00050 nat 123 ip4 from any to any via 203.0.113.1$' ipfw list
expect_status 0 jexec inside ping -c 1 -W 3 203.0.113.7

note "or by a script"
printf 'ipfw -q -f flush\nipfw -q add allow ip from any to any // $1\n' >"$W/script"
expect_refusal 'ERROR: firewall_script="/nosuch": No such file' sh -c 'echo firewall_script=/nosuch >>/etc/rc.conf; cellblock bsd service ipfw restart'
echo "firewall_script=$W/script" >>/etc/rc.conf
expect "Firewall rules loaded." cellblock bsd service ipfw restart
expect "00100 allow ip from any to any // open
65535 deny ip from any to any" ipfw list
sed -i '/^firewall_script=/d' /etc/rc.conf
expect "Firewall rules loaded." cellblock bsd service ipfw restart

note "and not when it is stopped"
expect "" cellblock bsd service ipfw stop
expect_refusal '100% packet loss|nreachable' jexec inside ping -c 1 -W 1 203.0.113.7
expect_like "Cannot 'start' ipfw\. Set firewall_enable" sh -c 'echo firewall_enable=NO >>/etc/rc.conf; cellblock bsd service ipfw start'
jail -R inside outside
