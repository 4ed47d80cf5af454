#!/bin/bash
# 004-15: several network stacks, and several routing domains in one: the same network twice, and none of them meets.
. "$(dirname "$0")/lib.sh"
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
bsd=$build/libexec/cellblock/bsd

note "a stack each: two customers with the same addresses"
for n in 1 2; do
  own_root "$W/customer$n"
  ifconfig epair$n create >/dev/null || fail "epair$n"
  jail -c vnet name=customer$n path="$W/customer$n" persist vnet.interface=epair${n}b mount.devfs || fail "customer$n"
  jexec customer$n "$bsd/ifconfig" epair${n}b inet 10.50.0.2/24 || fail "address of customer$n"
  jexec customer$n sh -c "(while :; do echo I am $n | nc -l -p 7777; done) >/dev/null 2>&1 &" || fail "listener"
done

note "a table each in the host's stack: fib 1 leads to one of them, fib 2 to the other"
ifconfig epair1a inet 10.50.0.11/32 up && ifconfig epair2a inet 10.50.0.12/32 up || fail "near ends"
for n in 1 2; do
  expect "add net 10.50.0.0: gateway epair${n}a fib $n" route add -net 10.50.0.0/24 -interface epair${n}a -fib $n
  expect "I am $n" setfib $n busybox nc -w 2 10.50.0.2 7777
done
expect_refusal 'nreachable' busybox ping -c 1 -W 1 10.50.0.2
expect_like '^10\.50\.0\.0/24 +.* +epair1a' netstat -rn -F 1 -4
expect "" sh -c 'netstat -rn -4 | grep 10.50.0.0; true'

note "and a jail of the host's stack in each domain"
for n in 1 2; do
  own_root "$W/teller$n"
  expect "I am $n" jail -q -c path="$W/teller$n" name=teller$n ip4=inherit exec.fib=$n command=/usr/bin/nc -w 2 10.50.0.2 7777
done
jail -r customer1 customer2 || fail "jail -r"
