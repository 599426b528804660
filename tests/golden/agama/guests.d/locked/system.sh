#!/bin/sh
#
# Sets up the new system of locked: what the profile cannot say. Run by installer.sh, in that system.
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

# Interfaces as the installer had them are not needed any more.
mkdir -p /etc/NetworkManager/system-connections
find /etc/NetworkManager/system-connections -name '*.nmconnection' -delete

# Names.
echo locked > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
::1	localhost ipv6-localhost ipv6-loopback
127.0.0.2	locked.agama.test locked
ff02::1	ipv6-allnodes
ff02::2	ipv6-allrouters
EOF

# Interfaces are called as the site calls them, whatever order they are found in.
cat > /etc/udev/rules.d/70-persistent-net.rules <<'EOF'
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:79:ed:e8", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:59:bc:df", ATTR{type}=="1", NAME="eth1"
EOF

mkdir -p /etc/NetworkManager/system-connections

(umask 077; cat > /etc/NetworkManager/system-connections/eth0.nmconnection) <<'EOF'
[connection]
id=eth0
type=ethernet

[ethernet]
mac-address=52:54:00:79:ed:e8

[ipv4]
method=auto
dns-search=agama.test;

[ipv6]
method=auto
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth1.nmconnection) <<'EOF'
[connection]
id=eth1
type=ethernet

[ethernet]
mac-address=52:54:00:59:bc:df

[ipv4]
method=auto
ignore-auto-dns=true
never-default=true

[ipv6]
method=auto
ignore-auto-dns=true
never-default=true
EOF
systemctl enable NetworkManager.service

# Language and keyboard.
echo KEYMAP=us > /etc/vconsole.conf
mkdir -p /etc/X11/xorg.conf.d
cat > /etc/X11/xorg.conf.d/00-keyboard.conf <<'EOF'
Section "InputClass"
	Identifier "keyboard of the site"
	MatchIsKeyboard "on"
	Option "XkbLayout" "us"
EndSection
EOF

# The installer starts it for those alone that it knows.
if [ -e /usr/lib/systemd/system/sshd.service ]; then
    systemctl enable sshd.service
fi

# The packet filter.
firewall-offline-cmd --zone=public --add-service=ssh
systemctl enable firewalld.service

# SELinux, which the installer makes enforcing.
if [ -e /etc/selinux/config ]; then
    sed -i 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config
fi
sed -i -E '/^GRUB_CMDLINE_LINUX_DEFAULT=/{s/ *\<(security|selinux|enforcing)=[a-z0-9]*//g;s/"$/ security=selinux selinux=1 enforcing=0"/}' /etc/default/grub

# The boot loader is on the serial console as well.
sed -i -E '/^GRUB_(TERMINAL|SERIAL_COMMAND)=/d' /etc/default/grub
cat >> /etc/default/grub <<'EOF'
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1"
EOF
grub2-mkconfig -o /boot/grub2/grub.cfg
