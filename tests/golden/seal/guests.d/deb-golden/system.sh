#!/bin/sh
#
# Sets up the new system of deb-golden: what the answers cannot say. Run by installer.sh, in that system.
set -e
umask 022
# The installer's debconf is not ours to talk to.
unset DEBCONF_REDIR DEBCONF_FRONTEND DEBCONF_READFD DEBCONF_WRITEFD DEBIAN_HAS_FRONTEND
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

# Names.
echo deb-golden > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
127.0.1.1	deb-golden.lab.test deb-golden
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
EOF

# Interfaces, each in a file of its own.
mkdir -p /etc/network/interfaces.d
cat > /etc/network/interfaces <<'EOF'
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback
EOF

nic=$(device 52:54:00:9d:bd:d0)
cat > "/etc/network/interfaces.d/$nic" <<EOF
auto $nic
iface $nic inet dhcp
EOF

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
update-grub
