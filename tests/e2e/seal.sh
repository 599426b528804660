# shellcheck shell=bash
#
# A sealed guest's image starts two guests, which are machines of their own. Sourced by lab.sh, whose `check` and folders
# it uses, after cloud.sh, whose key it uses.

# shellcheck disable=SC2016,SC2154 # what the guests run is their own; the rest are lab.sh's
{
  echo '# a sealed image'
  cat > "$work/sealed.yml" << END
site: sealed
storages: {sealed: {target: $work/sealed-pool}}
networks: {sealed: {subnet: 10.97.0.0/24, domain: sealed.test}}
common:
  os: debian$release
  lang: C.UTF-8
  rootpw: locked
  virtinst: {image: $work/cloud/base.raw, virt_type: qemu, ram: 1024, graphics: none, waittime: 30}
  users: [{name: ann, sudo: true, ssh_authorized_keys: [!file key.pub]}]
  scripts:
    - {when: post, scope: common, on_error: fail, run: "hostname > /root/common\n"}
    - {when: post, scope: node, on_error: fail, run: "hostname > /root/node\n"}
guests:
  golden:
    seal: true
    disks: [{pool: sealed, size: 4}]
    interfaces: [{network: sealed, ip: 10.97.0.10}]
    virtinst: {options: ["--serial=file,path=$work/golden.console"]}
  sealed-one:
    disks: [{backing: golden}]
    interfaces: [{network: sealed, ip: 10.97.0.11}]
    virtinst: {options: ["--serial=file,path=$work/sealed-one.console"]}
  sealed-two:
    disks: [{backing: golden, size: 5}]
    interfaces: [{network: sealed, ip: 10.97.0.12}]
    virtinst: {options: ["--serial=file,path=$work/sealed-two.console"]}
END
  mkdir -p "$work/sealed-pool"
  check 'a lab with a sealed guest generates' "$program" -c "$work/sealed.yml" -w "$work/sealed" generate
  check 'its network and its pool are made' "$work/sealed/host/net-setup.sh"
  build() {
    "$work/sealed/guests.d/$1/vmbuild.sh" > "$work/$1.log" 2>&1 || { cat "$work/$1.log"; tail -n 60 "$work/$1.console"; return 1; }
  }
  build_both() {
    local other
    build sealed-one & other=$!
    build sealed-two && wait "$other"
  }
  check 'without the base nothing is built' refused "$work/sealed/guests.d/sealed-one/vmbuild.sh"
  building=$SECONDS
  check 'the base image is made' build golden
  check 'it is shut off' equal "$(virsh domstate --reason golden | head -n 1)" 'shut off (shutdown)'
  check 'it is stamped as sealed' bash -c "virsh metadata golden urn:miniascape:lab:1 | grep -q 'state=\"installed\".*sealed=\"yes\"'"
  check 'its disk is read-only from now on' bash -c "virsh dumpxml --inactive golden | grep -A9 sealed-pool/golden-1.qcow2 | grep -q '<readonly/>'"
  check 'both guests are built from it' build_both
  echo "        in $((SECONDS - building)) s"
  check 'the base is left alone, because of them' bash -c "'$work/sealed/guests.d/golden/vmbuild.sh' 2>&1 | grep 'sealed-one-1.qcow2 sealed-two-1.qcow2'"

  # on HOST COMMAND: what a guest says.
  on() {
    ssh -i "$work/key" -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
      -o LogLevel=ERROR "ann@$1" "${@:2}"
  }
  both_answer() {
    local tries
    for ((tries = 0; tries < 90; tries++)); do
      ! { on 10.97.0.11 true && on 10.97.0.12 true; } 2> /dev/null || return 0
      sleep 4
    done
    tail -n 60 "$work/sealed-one.console" "$work/sealed-two.console"
    return 1
  }
  # Both of something, which must be there and differ.
  differ() {
    local one two
    one=$(on 10.97.0.11 "$1") two=$(on 10.97.0.12 "$1")
    [[ $one && $two && $one != "$two" ]] || { printf '%s\n' "$one" "$two"; return 1; }
  }
  check 'they start' bash -c 'virsh -q start sealed-one && virsh -q start sealed-two'
  check 'both answer at their addresses' both_answer
  check 'their machine ids differ' differ 'cat /etc/machine-id'
  check 'their host keys differ' differ 'cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d" " -f2'
  check 'their names' equal "$(on 10.97.0.11 hostname -f) $(on 10.97.0.12 hostname -f)" 'sealed-one.sealed.test sealed-two.sealed.test'
  check 'what is common ran in the base alone' equal "$(on 10.97.0.11 sudo cat /root/common)" golden
  check 'what is for each ran in each' equal "$(on 10.97.0.12 sudo cat /root/node)" sealed-two
  check 'nothing of the base is left but what it was made for' equal "$(on 10.97.0.12 'sudo ls -a /root | grep miniascape; sudo grep -rl --exclude-dir=clean.d golden /etc /var/lib/cloud')" .miniascape-installed
  virsh -q destroy sealed-one > /dev/null
  virsh -q destroy sealed-two > /dev/null
}
