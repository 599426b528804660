#!/bin/sh
#
# Sets up the new system of full. Run by install.sh, in that system.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022

# Packages, from repositories that the installer may have had more of.
apk add --quiet --update-cache openssh vim libstdc++ shadow tzdata sudo chrony nftables musl-locales
apk del --quiet busybox-suid
cat > /etc/apk/repositories <<'EOF'
http://10.6.0.1/alpine/v3.23/main
http://10.6.0.1/alpine/v3.23/community
http://10.6.0.1/local/
#http://mirror.test/x/
EOF

# Clock and language.
[ -e /usr/share/zoneinfo/Europe/Berlin ]
ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime
echo Europe/Berlin > /etc/timezone
sed -i 's/^clock=.*/clock="local"/' /etc/conf.d/hwclock
cat > /etc/profile.d/lang.sh <<'EOF'
export LANG=de_DE.UTF-8
EOF
cat > /etc/chrony/chrony.conf <<'EOF'
server 10.6.0.1 iburst
driftfile /var/lib/chrony/chrony.drift
rtcsync
makestep 1.0 3
EOF
rc-update --quiet add chronyd default

# Accounts. The password of root that the live system has is none.
usermod --password '*' root
getent group ops > /dev/null || groupadd -g 5000 ops
getent group dev > /dev/null || groupadd dev
getent group wheel > /dev/null || groupadd wheel
useradd -m -u 1500 -U -G ops,wheel,dev -c "Ann O'Neill, ops" -s /bin/sh -p '*' ann
getent group 1600 > /dev/null || groupadd -g 1600 web
useradd -m -g 1600 -d /srv/web -s /sbin/nologin -p '*' web

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
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@alpine.test'
authorize web 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 one'
authorize web 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 two'

# Names.
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.6.0.10	full.alpine.test full
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
10.6.0.9 nine nine.alpine.test
EOF
cat > /etc/resolv.conf <<'EOF'
search alpine.test
nameserver 10.6.0.1
EOF

# Services; without acpid the machine does not hear that it shall shut down.
rc-update --quiet add seedrng boot || rc-update --quiet add urandom boot
rc-update --quiet add networking boot
rc-update --quiet add swap boot
rc-update --quiet add lvm boot
rc-update --quiet add acpid default
rc-update --quiet add crond default
rc-update --quiet add sshd default
rc-update --quiet add chronyd default
rc-update --quiet --all del crond || :

# The packet filter.
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
trusted_1=$(device 52:54:00:28:d6:5c)
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
		iifname "$trusted_1" accept
		tcp dport 22 accept
		tcp dport 80 accept
		tcp dport 8088 accept
		udp dport 5000-5010 accept
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
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200 panic=10'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
GRUB_TIMEOUT=2
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

put /usr/local/bin/hi ann:ops 0755 <<'EOF'
IyEvYmluL3NoCg==
EOF

# Scripts of the first boot.
mkdir -p /usr/local/libexec/miniascape /etc/local.d
chmod 0700 /usr/local/libexec/miniascape
cd /usr/local/libexec/miniascape

# At last
cat > firstboot-1 <<'EOF'
echo first
EOF

cat > /etc/local.d/miniascape.start <<'END'
#!/bin/sh
exec < /dev/null > /dev/console 2>&1
cd /usr/local/libexec/miniascape || exit
if [ -e firstboot-1 ]; then
    /bin/sh ./firstboot-1
    rm firstboot-1
fi
rm /etc/local.d/miniascape.start
END
chmod 0755 /etc/local.d/miniascape.start
rc-update --quiet add local default
