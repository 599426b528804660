#!/bin/sh
#
# Sets up the new system of full: what the profile cannot say. Run by installer.sh, in that system.
set -e
umask 022

# setting FILE KEY VALUE: sets a value, which is quoted for the shell, in a file below /etc/sysconfig.
setting() {
    touch "/etc/sysconfig/$1"
    grep -v "^$2=" "/etc/sysconfig/$1" > "/etc/sysconfig/$1.new" || :
    printf '%s=%s\n' "$2" "$3" >> "/etc/sysconfig/$1.new"
    cat "/etc/sysconfig/$1.new" > "/etc/sysconfig/$1"
    rm "/etc/sysconfig/$1.new"
}

# Groups and users.
getent group ops > /dev/null || groupadd -g 5000 ops
getent group dev > /dev/null || groupadd dev
getent group wheel > /dev/null || groupadd wheel
useradd -m -u 1500 -G ops,wheel,dev -c "Ann O'Neill, ops" -s /bin/bash ann
passwd -l ann
getent group 1600 > /dev/null || groupadd -g 1600 web
useradd -m -g 1600 -d /srv/web -s /sbin/nologin web
passwd -l web

# The system's own rules ask for root's password.
cat > /etc/sudoers.d/miniascape <<'EOF'
Defaults:ann !targetpw
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
authorize root 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody@agama.test'
authorize web 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 one'

# Interfaces as the installer had them are not needed any more.
mkdir -p /etc/NetworkManager/system-connections
find /etc/NetworkManager/system-connections -name '*.nmconnection' -delete

# Names.
echo full > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
::1	localhost ipv6-localhost ipv6-loopback
10.14.0.10	full.agama.test full
ff02::1	ipv6-allnodes
ff02::2	ipv6-allrouters
10.14.0.9 nine nine.agama.test
EOF

# Interfaces are called as the site calls them, whatever order they are found in.
cat > /etc/udev/rules.d/70-persistent-net.rules <<'EOF'
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:ac:68:69", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:23:35:d6", ATTR{type}=="1", NAME="eth1"
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:24:1c:3b", ATTR{type}=="1", NAME="eth2"
EOF

mkdir -p /etc/NetworkManager/system-connections

(umask 077; cat > /etc/NetworkManager/system-connections/eth0.nmconnection) <<'EOF'
[connection]
id=eth0
type=ethernet

[ethernet]
mac-address=52:54:00:ac:68:69

[ipv4]
method=manual
address1=10.14.0.10/24,10.14.0.1
dns=10.14.0.1;
dns-search=agama.test;

[ipv6]
method=manual
address1=fd14::10/64,fd14::1
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth1.nmconnection) <<'EOF'
[connection]
id=eth1
type=ethernet

[ethernet]
mac-address=52:54:00:23:35:d6
mtu=9000

[ipv4]
method=manual
address1=10.14.1.10/24
ignore-auto-dns=true
never-default=true

[ipv6]
method=auto
ignore-auto-dns=true
never-default=true
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth2.nmconnection) <<'EOF'
[connection]
id=eth2
type=ethernet

[ethernet]
mac-address=52:54:00:24:1c:3b

[ipv4]
method=disabled

[ipv6]
method=disabled
EOF
systemctl enable NetworkManager.service

# Language and keyboard.
echo KEYMAP=de-nodeadkeys > /etc/vconsole.conf
mkdir -p /etc/X11/xorg.conf.d
cat > /etc/X11/xorg.conf.d/00-keyboard.conf <<'EOF'
Section "InputClass"
	Identifier "keyboard of the site"
	MatchIsKeyboard "on"
	Option "XkbLayout" "de"
	Option "XkbVariant" "nodeadkeys"
EndSection
EOF

# Time servers.
mkdir -p /etc/chrony.d
rm -f /etc/chrony.d/pool.conf
cat > /etc/chrony.d/miniascape.conf <<'EOF'
server 10.14.0.1 iburst
EOF
systemctl enable chronyd.service

# The hardware clock has local time.
printf '0.0 0 0.0\n0\nLOCAL\n' > /etc/adjtime

# Repositories.
cat > /etc/zypp/repos.d/local.repo <<'EOF'
[local]
name=local
enabled=1
autorefresh=1
baseurl=http://10.14.0.1/local/
priority=50
gpgcheck=1
gpgkey=http://10.14.0.1/local/key.asc
EOF
cat > /etc/zypp/repos.d/later.repo <<'EOF'
[later]
name=later
enabled=0
autorefresh=1
baseurl=http://mirror.test/x/
gpgcheck=1
EOF
rm -f /etc/zypp/repos.d/build.repo

# remove PACKAGE: removes a package, if it is there.
remove() {
    ! rpm -q --quiet -- "$1" || zypper --non-interactive --no-refresh remove -- "$1"
}
remove nano

# The proxy.
setting proxy PROXY_ENABLED '"yes"'
setting proxy HTTP_PROXY http://10.14.0.1:3128
setting proxy HTTPS_PROXY http://10.14.0.1:3128
setting proxy FTP_PROXY http://10.14.0.1:3128
setting proxy NO_PROXY mirror.test

# The installer starts it for those alone that it knows.
if [ -e /usr/lib/systemd/system/sshd.service ]; then
    systemctl enable sshd.service
fi

# Services.
systemctl disable cups
systemctl enable sshd
systemctl enable kdump.service

# The packet filter.
firewall-offline-cmd --zone=public --add-service=http
firewall-offline-cmd --zone=public --add-port=8088/tcp
firewall-offline-cmd --zone=public --add-port=5000-5010/udp
firewall-offline-cmd --zone=trusted --add-interface=eth1
systemctl enable firewalld.service

# The boot loader is on the serial console as well.
sed -i -E '/^GRUB_(TERMINAL|SERIAL_COMMAND)=/d' /etc/default/grub
cat >> /etc/default/grub <<'EOF'
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1"
EOF

# Whoever changes an entry of the boot loader is asked for the password; starting one is free.
cat > /etc/grub.d/42_password <<'EOF'
#!/bin/sh
cat <<'PASSWORD'
set superusers="root"
export superusers
password_pbkdf2 root grub.pbkdf2.sha512.10000.AA.BB
set unrestricted_menu="y"
export unrestricted_menu
PASSWORD
EOF
chmod 0700 /etc/grub.d/42_password
grub2-mkconfig -o /boot/grub2/grub.cfg

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
