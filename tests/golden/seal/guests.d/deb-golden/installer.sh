#!/bin/sh
#
# Run by the installer of deb-golden: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
    ;;
late)
    cp /system.sh /target/root/system.sh
    in-target sh /root/system.sh
    rm /target/root/system.sh

# For all
    cat > /target/root/post-1 <<'EOF'
date > /etc/made
EOF
    in-target /bin/sh /root/post-1
    rm /target/root/post-1

    # The system becomes an image when the installer has left what it leaves: it copies its network configuration and its
    # logs after this. Of a script there that fails it only takes note, so a failure stops here.
    cat > /usr/lib/finish-install.d/94zz-miniascape <<'EOF'
#!/bin/sh
cp /seal.sh /target/root/seal.sh
if in-target sh /root/seal.sh /; then
    rm /target/root/seal.sh
    cat /target/root/.miniascape-sealed > /dev/console
else
    echo 'miniascape: seal.sh failed' > /dev/console
    while :; do sleep 3600; done
fi
EOF
    chmod 0755 /usr/lib/finish-install.d/94zz-miniascape
    ;;
esac
