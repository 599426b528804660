#!/bin/sh
#
# Sets up the new system of full: what the answers cannot say. Run by installer.sh, in that system.
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
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@ubu.test'
authorize web 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 web'

# Names.
echo full > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.6.0.10	full.ubu.test full
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
10.6.0.9 nine nine.ubu.test
EOF

# The hardware clock has local time.
printf '0.0 0 0.0\n0\nLOCAL\n' > /etc/adjtime

# The proxy.
cat > /etc/apt/apt.conf.d/90miniascape <<'EOF'
Acquire::http::Proxy "http://10.6.0.1:3128";
Acquire::https::Proxy "http://10.6.0.1:3128";
Acquire::http::Proxy::10.6.0.1 "DIRECT";
Acquire::https::Proxy::10.6.0.1 "DIRECT";
Acquire::http::Proxy::mirror.test "DIRECT";
Acquire::https::Proxy::mirror.test "DIRECT";
EOF
cat > /etc/profile.d/proxy.sh <<'EOF'
export http_proxy=http://10.6.0.1:3128
export https_proxy="$http_proxy" ftp_proxy="$http_proxy"
export no_proxy='10.6.0.0/24,mirror.test'
EOF

# Repositories.
[ -e /etc/apt/trusted.gpg.d/local.asc ] || [ -e /etc/apt/trusted.gpg.d/local.gpg ] || { /usr/lib/apt/apt-helper download-file http://10.6.0.1/local/key.asc /etc/apt/trusted.gpg.d/local.new && { if grep -q 'BEGIN PGP' /etc/apt/trusted.gpg.d/local.new; then mv /etc/apt/trusted.gpg.d/local.new /etc/apt/trusted.gpg.d/local.asc; else mv /etc/apt/trusted.gpg.d/local.new /etc/apt/trusted.gpg.d/local.gpg; fi; }; } || exit
cat > /etc/apt/sources.list.d/local.list <<'EOF'
deb http://10.6.0.1/local/ noble main extra
EOF
cat > /etc/apt/sources.list.d/flat.list <<'EOF'
deb [trusted=yes] http://10.6.0.1/flat/ ./
EOF
cat > /etc/apt/sources.list.d/later.list <<'EOF'
# deb http://mirror.test/x/ noble main
EOF

# Packages; a group is a task of the archive.
apt-get update
apt-get -y install lamp-server^ vim libstdc++6 systemd-timesyncd firewalld kdump-tools

# purge PACKAGE: removes a package, if it is there.
purge() {
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2> /dev/null) in
    i*) apt-get -y purge "$1" ;;
    esac
}
purge nano

# Repositories that were for the install.
rm /etc/apt/sources.list.d/flat.list

sed -i 's/^XKBVARIANT=.*/XKBVARIANT="nodeadkeys"/' /etc/default/keyboard

mkdir -p /etc/systemd/timesyncd.conf.d
cat > /etc/systemd/timesyncd.conf.d/miniascape.conf <<'EOF'
[Time]
NTP=10.6.0.1
EOF
systemctl enable systemd-timesyncd.service

# Services.
systemctl disable apt-daily.timer
systemctl enable ssh

# The packet filter; firewalld lets SSH in by itself.
firewall-offline-cmd --zone=public --add-service=http
firewall-offline-cmd --zone=public --add-port=8088/tcp
firewall-offline-cmd --zone=public --add-port=5000-5010/udp
nic=$(device 52:54:00:6e:a2:ef)
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
