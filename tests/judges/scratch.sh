#!/bin/sh
# Runs a script in a scratch root that has this machine's programs, read-only, and nothing else of it.
# scratch.sh ROOT INTERPRETER SCRIPT, in a mount namespace of its own; SCRIPT is a path in the root.
set -e
root=$1
mount --make-rprivate /
mkdir -p "$root/usr" "$root/local/bin" "$root/dev" "$root/tmp" "$root/root" "$root/etc" "$root/var"
mount --rbind /usr "$root/usr"
mount --bind "$root/local" "$root/usr/local"
mount -o remount,bind,ro "$root/usr" 2> /dev/null || [ "$REAL_UID" != 0 ]
for dir in bin sbin lib lib64; do
    if [ -L "/$dir" ]; then
        ln -sfn "$(readlink "/$dir")" "$root/$dir"
    elif [ -d "/$dir" ]; then
        mkdir -p "$root/$dir"
        mount --rbind "/$dir" "$root/$dir"
    fi
done
for device in null console; do
    touch "$root/dev/$device"
done
mount --bind /dev/null "$root/dev/null"
umask 022
exec env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$2" "$3"
