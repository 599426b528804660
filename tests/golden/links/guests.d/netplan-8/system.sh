#!/bin/sh
#
# Sets up the new system of netplan-8: what the answers cannot say. Run by installer.sh, in that system.
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
echo netplan-8 > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
10.21.0.6	netplan-8.links.test netplan-8
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
EOF

# Interfaces.
cat > /etc/netplan/01-netcfg.yaml <<'EOF'
network:
  version: 2
  renderer: networkd
  ethernets:
    "eth0":
      match: {macaddress: "52:54:00:17:39:9e"}
      dhcp4: false
      mtu: 9000
    "eth1":
      match: {macaddress: "52:54:00:36:09:f3"}
      dhcp4: false
      mtu: 9000
    "eth2":
      match: {macaddress: "52:54:00:8e:63:8f"}
      dhcp4: false
      addresses: ["10.21.0.6/24"]
  bonds:
    "bond0":
      interfaces: ["eth0", "eth1"]
      macaddress: "52:54:00:17:39:9e"
      parameters:
        mode: "active-backup"
        mii-monitor-interval: "100"
        primary: "eth1"
      dhcp4: false
      mtu: 9000
  bridges:
    "br0":
      interfaces: ["bond0"]
      macaddress: "52:54:00:17:39:9e"
      parameters:
        stp: false
        forward-delay: 0
      dhcp4: true
      addresses: ["fd20::6/64"]
      gateway6: "fd20::1"
      routes:
        - {to: "10.0.0.0/8", via: "10.20.0.254", metric: 100}
        - {to: "fd30::/48", via: "fd20::fe"}
      mtu: 9000
  vlans:
    "eth2.30":
      id: 30
      link: "eth2"
      dhcp4: false
      addresses: ["10.30.0.8/24"]
      nameservers:
        addresses: ["10.30.0.2"]
        search: ["links.test"]
EOF

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
EOF
update-grub
