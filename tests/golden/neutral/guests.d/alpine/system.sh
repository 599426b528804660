#!/bin/sh
#
# Sets up the new system of alpine. Run by install.sh, in that system.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022

# Packages, from repositories that the installer may have had more of.
apk add --quiet --update-cache openssh vim shadow tzdata sudo chrony nftables
cat > /etc/apk/repositories <<'EOF'
http://dl-cdn.alpinelinux.org/alpine/v3.22/main
http://dl-cdn.alpinelinux.org/alpine/v3.22/community
EOF

# Clock and language.
[ -e /usr/share/zoneinfo/Europe/Berlin ]
ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime
echo Europe/Berlin > /etc/timezone
sed -i 's/^clock=.*/clock="UTC"/' /etc/conf.d/hwclock
cat > /etc/profile.d/lang.sh <<'EOF'
export LANG=en_US.UTF-8
EOF
cat > /etc/chrony/chrony.conf <<'EOF'
server 10.12.0.1 iburst
driftfile /var/lib/chrony/chrony.drift
rtcsync
makestep 1.0 3
EOF
rc-update --quiet add chronyd default

# Accounts. The password of root that the live system has is none.
usermod --password '*' root
useradd -m -U -c "Ann O'Neill" -s /bin/sh -p '*' ann

mkdir -p /etc/sudoers.d
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
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.12.0.2	alpine.neutral.test alpine
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
10.12.0.9 nine nine.neutral.test
EOF
cat > /etc/resolv.conf <<'EOF'
search neutral.test
nameserver 10.12.0.1
EOF

# Services; without acpid the machine does not hear that it shall shut down.
rc-update --quiet add seedrng boot || rc-update --quiet add urandom boot
rc-update --quiet add networking boot
rc-update --quiet add swap boot
rc-update --quiet add lvm boot
rc-update --quiet add acpid default
rc-update --quiet add crond default
rc-update --quiet add sshd default

# The packet filter.
cat > /etc/nftables.nft <<EOF
#!/usr/sbin/nft -f
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		ct state invalid drop
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		udp dport 546 accept
		tcp dport 22 accept
		tcp dport 8088 accept
	}
	chain forward {
		type filter hook forward priority 0; policy drop;
	}
}
EOF
chmod 0755 /etc/nftables.nft
rc-update --quiet add nftables boot

# Boot loader.
cat >> /etc/default/grub <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
grub-mkconfig -o /boot/grub/grub.cfg
grep -q '^ttyS0:' /etc/inittab || echo 'ttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100' >> /etc/inittab

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
