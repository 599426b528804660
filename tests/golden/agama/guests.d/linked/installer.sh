#!/bin/sh
#
# Run by the installer of linked: `pre` before the disks are touched, `post` when the new
# system is below /mnt. When it fails, the install stops.
set -e

case $1 in
pre)
    ;;
post)
    cp /run/miniascape/system.sh /mnt/root/system.sh
    chroot /mnt sh /root/system.sh
    rm /mnt/root/system.sh

    # Nothing that was written here has a label yet, and the kernel that runs knows of none.
    labels=/etc/selinux/targeted/contexts/files/file_contexts
    if [ -e "/mnt$labels" ]; then
        chroot /mnt setfiles -F -m -e /dev -e /proc -e /run -e /sys "$labels" / || touch /mnt/.autorelabel
    fi

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed linked' > /mnt/root/.miniascape-installed
    cat /mnt/root/.miniascape-installed > /dev/console
    ;;
esac
