#!/usr/bin/env bash
#
# Debian packages for building and testing.
#
#   packages.sh missing NAME…    prints those of these packages that are not installed
#   packages.sh install NAME…    installs them
#   packages.sh unpack NAME DIR [RELEASE]
#                                unpacks a package, of this or another release, into a directory, without installing it
#   packages.sh e2e              installs what run.sh needs, if it is missing

set -euo pipefail

e2e=(virtinst cpio xorriso mmdebstrap fdisk openssh-client libvirt-daemon-system qemu-system-x86 qemu-utils dnsmasq-base iptables iproute2 bind9-dnsutils udhcpc lvm2 isc-dhcp-client)
# Debian's installer, in this machine's release.
# shellcheck disable=SC1091
e2e+=("debian-installer-$(. /etc/os-release && echo "${VERSION_ID-}")-netboot-amd64")

root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Retries, as a mirror's hiccup should not fail a test run.
apt() { root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 -o Acquire::Retries=3 "$@" < /dev/null; }

version() { dpkg-query --show --showformat='${db:Status-Status} ${Version}' "$1" 2> /dev/null | sed -n 's/^installed //p'; }

missing() {
  local package
  for package; do
    [[ $(version "$package") ]] || echo "$package"
  done
}

install() {
  echo "installing: $*"
  apt update
  apt install --yes --no-install-recommends --no-remove "$@" > /dev/null
}

# unpack NAME DIR [RELEASE]
unpack() {
  local scratch
  scratch=$(mktemp -d)
  # As whoever may write there.
  local get=(apt-get --quiet=2 -o Acquire::Retries=3 -o "APT::Sandbox::User=$(id -un)")
  if [[ ${3-} ]]; then
    mkdir -p "$scratch/lists/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(site) $3 main" > "$scratch/sources.list"
    get+=(-o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$scratch/lists")
    get+=(-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    "${get[@]}" update
    (cd "$scratch" && "${get[@]}" download "$1")
  else
    (cd "$scratch" && "${get[@]}" download "$1") || (apt update && cd "$scratch" && "${get[@]}" download "$1")
  fi
  mkdir -p "$2"
  dpkg-deb --extract "$scratch"/*.deb "$2"
  rm -rf "$scratch"
}

# The mirror this machine has its packages from.
site() {
  # shellcheck disable=SC2016 # apt-get's own variable
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1
}

# A qemu-utils out of backports conflicts with the release's QEMU. Then QEMU has to come from there, too: by a list of
# sources that is used for this once, so that the machine's own stay as they are.
install_with_backports() {
  local scratch codename keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "installing, with QEMU out of backports: $*"
  apt update
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  chmod 755 "$scratch"
  mkdir "$scratch/lists"
  echo "deb [signed-by=$keyring] $(site) $codename-backports main" > "$scratch/backports.list"
  local options=(-o "Dir::Etc::sourcelist=$scratch/backports.list" -o "Dir::State::lists=$scratch/lists")
  local from=$codename-backports
  apt "${options[@]}" update
  apt "${options[@]}" install --yes --no-install-recommends --no-remove "$@" \
    {qemu-system-common,qemu-system-data,qemu-system-x86,seabios}/"$from" > /dev/null
}

case ${1-} in
  missing) missing "${@:2}" ;;
  install) install "${@:2}" ;;
  unpack) unpack "${@:2}" ;;
  e2e)
    mapfile -t needed < <(missing "${e2e[@]}")
    if ((${#needed[@]} == 0)); then
      exit
    elif [[ $(version qemu-utils) == *~bpo* && " ${needed[*]} " == *' qemu-system-x86 '* ]]; then
      install_with_backports "${needed[@]}"
    else
      install "${needed[@]}"
    fi
    ;;
  *) sed -n '3,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
