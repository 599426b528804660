#!/bin/sh
#
# Run by the installer of full: `pre` before the disks are touched, `post` when the new
# system is below /mnt. When it fails, the install stops.
set -e

case $1 in
pre)

# Before the disks
    cat > /tmp/pre-1 <<'EOF'
print('pre')
EOF
    /usr/bin/python3 /tmp/pre-1 || logger -t miniascape 'pre-1 failed'
    ;;
post)
    cp /run/miniascape/system.sh /mnt/root/system.sh
    chroot /mnt sh /root/system.sh
    rm /mnt/root/system.sh

    cat > /mnt/root/post-1 <<'EOF'
echo post > /root/post
EOF
    chroot /mnt /bin/bash /root/post-1
    rm /mnt/root/post-1

    cat > /tmp/post-nochroot-2 <<'EOF'
cp /tmp/pre /mnt/root/pre
EOF
    /bin/sh /tmp/post-nochroot-2 || logger -t miniascape 'post-nochroot-2 failed'
    rm /tmp/post-nochroot-2

    chroot /mnt base64 -d > /mnt/root/post-3 <<'EOF'
cHJpbnRmICdhXHJcbicNCg==
EOF
    chroot /mnt /bin/sh /root/post-3 || logger -t miniascape 'post-3 failed'
    rm /mnt/root/post-3

    # Nothing that was written here has a label yet, and the kernel that runs knows of none.
    labels=/etc/selinux/targeted/contexts/files/file_contexts
    if [ -e "/mnt$labels" ]; then
        chroot /mnt setfiles -F -m -e /dev -e /proc -e /run -e /sys "$labels" / || touch /mnt/.autorelabel
    fi

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed full' > /mnt/root/.miniascape-installed
    cat /mnt/root/.miniascape-installed > /dev/console
    ;;
esac
