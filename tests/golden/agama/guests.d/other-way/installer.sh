#!/bin/sh
#
# Run by the installer of other-way: `pre` before the disks are touched, `post` when the new
# system is below /mnt. When it fails, the install stops.
set -e

case $1 in
pre)
    ;;
post)
    cp /run/miniascape/system.sh /mnt/root/system.sh
    chroot /mnt sh /root/system.sh
    rm /mnt/root/system.sh

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed other-way' > /mnt/root/.miniascape-installed
    cat /mnt/root/.miniascape-installed > /dev/console
    ;;
esac
