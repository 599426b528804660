#!/bin/sh
#
# Sets up the new system of full: what the answers cannot say. Run by installer.sh, in that system.
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

# Groups and users.
getent group ops > /dev/null || groupadd -g 5000 ops
getent group dev > /dev/null || groupadd dev
getent group adm > /dev/null || groupadd adm
useradd -m -u 1500 -U -G ops,adm,dev -c "Ann O'Neill, ops" -s /bin/bash ann
passwd -l ann
getent group 1600 > /dev/null || groupadd -g 1600 web
useradd -m -g 1600 -d /srv/web -s /usr/sbin/nologin web
passwd -l web

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
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@deb.test'
authorize web 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCmO6T7/Ot5objn4mlTDrExPLuhPLC2T40OE3qPYtyeokT8vlvYeJmcW5DKIVz/SpNJEsJMCEpTDs3sFrnkNDXSsuaNuXCZAXYDbKnGogQhZtkPG6J521PSlbV73wTxzXwAsxdAY2xKCBSXYotsXgvCm20R5rDrjHFWyk9KiObziQ== one'
authorize web 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIUcrPtDBWTDogEaW+mumnhSaSI5QLl99jguijfmgu3Q0oBjb/52iLysanEw39tjk541KMwwTmS5WyLSJZM5Hcc= two'

# Names.
echo full > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.8.0.10	full.deb.test full
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
10.8.0.9 nine nine.deb.test
EOF

# Interfaces, each in a file of its own.
mkdir -p /etc/network/interfaces.d
cat > /etc/network/interfaces <<'EOF'
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback
EOF

nic=$(device 52:54:00:ee:51:03)
cat > "/etc/network/interfaces.d/$nic" <<EOF
auto $nic
iface $nic inet static
    address 10.8.0.10/24
    gateway 10.8.0.1
iface $nic inet6 static
    address fd08::10/64
    gateway fd08::1
EOF

nic=$(device 52:54:00:86:2b:d9)
cat > "/etc/network/interfaces.d/$nic" <<EOF
auto $nic
iface $nic inet static
    address 10.8.1.10/24
    pre-up ip link set dev $nic mtu 9000
EOF

nic=$(device 52:54:00:f6:0b:af)
cat > "/etc/network/interfaces.d/$nic" <<EOF
auto $nic
iface $nic inet manual
    up ip link set dev $nic up
EOF

cat > /etc/resolv.conf <<'EOF'
search deb.test
nameserver 10.8.0.1
EOF

sed -i 's/^XKBVARIANT=.*/XKBVARIANT="nodeadkeys"/' /etc/default/keyboard

mkdir -p /etc/systemd/timesyncd.conf.d
cat > /etc/systemd/timesyncd.conf.d/miniascape.conf <<'EOF'
[Time]
NTP=10.8.0.1
EOF
systemctl enable systemd-timesyncd.service

# purge PACKAGE: removes a package, if it is there.
purge() {
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2> /dev/null) in
    i*) apt-get -y purge "$1" ;;
    esac
}
purge nano

# drop LINE: takes a repository away that was for the installer.
drop() {
    grep -vF "$1" /etc/apt/sources.list > /etc/apt/sources.list.new || :
    cat /etc/apt/sources.list.new > /etc/apt/sources.list
    rm /etc/apt/sources.list.new
}
drop 'http://10.8.0.1/flat/ ./'

cat > /etc/apt/sources.list.d/later.list <<'EOF'
# deb http://mirror.test/x/ bookworm main
EOF

cat > /etc/profile.d/proxy.sh <<'EOF'
export http_proxy=http://10.8.0.1:3128
export https_proxy="$http_proxy" ftp_proxy="$http_proxy"
export no_proxy='10.8.0.0/24,mirror.test'
EOF

# Services.
systemctl disable apt-daily.timer
systemctl enable ssh

# The packet filter; firewalld lets SSH in by itself.
firewall-offline-cmd --zone=public --add-service=http
firewall-offline-cmd --zone=public --add-port=8088/tcp
firewall-offline-cmd --zone=public --add-port=5000-5010/udp
nic=$(device 52:54:00:86:2b:d9)
firewall-offline-cmd --zone=trusted --add-interface="$nic"
systemctl enable firewalld.service

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200 panic=10 crashkernel=256M'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
GRUB_TIMEOUT=2
EOF
# What is set aside for crash dumps stands above.
: > /etc/default/grub.d/kdump-tools.cfg
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

put /usr/local/bin/hi ann:ops 0755 <<'EOF'
IyEvYmluL3NoCg==
EOF

# Scripts for the first boot.
mkdir -p /usr/local/libexec/miniascape
chmod 0700 /usr/local/libexec/miniascape
cd /usr/local/libexec/miniascape

# At last
cat > firstboot-1 <<'EOF'
echo first
EOF

cat > firstboot <<'EOF'
cd /usr/local/libexec/miniascape || exit
if [ -e firstboot-1 ]; then
    /bin/sh ./firstboot-1
    rm firstboot-1
fi
systemctl disable miniascape-firstboot.service
EOF

cat > /etc/systemd/system/miniascape-firstboot.service <<'EOF'
[Unit]
Description=First boot scripts of miniascape
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh /usr/local/libexec/miniascape/firstboot
TimeoutStartSec=0
StandardOutput=journal+console

[Install]
WantedBy=multi-user.target
EOF
systemctl enable miniascape-firstboot.service
