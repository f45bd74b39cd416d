#!/bin/sh
# Lays out under $1 the smallest system Node runs on: no shell, no package manager, nothing that can be written to.
# The packages that files come from are recorded where image scanners look for them, with their licences.
set -eu
out=$1
node=/usr/local/bin/node

mkdir -p "$out/usr/local/bin" "$out/etc/ssl/certs" "$out/var/lib/dpkg/status.d" "$out/tmp" "$out/proc" "$out/sys" "$out/dev"
strip --strip-all -o "$out$node" "$node"

# The loader finds the libraries under the names Node asks for, so links are followed.
for library in $(ldd "$node" | grep -o '/[^ ]*'); do
  mkdir -p "$out$(dirname "$library")"
  cp --dereference "$library" "$out$library"
done

record() {
  dpkg-query --status "$1" >"$out/var/lib/dpkg/status.d/$1"
  mkdir -p "$out/usr/share/doc/$1"
  cp "/usr/share/doc/$1/copyright" "$out/usr/share/doc/$1/"
}
for package in base-files ca-certificates gcc-12-base libc6 libgcc-s1 libstdc++6; do
  record "$package"
done

cp --dereference /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"
cp --dereference /etc/os-release "$out/etc/"
echo 'hosts: files dns' >"$out/etc/nsswitch.conf"
printf '%s\n' 'root:x:0:0:root:/:/nonexistent' 'serin:x:65532:65532:serin:/tmp:/nonexistent' >"$out/etc/passwd"
printf '%s\n' 'root:x:0:' 'serin:x:65532:' >"$out/etc/group"
find "$out" -exec touch --no-dereference --date=@0 {} +
