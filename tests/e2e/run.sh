#!/usr/bin/env bash
#
# The end-to-end test: a real libvirtd, dnsmasq and QEMU get what the program generated.
#
#   tests/e2e/run.sh PROGRAM
#
# Runs lab.sh in namespaces of its own for network, mounts and processes. The host's libvirt and interfaces are not
# seen there, and whatever a test starts ends with the process namespace, however the test ends.

set -euo pipefail

program=$(realpath -- "${1?which program is to be tested?}")
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")

[[ $(id -u) == 0 ]] || { echo 'the end-to-end test makes namespaces: run it as root' >&2; exit 1; }

tools=(virsh virt-install cpio libvirtd virtlogd qemu-system-x86_64 qemu-img xorriso mmdebstrap sfdisk ssh dnsmasq iptables ip dig udhcpc dhclient python3 unshare losetup vgcreate)
PATH=$PATH:/usr/sbin:/sbin
missing=()
for tool in "${tools[@]}"; do
  command -v "$tool" > /dev/null || missing+=("$tool")
done
compgen -G '/usr/lib/debian-installer/images/*/amd64/text' > /dev/null || missing+=(debian-installer)
if ((${#missing[@]})); then
  echo "not installed: ${missing[*]}" >&2
  echo "install what is missing with: $here/packages.sh e2e" >&2
  exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/miniascape-e2e.XXXXXX")
child=
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
  # unshare ends its child, the first process of the namespace, and the kernel ends the others with that one.
  [[ ! $child ]] || kill "$child" 2> /dev/null || true
  wait
  # Loop devices know no namespaces.
  losetup --associated "$work/group.img" --noheadings --output NAME 2> /dev/null | xargs --no-run-if-empty losetup --detach
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo 'making a cloud image of Debian'
mkdir "$work/cloud"
"$here/image.sh" "$work/cloud/base.raw"

unshare --net --mount --pid --fork --kill-child --propagation private --mount-proc \
  bash "$here/lab.sh" "$program" "$(dirname -- "$(dirname -- "$here")")" "$work" < /dev/null &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
