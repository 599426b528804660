#!/bin/sh
#
# Run by the installer of full: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    # The proxy, for the package manager of the new system as soon as there is one.
    cat > /usr/lib/post-base-installer.d/80miniascape <<'EOF'
#!/bin/sh
cat > /target/etc/apt/apt.conf.d/90miniascape <<'END'
Acquire::http::Proxy "http://10.8.0.1:3128";
Acquire::https::Proxy "http://10.8.0.1:3128";
Acquire::http::Proxy::10.8.0.1 "DIRECT";
Acquire::https::Proxy::10.8.0.1 "DIRECT";
Acquire::http::Proxy::mirror.test "DIRECT";
Acquire::https::Proxy::mirror.test "DIRECT";
END
EOF
    chmod 0755 /usr/lib/post-base-installer.d/80miniascape

# Before the disks
    cat > /tmp/pre-1 <<'EOF'
echo pre > /tmp/pre
EOF
    sh /tmp/pre-1 || logger -t miniascape 'pre-1 failed'
    ;;
late)
    cp /system.sh /target/root/system.sh
    in-target sh /root/system.sh
    rm /target/root/system.sh

    cat > /target/root/post-1 <<'EOF'
echo post > /root/post
EOF
    in-target /bin/bash /root/post-1
    rm /target/root/post-1

    cat > /tmp/post-nochroot-2 <<'EOF'
cp /tmp/pre /target/root/pre
EOF
    sh /tmp/post-nochroot-2 || logger -t miniascape 'post-nochroot-2 failed'
    rm /tmp/post-nochroot-2

    chroot /target base64 -d > /target/root/post-3 <<'EOF'
cHJpbnRmICdhXHJcbicNCg==
EOF
    in-target /bin/sh /root/post-3 || logger -t miniascape 'post-3 failed'
    rm /target/root/post-3

    # Reached only when nothing failed that has to succeed.
    echo 'miniascape: installed full' > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
    ;;
esac
