#!/bin/sh
#
# Sets up the new system of agama: what the profile cannot say. Run by installer.sh, in that system.
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
useradd -m -c "Ann O'Neill" -s /bin/bash ann
passwd -l ann

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
authorize ann 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 ann@neutral.test'

# Interfaces as the installer had them are not needed any more.
mkdir -p /etc/NetworkManager/system-connections
find /etc/NetworkManager/system-connections -name '*.nmconnection' -delete

# Names.
echo agama > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
::1	localhost ipv6-localhost ipv6-loopback
10.12.0.10	agama.neutral.test agama
ff02::1	ipv6-allnodes
ff02::2	ipv6-allrouters
10.12.0.9 nine nine.neutral.test
EOF

# Interfaces are called as the site calls them, whatever order they are found in.
cat > /etc/udev/rules.d/70-persistent-net.rules <<'EOF'
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:09:fe:90", ATTR{type}=="1", NAME="eth0"
EOF

mkdir -p /etc/NetworkManager/system-connections

(umask 077; cat > /etc/NetworkManager/system-connections/eth0.nmconnection) <<'EOF'
[connection]
id=eth0
type=ethernet

[ethernet]
mac-address=52:54:00:09:fe:90

[ipv4]
method=manual
address1=10.12.0.10/24,10.12.0.1
dns=10.12.0.1;
dns-search=neutral.test;

[ipv6]
method=auto
EOF
systemctl enable NetworkManager.service

# Language and keyboard.
echo KEYMAP=de > /etc/vconsole.conf
mkdir -p /etc/X11/xorg.conf.d
cat > /etc/X11/xorg.conf.d/00-keyboard.conf <<'EOF'
Section "InputClass"
	Identifier "keyboard of the site"
	MatchIsKeyboard "on"
	Option "XkbLayout" "de"
EndSection
EOF

# Time servers.
mkdir -p /etc/chrony.d
rm -f /etc/chrony.d/pool.conf
cat > /etc/chrony.d/miniascape.conf <<'EOF'
server 10.12.0.1 iburst
EOF
systemctl enable chronyd.service

# The installer starts it for those alone that it knows.
if [ -e /usr/lib/systemd/system/sshd.service ]; then
    systemctl enable sshd.service
fi

# The packet filter.
firewall-offline-cmd --zone=public --add-service=ssh
firewall-offline-cmd --zone=public --add-port=8088/tcp
systemctl enable firewalld.service

# The boot loader is on the serial console as well.
sed -i -E '/^GRUB_(TERMINAL|SERIAL_COMMAND)=/d' /etc/default/grub
cat >> /etc/default/grub <<'EOF'
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1"
EOF
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
