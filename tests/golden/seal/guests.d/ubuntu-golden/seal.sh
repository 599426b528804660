#!/bin/sh
#
# Seals the system of ubuntu-golden: what makes it this one machine is removed, and guests that start from its image become
# machines of their own. The install runs it last. Run again, it finds nothing more to do.
#
#   seal.sh ROOT    where the system is: / for the one that is running, whose host keys, logs and network go as well
set -eu
umask 022
root=${1:?where is the system? / is the one that is running}
root=${root%/}

# empty FILE…: empties files that are there, and leaves links alone.
empty() {
    for file; do
        if [ -f "$file" ] && [ ! -L "$file" ]; then
            : > "$file"
        fi
    done
}

# inside DIRECTORY…: removes what is in directories. A script of a kickstart that runs is left to its installer.
inside() {
    for dir; do
        if [ -d "$dir" ] && [ ! -L "$dir" ]; then
            find "$dir" -xdev -mindepth 1 -maxdepth 1 ! -name 'ks-script-*' -exec rm -rf {} +
        fi
    done
}

# The machine's id: empty, systemd makes one at the next boot; without the file, it would take that for the very first.
empty "$root/etc/machine-id"
# D-Bus links or makes its own.
[ -L "$root/var/lib/dbus/machine-id" ] || rm -f "$root/var/lib/dbus/machine-id"

# Host keys of SSH.
rm -f "$root"/etc/ssh/ssh_host_*key "$root"/etc/ssh/ssh_host_*key.pub
# Debian makes them only when the package is installed, so a service does before sshd starts.
if [ -e "$root/usr/bin/ssh-keygen" ]; then
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    cat > "$root/etc/systemd/system/miniascape-host-keys.service" <<'EOF'
[Unit]
Description=Host keys of SSH for a guest that starts from a base image
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
Before=ssh.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
EOF
    ln -sf ../miniascape-host-keys.service "$root/etc/systemd/system/multi-user.target.wants/"
fi

# The network: addresses, names bound to MAC addresses, leases. cloud-init writes each guest's.
rm -f "$root"/etc/udev/rules.d/70-persistent-*.rules "$root"/etc/systemd/network/*.link "$root"/etc/systemd/network/*.network \
    "$root"/etc/netplan/*.yaml "$root"/etc/NetworkManager/system-connections/*
inside "$root/var/lib/dhcp" "$root/var/lib/dhclient" "$root/var/lib/dhcpcd" "$root/var/lib/wicked" \
    "$root/var/lib/NetworkManager" "$root/var/lib/systemd/network"
for dir in "$root/etc/sysconfig/network-scripts" "$root/etc/sysconfig/network"; do
    if [ -d "$dir" ]; then
        find "$dir" -maxdepth 1 \( -name 'ifcfg-*' -o -name 'route-*' -o -name 'route6-*' -o -name 'ifroute-*' \
            -o -name 'rule-*' -o -name 'keys-*' \) ! -name ifcfg-lo ! -name '*.template' -exec rm -f {} +
    fi
done
if [ -f "$root/etc/network/interfaces" ]; then
    inside "$root/etc/network/interfaces.d"
    cat > "$root/etc/network/interfaces" <<'EOF'
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback
EOF
fi
# What stands there for single interfaces.
[ ! -f "$root/etc/dhcp/dhclient.conf" ] || sed -i '/^interface "/,/^}/d' "$root/etc/dhcp/dhclient.conf"
[ ! -f "$root/etc/dhcpcd.conf" ] || sed -i '/^interface /,$d' "$root/etc/dhcpcd.conf"
empty "$root/etc/resolv.conf"

# Names.
[ -L "$root/etc/hostname" ] || echo localhost > "$root/etc/hostname"
[ ! -f "$root/etc/sysconfig/network" ] ||
    sed -i -e '/^GATEWAYDEV=/d' -e 's/^HOSTNAME=.*/HOSTNAME=localhost/' "$root/etc/sysconfig/network"
[ ! -f "$root/etc/hosts" ] || sed -i '/[[:space:]]ubuntu-golden$/d' "$root/etc/hosts"

# What cloud-init knows of this machine, in every version; and what an installer tells it not to do.
inside "$root/var/lib/cloud"
rm -f "$root"/etc/cloud/cloud-init.disabled "$root"/etc/cloud/ds-identify.cfg "$root"/etc/cloud/cloud.cfg.d/*-installer*.cfg \
    "$root"/etc/cloud/cloud.cfg.d/subiquity-*.cfg "$root"/etc/cloud/cloud.cfg.d/*curtin-*.cfg \
    "$root"/etc/cloud/clean.d/*-installer*

# Who it is to others: subscriptions, statistics, Kerberos, NVMe, iSCSI; and by what LVM knows its disks.
inside "$root/etc/pki/consumer" "$root/etc/pki/entitlement" "$root/var/lib/rhsm"
rm -f "$root"/etc/sysconfig/rhn/systemid "$root"/etc/insights-client/machine-id "$root"/var/lib/yum/uuid "$root"/etc/SUSEConnect \
    "$root"/etc/zypp/credentials.d/SCCcredentials "$root"/var/lib/zypp/AnonymousUniqueId "$root"/etc/krb5.keytab \
    "$root"/etc/nvme/hostid "$root"/etc/nvme/hostnqn "$root"/etc/lvm/devices/system.devices
[ ! -f "$root/etc/iscsi/initiatorname.iscsi" ] || echo GenerateName=yes > "$root/etc/iscsi/initiatorname.iscsi"

# What would be the same random numbers in each.
rm -f "$root"/var/lib/systemd/random-seed "$root"/var/lib/systemd/credential.secret "$root"/var/lib/random-seed \
    "$root"/var/lib/urandom/random-seed "$root"/var/lib/misc/random-seed

# What installers leave, passwords among it.
rm -f "$root"/root/anaconda-ks.cfg "$root"/root/original-ks.cfg "$root"/root/initial-setup-ks.cfg "$root"/root/install.log \
    "$root"/root/install.log.syslog "$root"/root/autoinst.xml
rm -rf "$root"/var/log/anaconda "$root"/var/log/installer "$root"/var/log/YaST2 "$root"/var/lib/autoinstall "$root"/var/adm/autoinstall

# Logs: empty, and without those of earlier days.
if [ -d "$root/var/log" ]; then
    inside "$root/var/log/journal"
    find "$root/var/log" -xdev -type f \( -name '*.gz' -o -name '*.xz' -o -name '*.old' -o -name '*.[0-9]' \
        -o -name '*-20[0-9][0-9][0-9][0-9][0-9][0-9]' \) -exec rm -f {} +
    find "$root/var/log" -xdev -type f | while read -r file; do : > "$file"; done
fi

# What people and programs left.
rm -f "$root"/root/.*_history "$root"/home/*/.*_history "$root"/root/.lesshst "$root"/home/*/.lesshst \
    "$root"/root/.ssh/known_hosts "$root"/home/*/.ssh/known_hosts
for spool in "$root/var/spool/mail" "$root/var/mail"; do
    [ ! -d "$spool" ] || find "$spool" -xdev -type f | while read -r file; do : > "$file"; done
done
inside "$root/var/spool/abrt" "$root/var/crash" "$root/var/tmp" "$root/tmp"

# What package managers fetch again.
inside "$root/var/cache/dnf" "$root/var/cache/libdnf5" "$root/var/cache/yum" "$root/var/cache/zypp" "$root/var/lib/apt/lists"
rm -f "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin

# Reached only when nothing failed.
rm -f "$root/root/.miniascape-installed"
mkdir -p "$root/root"
echo 'miniascape: sealed ubuntu-golden' > "$root/root/.miniascape-sealed"
sync
