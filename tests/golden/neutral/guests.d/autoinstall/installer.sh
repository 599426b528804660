#!/bin/sh
#
# Run by the installer of autoinstall: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    ;;
late)
    cp /run/miniascape/system.sh /target/root/system.sh
    curtin in-target --target=/target -- sh /root/system.sh
    rm /target/root/system.sh

# Say so
    cat > /target/root/post-1 <<'EOF'
echo neutral > /root/neutral
EOF
    curtin in-target --target=/target -- /bin/sh /root/post-1 || logger -t miniascape 'post-1 failed'
    rm /target/root/post-1

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed autoinstall' > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
    ;;
esac
