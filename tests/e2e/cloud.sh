# shellcheck shell=bash
#
# A cloud image boots with our seed, and is inside what the lab says. Sourced by lab.sh, whose `check` and folders it uses.

# shellcheck disable=SC2016,SC2154 # what the guest runs is its own; the rest are lab.sh's
{
  echo '# a cloud image'

  # A repository of one package.
  make_repository() {
    local tree=$work/repository/tree package=$work/repository/labtool_1.0_all.deb
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin"
    printf '#!/bin/sh\necho labtool\n' > "$tree/usr/bin/labtool"
    chmod 755 "$tree/usr/bin/labtool"
    printf '%s\n' 'Package: labtool' 'Version: 1.0' 'Architecture: all' 'Maintainer: nobody <nobody@cloud.test>' \
      'Description: a package of the lab' > "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$tree" "$package" > /dev/null
    {
      cat "$tree/DEBIAN/control"
      echo "Filename: ./${package##*/}"
      echo "Size: $(stat --format %s "$package")"
      echo "SHA256: $(sha256sum "$package" | cut -d' ' -f1)"
    } > "$work/repository/Packages"
  }

  make_repository
  ssh-keygen -q -t ed25519 -N '' -C nobody@cloud.test -f "$work/key"
  printf '\0\1\377binary\r\n' > "$work/binary"
  # shellcheck disable=SC1091
  release=$(. /etc/os-release && echo "$VERSION_ID")
  cat > "$work/cloud.yml" << END
site: cloud
storages: {cloud: {target: $work/cloud}}
networks:
  cloud: {subnet: 10.98.0.0/24, domain: cloud.test}
  apart: {mode: isolated, subnet: 10.98.1.0/24}
guests:
  tell:
    os: debian$release
    rootpw: locked
    virtinst:
      image: base.raw
      virt_type: qemu
      ram: 1024
      graphics: none
      waittime: 20
      options: ["--serial=file,path=$work/tell.console"]
    disks: [{pool: cloud, size: 5}]
    interfaces:
      - {network: cloud, ip: 10.98.0.5}
      - {network: apart, ip: 10.98.1.9, bootproto: static, nodefroute: true, device: lab1}
    lang: C.UTF-8
    timezone: Europe/Berlin
    groups: [{name: ops, gid: 5000}]
    users: [{name: ann, uid: 1500, gecos: "Ann O'Neill", groups: [ops], sudo: true, ssh_authorized_keys: [!file key.pub]}]
    repos: [{name: lab, baseurl: "http://10.98.0.1:8001/", suite: ./, gpgcheck: false}]
    packages: [labtool]
    hosts: [{ip: 10.98.0.77, names: [db.cloud.test]}]
    bootloader: {append: [panic=10]}
    scripts:
      - {when: post, on_error: fail, run: "labtool > /root/post\n"}
      - {when: firstboot, run: "cat /root/post > /root/firstboot\n"}
    setup_data: [{src: binary, dst: /srv/new/binary, mode: "0640", owner: ann, group: ops}]
END
  tell=$work/tell/guests.d/tell/vmbuild.sh
  check 'a lab of a cloud image generates' "$program" -c "$work/cloud.yml" -w "$work/tell" generate
  check 'its networks and its pool are made' "$work/tell/host/net-setup.sh"
  check 'libvirt takes the domain of vmbuild.sh -n' defines "$work/tell/guests.d/tell"
  mv "$work/cloud/base.raw" "$work/cloud/later"
  check 'without the image nothing is built' refused "$tell"
  check 'and nothing is left' equal "$(virsh -q vol-list cloud | grep -c tell)" 0
  mv "$work/cloud/later" "$work/cloud/base.raw"
  (cd "$work/repository" && exec python3 -m http.server --bind 10.98.0.1 8001 > "$work/repository.log" 2>&1) &
  repository=$!

  # What an earlier run that was killed may have left: its seed, and nothing else.
  virsh -q vol-create-as cloud tell-seed.iso 1M --format raw > /dev/null
  building=$SECONDS
  built() { "$tell" > "$work/tell.log" 2>&1 || { cat "$work/tell.log"; tail -n 60 "$work/tell.console"; return 1; }; }
  check 'the guest is set up' built
  echo "        in $((SECONDS - building)) s"
  check 'it is shut off' equal "$(virsh domstate --reason tell | head -n 1)" 'shut off (shutdown)'
  check 'it is stamped, with its seed among its volumes' bash -c \
    "virsh metadata tell urn:miniascape:lab:1 | grep -q 'state=\"installed\".*volumes=\"cloud/tell-1.qcow2 cloud/tell-seed.iso\"'"
  check 'a reboot does not end it from now on' bash -c "virsh dumpxml tell | grep -q '<on_reboot>restart<'"
  check 'it is left alone by a second run' refused "$tell"

  inside() {
    ssh -i "$work/key" -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
      -o LogLevel=ERROR ann@10.98.0.5 "$@"
  }
  answers_ssh() {
    local tries
    for ((tries = 0; tries < 90; tries++)); do
      ! inside true 2> /dev/null || return 0
      sleep 4
    done
    tail -n 60 "$work/tell.console"
    return 1
  }
  # says WHAT EXPECTED COMMAND: the guest prints this.
  says_inside() { check "$1" equal "$(inside "$3" 2>&1)" "$2"; }
  check 'it starts' virsh -q start tell
  check 'it has its reserved address, the account and the key' answers_ssh
  inside 'timeout 120 sh -c "until sudo test -e /root/firstboot; do sleep 2; done"' || true
  says_inside 'its name' tell.cloud.test 'hostname -f'
  says_inside 'cloud-init found no fault' 'status: done' 'cloud-init status --wait > /dev/null; cloud-init status'
  says_inside 'the account' '1500 ann ops' 'echo $(id -u) $(id -un) $(id -Gn | tr " " "\n" | grep ops)'
  says_inside 'the number of a group' 5000 'getent group ops | cut -d: -f3'
  says_inside 'what the account may do' root 'sudo -n id -un'
  says_inside 'that nobody else can log in as root' L 'sudo passwd -S root | cut -d" " -f2'
  says_inside 'the package' labtool labtool
  says_inside 'the static address, on the interface of that name' 10.98.1.9/24 "ip -o -4 address show lab1 | awk '{print \$4}'"
  says_inside 'the default route, and one only' 'via 10.98.0.1 dev eth0' "ip -4 route show default | cut -d' ' -f2-5"
  says_inside 'the time zone' Europe/Berlin 'readlink /etc/localtime | sed s,.*zoneinfo/,,'
  says_inside 'a name of the lab' 10.98.0.77 "getent hosts db.cloud.test | cut -d' ' -f1"
  says_inside 'the owner and mode of a file' 'ann ops 640' 'stat -c "%U %G %a" /srv/new/binary'
  says_inside 'every byte of it' "$(sha256sum < "$work/binary")" 'sha256sum < /srv/new/binary'
  says_inside 'the scripts' 'labtool labtool' 'echo $(sudo cat /root/post /root/firstboot)'
  says_inside 'the kernel arguments' panic=10 'grep -o panic=10 /proc/cmdline'
  says_inside 'the root file system on all of its disk' yes 'test $(df --output=size / | tail -n 1) -gt 4500000 && echo yes'
  virsh -q destroy tell > /dev/null
  kill "$repository"
  wait "$repository" || true
}
