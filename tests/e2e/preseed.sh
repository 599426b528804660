# shellcheck shell=bash
#
# The real debian-installer boots, and asks nobody but its mirror. Sourced by lab.sh, whose `check` and folders it uses.

# shellcheck disable=SC2154 # lab.sh's
echo '# Debian'

# A mirror that has the installer and no packages. It notes who asks for what.
make_mirror() {
  local found=(/usr/lib/debian-installer/images/*/amd64/text/debian-installer/amd64)
  local tree=$1/debian/dists/bookworm/main/installer-amd64/current/images
  mkdir -p "$tree/netboot/debian-installer"
  cp -r "${found[0]}" "$tree/netboot/debian-installer/amd64"
  echo 'netboot/debian-installer/amd64/linux -- kernel of Debian' > "$tree/MANIFEST"
  cat > "$1/serve.py" << 'END'
import http.server, sys
class Mirror(http.server.SimpleHTTPRequestHandler):
    def log_request(self, *_):
        with open("asked", "a") as file:
            print(self.client_address[0], self.command, self.path, file=file)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer((sys.argv[1], 8000), Mirror).serve_forever()
END
}

# asked PATTERN: waits for a line of the mirror's notes, as long as an emulated machine takes.
asked() {
  local tries
  for ((tries = 0; tries < 450; tries++)); do
    ! grep --quiet "$1" "$work/mirror/asked" 2> /dev/null || return 0
    sleep 2
  done
  cat "$work/mirror/asked" "$work/bookworm.log"
  tail -n 40 "$work/bookworm.console"
  return 1
}

make_mirror "$work/mirror"
cat > "$work/debian.yml" << END
site: debian
networks: {deb: {subnet: 10.99.0.0/24, domain: deb.test}}
common:
  os: debian12
  rootpw: locked
  virtinst:
    virt_type: qemu
    ram: 1024
    graphics: none
    location: http://10.99.0.1:8000/debian/dists/bookworm/main/installer-amd64/
    options: ["--serial=file,path=$work/bookworm.console"]
guests:
  # The mirror is on the second network card.
  bookworm:
    interfaces: [{network: deb, bootproto: none}, {network: deb, ip: 10.99.0.5}]
    scripts: [{when: pre, run: "true\n"}]
END
check 'a lab of Debian generates' "$program" -c "$work/debian.yml" -w "$work/debian" generate
check 'its network is made' "$work/debian/host/net-setup.sh"
(cd "$work/mirror" && exec python3 serve.py 10.99.0.1) &
mirror=$!
"$work/debian/guests.d/bookworm/vmbuild.sh" > "$work/bookworm.log" 2>&1 &
builder=$!
check 'vmbuild.sh takes kernel and initrd from the tree' asked ' GET .*/netboot/debian-installer/amd64/initrd.gz$'
check 'the installer takes its reserved address and asks the mirror for the release' asked '^10\.99\.0\.5 GET /debian/dists/bookworm/Release$'
kill "$builder" 2> /dev/null || true
virsh --quiet destroy bookworm > /dev/null 2>&1 || true
wait "$builder" || true
kill "$mirror"
wait "$mirror" || true
