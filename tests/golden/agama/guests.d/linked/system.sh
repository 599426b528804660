#!/bin/sh
#
# Sets up the new system of linked: what the profile cannot say. Run by installer.sh, in that system.
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
echo linked > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
::1	localhost ipv6-localhost ipv6-loopback
10.14.0.2	linked.agama.test linked
ff02::1	ipv6-allnodes
ff02::2	ipv6-allrouters
EOF

# Interfaces are called as the site calls them, whatever order they are found in.
cat > /etc/udev/rules.d/70-persistent-net.rules <<'EOF'
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:a1:14:43", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:03:23:c8", ATTR{type}=="1", NAME="eth1"
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:ee:70:ae", ATTR{type}=="1", NAME="eth2"
EOF

mkdir -p /etc/NetworkManager/system-connections

(umask 077; cat > /etc/NetworkManager/system-connections/eth0.nmconnection) <<'EOF'
[connection]
id=eth0
type=ethernet
master=bond0
slave-type=bond

[ethernet]
mac-address=52:54:00:a1:14:43
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth1.nmconnection) <<'EOF'
[connection]
id=eth1
type=ethernet
master=bond0
slave-type=bond

[ethernet]
mac-address=52:54:00:03:23:c8
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth2.nmconnection) <<'EOF'
[connection]
id=eth2
type=ethernet

[ethernet]
mac-address=52:54:00:ee:70:ae

[ipv4]
method=manual
address1=10.14.1.2/24
ignore-auto-dns=true
never-default=true

[ipv6]
method=auto
ignore-auto-dns=true
never-default=true
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/bond0.nmconnection) <<'EOF'
[connection]
id=bond0
type=bond
interface-name=bond0
master=br0
slave-type=bridge

[ethernet]
cloned-mac-address=52:54:00:a1:14:43

[bond]
mode=active-backup
miimon=100
primary=eth1
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/br0.nmconnection) <<'EOF'
[connection]
id=br0
type=bridge
interface-name=br0

[ethernet]
cloned-mac-address=52:54:00:a1:14:43

[bridge]
stp=false

[ipv4]
method=manual
address1=10.14.0.2/24,10.14.0.1
route1=10.0.0.0/8,10.14.0.254,100
dns-search=agama.test;

[ipv6]
method=auto
EOF

(umask 077; cat > /etc/NetworkManager/system-connections/eth2.30.nmconnection) <<'EOF'
[connection]
id=eth2.30
type=vlan
interface-name=eth2.30

[ethernet]
mac-address=52:54:00:ee:70:ae

[vlan]
id=30
flags=1

[ipv4]
method=manual
address1=10.30.0.9/24
dns-search=agama.test;
never-default=true

[ipv6]
method=auto
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

# The boot loader is on the serial console as well.
sed -i -E '/^GRUB_(TERMINAL|SERIAL_COMMAND)=/d' /etc/default/grub
cat >> /etc/default/grub <<'EOF'
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1"
EOF
grub2-mkconfig -o /boot/grub2/grub.cfg
