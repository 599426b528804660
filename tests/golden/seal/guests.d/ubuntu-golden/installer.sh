#!/bin/sh
#
# Run by the installer of ubuntu-golden: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    ;;
late)
    cp /run/miniascape/system.sh /target/root/system.sh
    curtin in-target --target=/target -- sh /root/system.sh
    rm /target/root/system.sh

# For all
    cat > /target/root/post-1 <<'EOF'
date > /etc/made
EOF
    curtin in-target --target=/target -- /bin/sh /root/post-1
    rm /target/root/post-1

    # The system becomes an image. When this has ended, the installer copies its logs, with what is secret in them, so they
    # go into memory.
    sh /run/miniascape/seal.sh /target
    mkdir -p /target/var/log/installer
    mount -t tmpfs -o mode=0700 tmpfs /target/var/log/installer
    cat /target/root/.miniascape-sealed > /dev/console
    ;;
esac
