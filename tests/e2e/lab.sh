#!/usr/bin/env bash
#
# The part of the end-to-end test that runs in namespaces of its own; run.sh starts it.

set -euo pipefail

program=$1 project=$2 work=$3
export HOME=$work/home TMPDIR=$work LC_ALL=C.UTF-8 LIBVIRT_DEFAULT_URI=qemu:///system
unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
mkdir "$HOME"
failures=0

# check WHAT COMMAND…: the command's output is shown only when it fails.
check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok      $what"
  else
    echo "FAILED  $what"
    printf '%s\n' "$*" "$output" | sed 's/^/        | /'
    failures=$((failures + 1))
  fi
}

equal() { [[ $1 == "$2" ]] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2"; false; }; }

refused() { ! "$@"; }

start_libvirt() {
  cp -a /etc/libvirt "$work/etc-libvirt"
  # The sysfs of this network; and without the host's control groups below it, libvirt does without them.
  umount --recursive --lazy /sys
  mount -t sysfs sysfs /sys
  mount -t tmpfs tmpfs /run
  local folder
  for folder in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
    mkdir -p "$folder"
    mount -t tmpfs tmpfs "$folder"
  done
  cp -a "$work/etc-libvirt/." /etc/libvirt/
  rm -f /etc/libvirt/qemu/networks/autostart/*
  # Root's, as the folders above are; and confinement is the host's business.
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' >> /etc/libvirt/qemu.conf
  mkdir -p /var/lib/libvirt/{images,boot}
  ip link set lo up
  echo 1 > /proc/sys/net/ipv4/ip_forward
  virtlogd -d
  libvirtd -d
  local tries
  for ((tries = 0; tries < 60; tries++)); do
    ! virsh uri > /dev/null 2>&1 || return 0
    sleep 0.5
  done
  echo 'libvirtd does not answer'
  return 1
}

# Prints `MAC NAME IP` of each reservation of a network, with - for no name, or `IP NAME` of each DNS name.
entries() {
  python3 - "$1" "$2" << 'END'
import sys, xml.etree.ElementTree as tree
network = tree.parse(sys.argv[1])
if sys.argv[2] == "dhcp":
    for host in network.iterfind("ip/dhcp/host"):
        print(host.get("mac"), host.get("name", "-"), host.get("ip"))
else:
    for host in network.iterfind("dns/host"):
        for name in host.iterfind("hostname"):
            print(host.get("ip"), name.text)
END
}

resolve() { dig +short +time=2 +tries=2 "@$1" "$2" A; }

# A machine on a bridge: a network namespace with one interface, `eth0`.
plug_in() {
  local bridge=$1
  ip netns add client
  ip link add plug type veth peer name eth0 netns client
  ip link set plug master "$bridge" up
  ip netns exec client ip link set eth0 up
  cat > "$work/lease.sh" << 'END'
#!/bin/sh
[ "$1" != bound ] || echo "$ip/$mask by ${router:--} dns ${dns:--} domain ${domain:--}"
END
  chmod +x "$work/lease.sh"
}

unplug() { ip netns delete client; }

# Takes a lease with a MAC address, as a guest would, and prints what came with it.
lease() {
  ip netns exec client ip link set eth0 address "$1"
  ip netns exec client udhcpc -i eth0 -f -n -q -t 5 -T 4 -s "$work/lease.sh" 2> "$work/udhcpc.log" || { cat "$work/udhcpc.log"; return 1; }
}

reserved() { equal "$(lease "$1")" "$2"; }

from_range() {
  local got
  got=$(lease 52:54:00:aa:bb:cc)
  [[ $got =~ ^192\.168\.155\.(2[0-4][0-9]|250)/ ]] || { echo "got: $got"; false; }
}

# An install tree whose kernel is a few instructions that switch the machine off, as an installer does at its end.
make_tree() {
  mkdir -p "$1/images/pxeboot"
  printf '[general]\nfamily = Red Hat Enterprise Linux\nversion = 6.3\narch = x86_64\n\n[images-x86_64]\n%s\n%s\n' \
    'kernel = images/pxeboot/vmlinuz' 'initrd = images/pxeboot/initrd.img' > "$1/.treeinfo"
  cpio --quiet -o -H newc < /dev/null | gzip > "$1/images/pxeboot/initrd.img"
  # Linux's boot protocol: one sector of header, one of real-mode code, one for the protected mode that is never
  # entered. The code writes SLP_EN with type 0, soft off, to QEMU's ACPI register PM1a_CNT, where SeaBIOS puts it.
  python3 - "$1/images/pxeboot/vmlinuz" << 'END'
import struct, sys
image = bytearray(3 * 512)
image[0x1F1] = 1
struct.pack_into("<I", image, 0x1F4, 32)
struct.pack_into("<H", image, 0x1FE, 0xAA55)
image[0x200:0x202] = b"\xeb\x6e"  # jmp 0x270
image[0x202:0x206] = b"HdrS"
struct.pack_into("<H", image, 0x206, 0x0203)
image[0x211] = 1  # loaded high
struct.pack_into("<I", image, 0x214, 0x100000)
struct.pack_into("<I", image, 0x22C, 0x37FFFFFF)
image[0x270:0x27A] = b"\xba\x04\x06\xb8\x00\x20\xef\xf4\xeb\xfd"  # mov dx,0x604; mov ax,0x2000; out dx,ax; hlt; jmp hlt
open(sys.argv[1], "wb").write(image)
END
}

defines() {
  "$1/vmbuild.sh" -n > "$work/domain.xml" 2> "$work/domain.err" || { cat "$work/domain.err"; return 1; }
  virsh define --validate "$work/domain.xml" && virsh undefine --nvram "$(basename "$1")"
}

start_libvirt
echo "libvirtd $(libvirtd --version | sed 's/.* //'), $(qemu-system-x86_64 --version | head -n 1), $(dnsmasq --version | head -n 1 | cut -d' ' -f1-3)"

# The example, with what a machine without KVM and without a web server needs.
mkdir -p "$work/here/common"
make_tree "$work/tree"
cat > "$work/here/common/e2e.yml" << END
virtinst: {virt_type: qemu, vcpus: 1, waittime: 3, location: $work/tree}
END
workdir=$work/workdir
check 'the example generates' "$program" -c "$project/examples/service/conf.d" -c "$work/here" -w "$workdir" generate
networks=$workdir/host/networks.d

echo '# networks'
for network in service heartbeat; do
  check "$network is defined" virsh net-define "$networks/$network.xml"
  check "$network is defined again" virsh net-define "$networks/$network.xml"
  check "$network starts" virsh net-start "$network"
  check "$network is defined while it runs" virsh net-define "$networks/$network.xml"
done
check 'the bridge is virbr5, with the gateway address' equal "$(ip -o -4 address show virbr5 | awk '{print $4}')" 192.168.155.254/24

echo '# DNS'
count=0
while read -r ip name; do
  check "$name is $ip" equal "$(resolve 192.168.155.254 "$name")" "$ip"
  count=$((count + 1))
done < <(entries "$networks/service.xml" dns)
check 'those were the twenty names of the lab' equal "$count" 20

echo '# DHCP'
plug_in virbr5
while read -r mac name ip; do
  check "$name gets $ip" reserved "$mac" "$ip/24 by 192.168.155.254 dns 192.168.155.254 domain m2.local"
done < <(entries "$networks/service.xml" dhcp)
check 'a guest without a reservation gets an address out of the range' from_range
check 'sam gets its address again after the network was restarted' bash -c \
  'virsh net-destroy service && virsh net-start service && ip link set plug master virbr5 up'
check 'sam gets 192.168.155.15' reserved 52:54:00:05:00:15 '192.168.155.15/24 by 192.168.155.254 dns 192.168.155.254 domain m2.local'
unplug
plug_in "$(virsh net-info heartbeat | awk '/^Bridge:/ {print $2}')"
while read -r mac name ip; do
  # An isolated network has no router. That it has a resolver, guests are told to ignore.
  check "$mac gets $ip" reserved "$mac" "$ip/24 by - dns 10.6.0.254 domain -"
done < <(entries "$networks/heartbeat.xml" dhcp)
unplug

echo '# guests'
for guest in "$workdir"/guests.d/*; do
  check "$(basename "$guest"): libvirt takes the domain of vmbuild.sh -n" defines "$guest"
done
check 'no pool was made on the way' equal "$(virsh -q pool-list --all)" ''
check 'pool default is made, as the host'\''s administrator would' bash -c \
  'virsh pool-define-as default dir --target /var/lib/libvirt/images && virsh pool-start default'
check 'sam: vmbuild.sh -n with the pool' defines "$workdir/guests.d/sam"
check 'sam is installed' "$workdir/guests.d/sam/vmbuild.sh"
check 'sam is shut off' equal "$(virsh domstate --reason sam | head -n 1)" 'shut off (shutdown)'
stamp=$(virsh metadata sam urn:miniascape:lab:1) || stamp=
check 'sam is stamped as installed' equal "$(grep -o 'state="[a-z]*"' <<< "$stamp")" 'state="installed"'
check 'sam has its volume' virsh vol-info --pool default sam-1.qcow2
check 'sam is left alone by a second run' refused "$workdir/guests.d/sam/vmbuild.sh"

# shellcheck source-path=SCRIPTDIR source=storage.sh
. "$project/tests/e2e/storage.sh"
# shellcheck source-path=SCRIPTDIR source=plan.sh
. "$project/tests/e2e/plan.sh"
# shellcheck source-path=SCRIPTDIR source=networks.sh
. "$project/tests/e2e/networks.sh"
# shellcheck source-path=SCRIPTDIR source=preseed.sh
. "$project/tests/e2e/preseed.sh"
# shellcheck source-path=SCRIPTDIR source=cloud.sh
. "$project/tests/e2e/cloud.sh"
# shellcheck source-path=SCRIPTDIR source=seal.sh
. "$project/tests/e2e/seal.sh"

if ((failures)); then
  echo "$failures checks failed"
  exit 1
fi
echo 'all checks passed'
