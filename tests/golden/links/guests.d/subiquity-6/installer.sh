#!/bin/sh
#
# Run by the installer of subiquity-6: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    ;;
late)
    cp /run/miniascape/system.sh /target/root/system.sh
    curtin in-target --target=/target -- sh /root/system.sh
    rm /target/root/system.sh

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed subiquity-6' > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
    ;;
esac
