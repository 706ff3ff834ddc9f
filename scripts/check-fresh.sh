#!/bin/sh
# check-fresh.sh: the two commands on a bare Debian 12. Makes a minimal root with debootstrap, unpacks what
# is committed, and runs sh scripts/test.sh and sh scripts/demo.sh in it as root; then both a second time
# in a new clone without a network. Needs root here, and a Debian mirror, which is this machine's own.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "check-fresh.sh needs root, for debootstrap and chroot" >&2; exit 1; }
sh scripts/setup.sh fresh

work=$(mktemp -d)
root=$work/root
unmount() {
  for folder in dev proc; do
    ! mountpoint -q "$root/$folder" || umount -R -l "$root/$folder"
  done
}
trap 'unmount; rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The mirror that apt uses here: whatever serves bookworm/main.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
[ -n "$mirror" ] || { echo "apt on this machine knows no mirror of bookworm/main" >&2; exit 1; }

# The packages of the base system are kept for the next time.
cache=$PWD/build/debs
mkdir -p "$cache" "$root"
echo "Making a minimal Debian 12"
debootstrap --variant=minbase --cache-dir="$cache" bookworm "$root" "$mirror" > "$work/log" 2>&1 ||
  { tail -n 20 "$work/log"; exit 1; }
for file in /etc/resolv.conf /etc/hosts; do [ ! -f $file ] || cp -L $file "$root/etc/"; done
# How this machine reaches its mirror: proxies and certificates, where it has any.
for file in /etc/apt/apt.conf.d/*; do
  if [ -f "$file" ] && grep -qiE 'proxy|Check-Valid-Until' "$file"; then cp "$file" "$root/etc/apt/apt.conf.d/"; fi
done
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"

both() { # both TITLE WRAPPER...: a fresh clone, then the two commands in it
  title=$1
  shift
  rm -rf "$root/root/favor"
  mkdir -p "$root/root/favor"
  git archive HEAD | tar -xf - -C "$root/root/favor"
  for script in test demo; do
    echo "==== $title: sh scripts/$script.sh"
    start=$(date +%s)
    "$@" chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      sh -c "cd /root/favor && sh scripts/$script.sh" ||
      { echo "==== $title: scripts/$script.sh failed with status $?"; exit 1; }
    echo "==== $title: scripts/$script.sh done in $(($(date +%s) - start)) s"
  done
}
both "bare Debian 12"
both "no network" unshare -n
echo "check-fresh: both commands passed twice, with and without a network"
