# Rows 000-7 and 000-8: the root and the jail.conf that both are about.
centos_jail() {
  need cellblock
need_bsd
  own_etc
  folder /jails
  busybox_root "$W/centos"
  echo 'CentOS release 6.4 (Final)' >"$W/centos/etc/redhat-release"
  tar -C "$W/centos" -czf "$W/centos-6-x86.tar.gz" .
  mkdir /jails/linux
  cellblock bsd sysctl -w compat.linux.osrelease=2.6.32 >/dev/null || fail "sysctl"

  # The deck's text, and $bsd so that the hooks find BSD's mount first.
  tar -xf "$W/centos-6-x86.tar.gz" -C /jails/linux
  cat >/etc/jail.conf <<'CONF'
$bsd;
centos {
    host.hostname=centos;
    persist;
    ip4=inherit;
    mount.devfs;
    path=/jails/linux;
    exec.prestart="mount -t linprocfs none /jails/linux/proc; mount -t linsysfs none /jails/linux/sys";
    exec.poststop="umount /jails/linux/proc /jails/linux/sys";
}
CONF
  expect "centos: created" jail -c centos
}
