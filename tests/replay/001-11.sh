#!/bin/bash
# 001-11: a network stack of its own in a jail (VIMAGE), and what needs one: bpf, pf, raw and routing sockets, NFS.
. "$(dirname "$0")/lib.sh"
need_bsd
need busybox ip tcpdump
PATH=$build/libexec/cellblock/bsd:$PATH
chmod 755 "$W"
ifconfig epair0 create >/dev/null || fail "epair0"
for end in "server a 1" "client b 2"; do
  read -r name side number <<<"$end"
  jail -c vnet name=$name path=/ mount.devfs mount.procfs persist || fail "jail -c $name"
  ifconfig epair0$side vnet $name || fail "epair0$side"
  jexec $name ifconfig epair0$side inet 10.11.0.$number/24 || fail "IPv4 of $name"
  jexec $name ifconfig epair0$side inet6 2001:db8:11::$number prefixlen 64 || fail "IPv6 of $name"
done

note "its own IPv4 and IPv6"
eventually jexec client busybox ping -c 1 -W 1 2001:db8:11::1
expect_like ' 0% packet loss' jexec client busybox ping -c 1 -W 3 10.11.0.1
expect_refusal 'nreachable' busybox ping -c 1 -W 1 10.11.0.1
expect_refusal 'nreachable' busybox ping -c 1 -W 1 2001:db8:11::1

note "bpf: its packets, and nobody else's"
jexec server tcpdump -n -c 1 -i epair0a icmp >"$W/seen" 2>"$W/tcpdump" &
dump=$!
eventually grep -q 'listening on epair0a' "$W/tcpdump"
expect_like ' 0% packet loss' jexec client busybox ping -c 1 -W 3 10.11.0.1
wait $dump || fail "tcpdump: $(cat "$W/tcpdump")"
expect_like 'IP 10\.11\.0\.2 > 10\.11\.0\.1: ICMP echo request' cat "$W/seen"
expect_refusal 'No such device' tcpdump -n -c 1 -i epair0a

note "pf: the jail's own rules"
printf 'block in inet proto icmp\n' >"$W/pf.conf"
expect "" jexec server pfctl -q -e -f "$W/pf.conf"
expect_refusal '100% packet loss' jexec client busybox ping -c 1 -W 1 10.11.0.1
expect_like ' 0% packet loss' jexec client busybox ping -c 1 -W 3 2001:db8:11::1
expect_like '^Status: Disabled' pfctl -s info
expect_like '^Status: Disabled' jexec client pfctl -s info
expect "" jexec server pfctl -q -d
expect_like ' 0% packet loss' jexec client busybox ping -c 1 -W 3 10.11.0.1

note "raw sockets"
expect_like ' 1  10\.11\.0\.1 .* ms' jexec client busybox traceroute -I -n -q 1 -w 2 10.11.0.1

note "routing sockets"
jexec client ip -o monitor route >"$W/routes" 2>&1 &
monitor=$!
sleep 0.3
expect "add net 10.12.0.0: gateway 10.11.0.1" jexec client route add -net 10.12.0.0/16 10.11.0.1
route add -net 10.13.0.0/16 127.0.0.1 >/dev/null  # the host's, which the jail does not hear of
eventually grep -q '^10\.12\.0\.0/16 via 10\.11\.0\.1 ' "$W/routes"
expect 1 grep -c . "$W/routes"
kill $monitor

note "NFS from one jail to the other"
need ganesha.nfsd nfs-ls nfs-cp
mkdir -m 777 "$W/state"
cat >"$W/ganesha.conf" <<CONF
NFS_CORE_PARAM { Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; }
NFS_KRB5 { Active_krb5 = false; }
NFSv4 { RecoveryRoot = "$W/state"; Graceless = true; }
EXPORT { Export_Id = 1; Path = /mem; Pseudo = /mem; SecType = sys; Squash = none; Access_Type = RW; FSAL { Name = MEM; } }
CONF
jexec server ganesha.nfsd -F -f "$W/ganesha.conf" -L STDERR -p "$W/state/pid" >"$W/ganesha.log" 2>&1 &
echo "seventeen letters" >"$W/letter" && chmod 644 "$W/letter"
eventually sh -c "jexec server netstat -an | grep -q '[.]2049 .*LISTEN'"
expect_like 'copied 18 bytes' jexec client nfs-cp "$W/letter" 'nfs://10.11.0.1/mem/letter?version=4'
expect_like ' 18 letter$' jexec client nfs-ls 'nfs://10.11.0.1/mem?version=4'
expect_refusal . nfs-ls 'nfs://10.11.0.1/mem?version=4'
jail -R client server
