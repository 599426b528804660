#!/bin/sh
#
# Run by the installer of netplan-8: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    ;;
late)
    cp /system.sh /target/root/system.sh
    in-target sh /root/system.sh
    rm /target/root/system.sh

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed netplan-8' > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
    ;;
esac
