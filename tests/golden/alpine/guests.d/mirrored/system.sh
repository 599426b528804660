#!/bin/sh
#
# Sets up the new system of mirrored. Run by install.sh, in that system.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022

# Packages, from repositories that the installer may have had more of.
apk add --quiet --update-cache openssh shadow tzdata
cat > /etc/apk/repositories <<'EOF'
http://dl-cdn.alpinelinux.org/alpine/v3.19/main
http://dl-cdn.alpinelinux.org/alpine/v3.19/community
EOF

# Clock and language.
[ -e /usr/share/zoneinfo/UTC ]
ln -sf /usr/share/zoneinfo/UTC /etc/localtime
echo UTC > /etc/timezone
sed -i 's/^clock=.*/clock="UTC"/' /etc/conf.d/hwclock
cat > /etc/profile.d/lang.sh <<'EOF'
export LANG=en_US.UTF-8
EOF

# Accounts. The password of root that the live system has is none.
usermod --password '*' root

# authorize USER KEY: lets the key log in as the user.
authorize() {
    home=$(getent passwd "$1" | cut -d: -f6)
    mkdir -p "$home/.ssh"
    printf '%s\n' "$2" >> "$home/.ssh/authorized_keys"
    chmod 0700 "$home/.ssh"
    chmod 0600 "$home/.ssh/authorized_keys"
    chown -R "$1:" "$home/.ssh"
}
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@alpine.test'

# Names.
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
127.0.1.1	mirrored.alpine.test mirrored
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
EOF

# Services; without acpid the machine does not hear that it shall shut down.
rc-update --quiet add seedrng boot || rc-update --quiet add urandom boot
rc-update --quiet add networking boot
rc-update --quiet add swap boot
rc-update --quiet add lvm boot
rc-update --quiet add mdadm-raid boot
rc-update --quiet add acpid default
rc-update --quiet add crond default
rc-update --quiet add sshd default

# Boot loader.
cat >> /etc/default/grub <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
grub-mkconfig -o /boot/grub/grub.cfg
grep -q '^ttyS0:' /etc/inittab || echo 'ttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100' >> /etc/inittab
