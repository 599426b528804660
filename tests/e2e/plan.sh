#!/usr/bin/env bash
#
# The part of lab.sh about `plan`: on a real host it is empty after the lab was made, and says what differs afterwards.
# shellcheck disable=SC2154 # lab.sh sets these

echo '# plan'
planned=$work/planned
mkdir "$planned"
cat > "$planned/lab.yml" << END
site: planned
networks: {planned: {subnet: 10.77.0.0/24, domain: planned.test}}
storages: {planned: {target: /var/lib/libvirt/planned}}
common:
  os: rhel6.3
  rootpw: locked
  virtinst: {virt_type: qemu, vcpus: 1, waittime: 3, location: $work/tree}
  disks: [{pool: planned, size: 10}]
  interfaces: [{network: planned}]
guests:
  ape: {ip: 10.77.0.2, mac: "52:54:00:77:00:02"}
  bee: {ip: 10.77.0.3, mac: "52:54:00:77:00:03"}
END
plan() { (cd "$planned" && "$program" -c lab.yml plan "$@" 2> "$work/plan.log") || { cat "$work/plan.log" >&2; return 1; }; }
change() { sed -i "$1" "$planned/lab.yml"; }
# plans TEXT ARGUMENT…: the plan is this text, however wide its columns are.
plans() { equal "$(plan "${@:2}" | tr -s ' ')" "$(tr -s ' ' <<< "$1")"; }
# unchanged ARGUMENT…: nothing differs, which the exit status says as well.
unchanged() {
  local said
  said=$(plan --check "$@") && equal "$said" ''
}

check 'everything is to be made' plans 'network  planned  create
storage  planned  create
guest    ape      create
guest    bee      create'
check 'which is a difference' refused plan --check
check 'the lab generates' bash -c "cd '$planned' && '$program' -c lab.yml generate"
check 'networks and pools are made' "$planned/workdir/host/net-setup.sh"
check 'ape is installed' "$planned/workdir/guests.d/ape/vmbuild.sh"
check 'bee is to be made' plans 'guest    bee      create'
check 'bee is installed' "$planned/workdir/guests.d/bee/vmbuild.sh"
check 'then nothing differs' unchanged
check 'ape is started' virsh -q start ape
check 'and nothing differs' unchanged
check 'a plan for programs says so' bash -c \
  "cd '$planned' && '$program' -c lab.yml plan --format json 2> /dev/null | python3 -c 'import json, sys; assert {o[\"action\"] for o in json.load(sys.stdin)[\"objects\"]} == {\"unchanged\"}'"

change 's/10\.77\.0\.3,/10.77.0.9,/; s/planned\.test/plan.test/'
check 'a reservation changes live, and a domain at a restart' bash -c \
  "[[ \$(cd '$planned' && '$program' -c lab.yml plan network/planned 2> /dev/null) == *'needs restart'*'~ domain: planned.test → plan.test'*'~ reservation of 52:54:00:77:00:03: 10.77.0.3 bee.planned.test → 10.77.0.9 bee.plan.test (update live)'* ]]"
change 's/10\.77\.0\.9,/10.77.0.3,/; s/plan\.test/planned.test/'
check 'back again, nothing differs' unchanged

change 's/vcpus: 1/vcpus: 2/'
check 'a processor comes at the next boot' plans 'guest    ape      next boot
    ~ vcpus: 1 → 2
guest    bee      next boot
    ~ vcpus: 1 → 2'
virsh -q setvcpus ape 2 --maximum --config
virsh -q setvcpus ape 2 --config
check 'what is defined waits for a restart' plans 'guest    ape      needs restart
    ~ vcpus: 1 → 2' ape
virsh -q destroy ape
check 'which it is not, when it is off' unchanged ape
change 's/vcpus: 2/vcpus: 1/'
virsh -q setvcpus ape 1 --config
virsh -q setvcpus ape 1 --maximum --config
check 'back again, nothing differs' unchanged

change 's/size: 10/size: 12/'
check 'disks grow at once' plans 'guest    ape      update live
    ~ size of disk vda: 10G → 12G' ape
virsh -q vol-resize --pool planned ape-1.qcow2 12G
virsh -q vol-resize --pool planned bee-1.qcow2 12G
check 'and then nothing differs' unchanged
change 's/size: 12/size: 10/'
check 'no disk shrinks' plans 'guest    ape      replace (destroys data)
    ~ size of disk vda: 12G → 10G' ape
change 's/size: 10/size: 12/'

change 's/rootpw: locked/rootpw: locked\n  packages: ["@core", vim]/'
check 'packages wait for a rebuild' plans 'guest    ape      next rebuild
    ~ install data' ape
change '/packages:/d'
change 's/^site: planned/site: another/'
check 'a lab of another name owns none of it' refused plan
check 'and is told so' bash -c "cd '$planned' && '$program' -c lab.yml plan 2> /dev/null | grep -c 'not ours' | grep -qx 4"
change 's/^site: another/site: planned/'
change '/^  bee:/d'
check 'what went from the lab is an orphan, and so is its reservation' bash -c \
  "[[ \$(cd '$planned' && '$program' -c lab.yml plan 2> /dev/null) == *'- reservation of 52:54:00:77:00:03'*'guest    bee      orphan'* ]]"
check 'a host that is not reached is the host'\''s failure' bash -c \
  "cd '$planned'; '$program' -c lab.yml --connect 'qemu+unix:///system?socket=/nowhere' plan; [[ \$? == 3 ]]"

for guest in ape bee; do
  virsh -q undefine "$guest" --remove-all-storage > /dev/null
done
virsh -q pool-destroy planned > /dev/null
virsh -q pool-undefine planned > /dev/null
virsh -q net-destroy planned > /dev/null
virsh -q net-undefine planned > /dev/null
