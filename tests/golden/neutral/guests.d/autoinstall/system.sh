#!/bin/sh
#
# Sets up the new system of autoinstall: what the answers cannot say. Run by installer.sh, in that system.
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

# Groups and users.
useradd -m -U -c "Ann O'Neill" -s /bin/bash ann
passwd -l ann

cat > /etc/sudoers.d/miniascape <<'EOF'
ann	ALL=(ALL) NOPASSWD: ALL
EOF
chmod 0440 /etc/sudoers.d/miniascape
# One rule that cannot be read would take away everybody's.
visudo -cqf /etc/sudoers.d/miniascape

# authorize USER KEY: lets the key log in as the user.
authorize() {
    home=$(getent passwd "$1" | cut -d: -f6)
    mkdir -p "$home/.ssh"
    printf '%s\n' "$2" >> "$home/.ssh/authorized_keys"
    chmod 0700 "$home/.ssh"
    chmod 0600 "$home/.ssh/authorized_keys"
    chown -R "$1:" "$home/.ssh"
}
authorize ann 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 ann@neutral.test'

# Names.
echo autoinstall > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.12.0.3	autoinstall.neutral.test autoinstall
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
10.12.0.9 nine nine.neutral.test
EOF

# Packages; a group is a task of the archive.
apt-get update
apt-get -y install vim systemd-timesyncd firewalld

mkdir -p /etc/systemd/timesyncd.conf.d
cat > /etc/systemd/timesyncd.conf.d/miniascape.conf <<'EOF'
[Time]
NTP=10.12.0.1
EOF
systemctl enable systemd-timesyncd.service

# The packet filter; firewalld lets SSH in by itself.
firewall-offline-cmd --zone=public --add-port=8088/tcp
systemctl enable firewalld.service

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
update-grub

# put FILE OWNER MODE: writes the base64 text it reads to FILE, in the place of what is there.
put() {
    mkdir -p "$(dirname "$1")"
    rm -f "$1"
    (umask 077; base64 -d > "$1")
    chown "$2" "$1"
    chmod "$3" "$1"
}

put /etc/motd root:root 0644 <<'EOF'
aGVsbG8K
EOF
