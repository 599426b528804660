#!/bin/sh
#
# Sets up the new system of locked: what the answers cannot say. Run by installer.sh, in that system.
set -e
umask 022
export DEBIAN_FRONTEND=noninteractive

# device MAC: prints the name of the interface that has this address.
device() {
    for address in /sys/class/net/*/address; do
        if [ "$(cat "$address")" = "$1" ]; then
            basename "${address%/address}"
            return
        fi
    done
    echo "no interface has the address $1" >&2
    return 1
}

# Root.
passwd -l root

# authorize USER KEY: lets the key log in as the user.
authorize() {
    home=$(getent passwd "$1" | cut -d: -f6)
    mkdir -p "$home/.ssh"
    printf '%s\n' "$2" >> "$home/.ssh/authorized_keys"
    chmod 0700 "$home/.ssh"
    chmod 0600 "$home/.ssh/authorized_keys"
    chown -R "$1:" "$home/.ssh"
}
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@ubu.test'

# Names.
echo locked > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
127.0.1.1	locked.ubu.test locked
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
EOF

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
update-grub
