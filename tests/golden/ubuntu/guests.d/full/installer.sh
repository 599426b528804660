#!/bin/sh
#
# Run by the installer of full: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)

# Before the disks
    cat > /tmp/pre-1 <<'EOF'
print('pre')
EOF
    /usr/bin/python3 /tmp/pre-1 || logger -t miniascape 'pre-1 failed'
    ;;
late)
    cp /run/miniascape/system.sh /target/root/system.sh
    curtin in-target --target=/target -- sh /root/system.sh
    rm /target/root/system.sh

    cat > /target/root/post-1 <<'EOF'
echo post > /root/post
EOF
    curtin in-target --target=/target -- /bin/bash /root/post-1
    rm /target/root/post-1

    cat > /tmp/post-nochroot-2 <<'EOF'
cp /tmp/pre /target/root/pre
EOF
    /bin/sh /tmp/post-nochroot-2 || logger -t miniascape 'post-nochroot-2 failed'
    rm /tmp/post-nochroot-2

    chroot /target base64 -d > /target/root/post-3 <<'EOF'
cHJpbnRmICdhXHJcbicNCg==
EOF
    curtin in-target --target=/target -- /bin/sh /root/post-3 || logger -t miniascape 'post-3 failed'
    rm /target/root/post-3

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed full' > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
    ;;
esac
