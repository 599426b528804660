# shellcheck shell=bash
#
# Pools and volumes on a real libvirtd. Sourced by lab.sh, whose `check` and folders it uses.

# shellcheck disable=SC2154 # lab.sh's
{
  echo '# pools'
  site=$work/pools
  mkdir -p "$site"
  cat > "$site/lab.yml" << END
site: pools
networks: {pools: {subnet: 10.9.3.0/24, bridge: virbr-pools}}
storages:
  images: {target: $site/images}
  group: {type: logical, source: {name: e2e_group}}
common:
  os: rhel6
  rootpw: locked
  virtinst: {virt_type: qemu, vcpus: 1, ram: 512, waittime: 3, location: $work/tree}
  interfaces: [{network: pools, ip: auto}]
guests:
  one:
    disks:
      - {pool: images, size: 4}
      - {pool: images, size: 64M, sparse: false}
      - {pool: images, size: 64M, format: raw}
      - {pool: images, size: 64M, format: raw, sparse: false}
      - {pool: images, size: 64M, backing: base.qcow2}
      - {pool: images, size: 64M, backing: "$site/gold, disk.img", backing_format: raw}
      - {pool: images, vol: quorum.raw, size: 16M, shareable: true}
  two:
    disks:
      - {pool: images, size: 4}
      - {pool: images, vol: quorum.raw, size: 16M, shareable: true}
  three:
    disks:
      - {pool: images, size: 4}
      - {pool: images, vol: taken.raw, size: 16M, shareable: true}
      - {pool: images, size: 16M, format: raw, sparse: false}
  four:
    disks: [{pool: group, size: 4}]
END
  pools=$site/workdir
  check 'the lab of pools generates' "$program" -c "$site/lab.yml" -w "$pools" generate

  setup_pools() { "$pools/host/net-setup.sh" > "$work/setup.log" 2>&1 || { cat "$work/setup.log"; return 1; }; }
  # says_of POOL TEXT…: the script's last run said each of these lines, and these alone of the pool.
  says_of() { equal "$(grep "^pool $1:" "$work/setup.log")" "$(printf "pool $1: %s\n" "${@:2}")"; }
  check 'net-setup.sh says that a group is missing' refused setup_pools
  check 'it makes pool images, with its directory' says_of images defined started 'set to start with the host'
  check 'and says how to make the group' grep -qxF 'pool group: if its volume group is still to be made: vgcreate e2e_group DEVICE' "$work/setup.log"
  check 'net-setup.sh runs again' refused setup_pools
  check 'pool images is as it was' says_of images unchanged
  check 'pool images starts with the host' bash -c "virsh pool-info images | grep -q '^Autostart: *yes'"
  check 'pool images is defined while it runs' virsh pool-define "$pools/host/storages.d/images.xml"
  sed -i "s|/images}|/moved}|" "$site/lab.yml"
  check 'the lab of pools generates with another directory' "$program" -c "$site/lab.yml" -w "$pools" generate
  check 'net-setup.sh redefines the pool' refused setup_pools
  check 'and tells of the target it still has' says_of images redefined \
    'it runs with its old source or target; when no guest needs it: virsh pool-destroy images; virsh pool-start images'
  sed -i "s|/moved}|/images}|" "$site/lab.yml"
  check 'the lab of pools generates as before' "$program" -c "$site/lab.yml" -w "$pools" generate
  check 'net-setup.sh takes it back' refused setup_pools
  check 'the pool is redefined and nothing else' says_of images redefined
  virsh -q pool-define-as default dir --target "$site/default" > /dev/null 2>&1 || true

  echo '# volumes'
  qemu-img create -q -f qcow2 "$site/images/base.qcow2" 32M
  qemu-img create -q -f raw "$site/gold, disk.img" 32M
  check 'guest one is built' "$pools/guests.d/one/vmbuild.sh"
  check 'guest two is built, with the disk it shares' "$pools/guests.d/two/vmbuild.sh"

  # Prints FORMAT, virtual size, whether the file takes that much space, and what is behind it.
  volume() {
    qemu-img info --output=json "$site/images/$1" | python3 -c '
import json, sys
info = json.load(sys.stdin)
full = "full" if info["actual-size"] >= info["virtual-size"] else "sparse"
print(info["format"], info["virtual-size"], full, info.get("full-backing-filename", "-"), info.get("backing-filename-format", "-"))'
  }
  is() { equal "$(volume "$1")" "$2"; }
  check 'one-1: sparse qcow2' is one-1.qcow2 'qcow2 4294967296 sparse - -'
  check 'one-2: preallocated qcow2' is one-2.qcow2 'qcow2 67108864 full - -'
  check 'one-3: sparse raw' is one-3.raw 'raw 67108864 sparse - -'
  check 'one-4: preallocated raw' is one-4.raw 'raw 67108864 full - -'
  check 'one-5: overlay of a volume' is one-5.qcow2 "qcow2 67108864 sparse $site/images/base.qcow2 qcow2"
  check 'one-6: overlay of a file elsewhere' is one-6.qcow2 "qcow2 67108864 sparse $site/gold, disk.img raw"
  check 'the shared disk: raw' is quorum.raw 'raw 16777216 sparse - -'
  shared() { virsh dumpxml "$1" | tr -d '\n' | grep -q "cache='none'/> *<source file='$site/images/quorum.raw'/>.*<shareable/>"; }
  for guest in one two; do
    check "$guest has the shared disk uncached and shareable" shared "$guest"
    check "$guest: libvirt takes the domain of vmbuild.sh -n" bash -c "'$pools/guests.d/$guest/vmbuild.sh' -n > '$work/domain.xml'"
  done
  check 'both start and write to one disk' bash -c 'virsh start one && virsh start two && virsh destroy one && virsh destroy two'

  virsh -q vol-create-as images taken.raw 32M --format raw > /dev/null
  check 'a shared disk of another size is left alone' refused "$pools/guests.d/three/vmbuild.sh"
  check 'and no guest was made' refused virsh domstate three
  check 'and no volume is left' refused virsh vol-info --pool images three-1.qcow2
  virsh -q vol-delete --pool images taken.raw > /dev/null
  virsh -q vol-create-as images three-1.qcow2 4G --format qcow2 > /dev/null
  virsh -q vol-create-as images three-3.raw 16M --format raw > /dev/null
  echo data | dd of="$site/images/three-3.raw" seek=1024 oflag=seek_bytes conv=notrunc status=none
  check 'a full volume with something in it is left alone' refused "$pools/guests.d/three/vmbuild.sh"
  check 'and so is what was there before' virsh vol-info --pool images three-1.qcow2
  dd if=/dev/zero of="$site/images/three-3.raw" bs=1M count=1 conv=notrunc status=none
  check 'empty volumes of a run that was killed are used' "$pools/guests.d/three/vmbuild.sh"

  echo '# volume groups'
  for folder in /etc/lvm/archive /etc/lvm/backup; do
    [[ ! -d $folder ]] || mount -t tmpfs tmpfs "$folder"
  done
  truncate -s 5G "$work/group.img"
  loop=$(losetup --find --show "$work/group.img")
  check 'its volume group is made' vgcreate --quiet e2e_group "$loop"
  check 'net-setup.sh starts pool group' setup_pools
  check 'and only that' says_of group started 'set to start with the host'
  check 'its target is the group'\''s folder' equal "$(virsh pool-dumpxml group | grep -o '/dev/[a-z0-9_]*')" /dev/e2e_group
  if grep -qw device-mapper /proc/misc; then
    check 'four is built on a volume of the group' "$pools/guests.d/four/vmbuild.sh"
    check 'its volume takes all its space' equal "$(lvs --noheadings -o lv_size,origin e2e_group | tr -d ' ')" 4.00g
  else
    echo 'absent  volumes in the group: this kernel has no device mapper'
  fi
  virsh -q pool-destroy group > /dev/null
  vgremove --quiet --force e2e_group > /dev/null 2>&1 || true
  losetup --detach "$loop"
  virsh -q net-destroy pools > /dev/null
  virsh -q net-undefine pools > /dev/null
}
