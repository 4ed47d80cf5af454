#!/bin/sh
# packaging/deb/build.sh: builds build/cellblock_VERSION_ARCH.deb from a release build installed below /usr.
set -eu
cd "$(dirname "$0")/../.."
jobs=${JOBS:-$(nproc)}
cmake --preset release -DCMAKE_INSTALL_PREFIX=/usr --log-level=WARNING >/dev/null
cmake --build --preset release -j "$jobs" --target programs

version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' build/CMakeCache.txt)
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
DESTDIR=$stage cmake --install build --strip >/dev/null

mkdir -p "$stage/usr/share/doc/cellblock" "$stage/DEBIAN"
cp LICENSE "$stage/usr/share/doc/cellblock/copyright"
gzip -9n <CHANGELOG.md >"$stage/usr/share/doc/cellblock/changelog.gz"
find "$stage/usr/share/man" -type f -name '*.[1-9]' -exec gzip -9n {} + 2>/dev/null || true

sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
  -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$stage" | cut -f1)/" packaging/deb/control.in >"$stage/DEBIAN/control"
[ ! -d "$stage/etc" ] || (cd "$stage" && find etc -type f | sed 's|^|/|' | LC_ALL=C sort) >"$stage/DEBIAN/conffiles"
(cd "$stage" && find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2) >"$stage/DEBIAN/md5sums"
for script in postinst prerm postrm; do
  [ ! -f "packaging/deb/$script" ] || install -m 755 "packaging/deb/$script" "$stage/DEBIAN/$script"
done

package=build/cellblock_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$stage" "$package" >/dev/null
echo "$package"
