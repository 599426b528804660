#!/usr/bin/env bash
#
# The part of lab.sh about networks of every kind: net-setup.sh makes them, brings them up to date while they run, and
# leaves others' alone.
# shellcheck disable=SC2154 # lab.sh sets these

echo '# networks of every kind'
multi=$work/multi
cp -r "$project/examples/multinet" "$multi"
setup=$multi/workdir/host/net-setup.sh
remake() { (cd "$multi" && "$program" generate --strict); }
edit() { sed -i "$2" "$multi/conf.d/$1" && remake; }
set_up() { "$setup" > "$work/setup.log" 2>&1 || { cat "$work/setup.log"; return 1; }; }
# says TEXT…: the script's last run said each of these lines, and these alone of the network `office`.
says() { equal "$(grep '^office:' "$work/setup.log")" "$(printf 'office: %s\n' "$@")"; }
answers() { equal "$(dig +short +time=2 +tries=2 "@$1" "$2" "$3")" "$4"; }
hosts_file() { grep -qxF -- "$2" "/var/lib/libvirt/dnsmasq/$1.hostsfile" || { cat "/var/lib/libvirt/dnsmasq/$1.hostsfile"; false; }; }
stored() { [[ $(virsh net-dumpxml --inactive "$1") == *"$2"* ]]; }
running() { [[ $(virsh net-dumpxml "$1") == *"$2"* ]]; }

# plug_into BRIDGE: the machine of before is plugged in elsewhere. A bridge nothing is plugged into has no carrier, and
# its IPv6 addresses then work only when spanning tree and duplicate detection have had their time.
plug_into() {
  local tries
  if ip link delete plug 2> /dev/null; then unplug; fi
  plug_in "$1"
  for ((tries = 0; tries < 40; tries++)); do
    [[ $(ip -6 address show dev "$1" scope global) == *tentative* ]] || [[ $(ss -Hlun) != *"[$2]:53 "* ]] || return 0
    sleep 0.5
  done
}

# from_client ADDRESS COMMAND…: runs a function on that machine, which takes an IPv6 address for it.
from_client() {
  ip -n client address add "$1/64" dev eth0 nodad
  ip netns exec client bash -c "$(declare -f answers equal); ${*:2}" 2>&1 && ip -n client address delete "$1/64" dev eth0
}

# takes6 DUID-KIND NAME ADDRESS: a machine that tells DHCPv6 its name and a DUID of this kind gets the address.
takes6() {
  local options=()
  printf 'send fqdn.fqdn "%s";\nsend fqdn.encoded on;\nsend fqdn.server-update on;\n' "$2" > "$work/dhclient.conf"
  [[ ! $2 ]] || options=(-cf "$work/dhclient.conf")
  rm -f "$work/leases6"
  # The first answer to a machine just plugged in may be lost.
  local tries
  for ((tries = 0; tries < 2; tries++)); do
    ip netns exec client timeout 20 dhclient -6 -1 -v -D "$1" "${options[@]}" -sf /bin/true -lf "$work/leases6" -pf "$work/dhclient.pid" eth0 > "$work/dhclient.log" 2>&1 || true
    [[ ! -e $work/dhclient.pid ]] || kill "$(cat "$work/dhclient.pid")" 2> /dev/null || true
    rm -f "$work/dhclient.pid"
    ! grep -q iaaddr "$work/leases6" 2> /dev/null || break
  done
  equal "$(sed -n 's/^ *iaaddr \([^ ]*\) {/\1/p' "$work/leases6" | tail -n 1)" "$3" || { cat "$work/dhclient.log"; return 1; }
}

ip link add eno1 type veth peer name eno1-peer
ip link add ovsbr0 type bridge
check 'the example of networks generates' remake
virsh -q net-undefine default 2> /dev/null || true
check 'a missing network of the host stops everything' refused set_up
check 'and is named' grep -qx 'default: is to be on the host already, and is not' "$work/setup.log"
check 'nothing was made' equal "$(virsh -q net-list --all --name | sed '/^$/d' | sort | tr '\n' ' ')" 'heartbeat service '
check 'the host gets its network default' bash -c \
  "echo '<network><name>default</name><ip address=\"192.168.122.1\" netmask=\"255.255.255.0\"/></network>' > '$work/default.xml' && virsh net-define '$work/default.xml'"
check 'a dry run says what would be done' bash -c "'$setup' -n | grep -qx 'office: would be started'"
check 'and does nothing' refused virsh net-info office
check 'all networks are made' set_up
check 'that is said' says defined started 'set to start with the host'
check 'that the network of the host is not active is said, too' grep -qx 'default: is not active; before guests are built: virsh net-start default' "$work/setup.log"
check 'it is started' virsh net-start default
for network in dmz lan office six storage switch; do
  check "$network runs" bash -c "virsh net-info $network | grep -q '^Active: *yes'"
done
check 'those that shall start with the host do' equal \
  "$(virsh -q net-list --all --autostart --name | sed '/^$/d' | sort | tr '\n' ' ')" 'dmz office six storage switch '
check 'a second run changes nothing' set_up
check 'and says so' equal "$(grep -vc ': unchanged$' "$work/setup.log")" 0

check 'the bridge has both addresses' equal "$(ip -o address show virbr20 | awk '$4 !~ /^fe80/ {print $4}' | tr '\n' ' ')" '10.20.0.1/24 fd00:20::1/64 '
check 'the MTU is the one asked for' equal "$(cat /sys/class/net/virbr22/mtu)" 9000
check 'the host knows the way behind the router' bash -c "ip route show 10.24.0.0/24 | grep -q 'via 10.20.0.10 dev virbr20' && ip -6 route show fd00:24::/64 | grep -q 'via fd00:20::10 dev virbr20'"
check 'A' answers 10.20.0.1 web.office.test A 10.20.0.2
check 'AAAA' answers 10.20.0.1 web.office.test AAAA fd00:20::2
check 'SRV' answers 10.20.0.1 _ldap._tcp.office.test SRV '10 50 389 web.office.test.'
check 'TXT, with its comma' answers 10.20.0.1 motto.office.test TXT '"one lab, many networks"'
check 'CNAME, a line of dnsmasq' answers 10.20.0.1 www.office.test A $'web.office.test.\n10.20.0.2'
check 'a name of the domain that nobody has is unknown' bash -c "dig +time=2 +tries=1 @10.20.0.1 nobody.office.test | grep -q 'status: NXDOMAIN'"

plug_into virbr23 fd00:23::1
check 'IPv6 alone answers' from_client fd00:23::99 answers fd00:23::1 probe.six.test AAAA fd00:23::2
plug_into virbr20 fd00:20::1
check 'AAAA over IPv6' from_client fd00:20::99 answers fd00:20::1 gw.office.test AAAA fd00:20::1
mac=$(virsh net-dumpxml office | sed -n "s/.*mac='\([^']*\)' name='web.office.test'.*/\1/p")
check 'web gets its IPv4 address' reserved "$mac" '10.20.0.2/24 by 10.20.0.1 dns 10.20.0.1 domain office.test'
check 'web gets its IPv6 address by its name, whatever its DUID is' takes6 LLT web fd00:20::2
check 'router gets its own by its full name' takes6 LLT router.office.test fd00:20::10
check 'a stranger gets one out of the range' bash -c "$(declare -f takes6 equal); work=$work; takes6 LLT nobody x | grep -q 'fd00:20::1[0-9a-f][0-9a-f][0-9a-f]$'"
plug_into virbr22 fd00:22::1
mac=$(virsh net-dumpxml storage | sed -n "s/.*id='00:03:00:01:\([^']*\)'.*/\1/p")
ip netns exec client ip link set eth0 address "$mac"
check 'store gets its IPv6 address by its DUID' takes6 LL '' fd00:22::2
ip link delete plug
unplug

echo '# changes while they run'
pid=$(cat /run/libvirt/network/office.pid)
check 'a reservation moves' edit guests.d/router.yml 's/10.20.0.10,/10.20.0.11,/; s/fd00:20::10"/fd00:20::11"/'
sed -i 's/10\.20\.0\.10}/10.20.0.11}/; s/fd00:20::10"/fd00:20::11"/' "$multi/conf.d/networks.d/office.yml"
check 'and so does the route' remake
check 'the networks are brought up to date' set_up
check 'the network was not restarted' equal "$(cat /run/libvirt/network/office.pid)" "$pid"
check 'dnsmasq reserves the new IPv4 address' bash -c "grep -q ',10.20.0.11,router' /var/lib/libvirt/dnsmasq/office.hostsfile && ! grep -q ',10.20.0.10,' /var/lib/libvirt/dnsmasq/office.hostsfile"
check 'and the new IPv6 address' hosts_file office 'router.office.test,[fd00:20::11]'
check 'and answers with it' answers 10.20.0.1 router.office.test AAAA fd00:20::11
check 'it is stored, too' stored office "name='router.office.test' ip='fd00:20::11'"
check 'the route waits for the next start' grep -qF "    + <route family='ipv4' address='10.24.0.0' prefix='24' gateway='10.20.0.11'>" "$work/setup.log"
check 'a second run says only that again' bash -c "'$setup' | grep '^office:' | grep -vq 'live'"
virsh -q net-destroy office
check 'the network is started again' set_up
check 'that is said' says started

cat > "$multi/conf.d/guests.d/late.yml" << 'EOF'
interfaces: [{network: office, ip: auto, ipv6: auto}]
EOF
check 'a guest comes' remake
check 'its reservations come live' set_up
check 'nothing else changes' equal "$(sed -n 's/^office: //p' "$work/setup.log" | cut -d' ' -f1-3 | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
  ' 4 added live: <host; 1 redefined;'
check 'the guest is known' answers 10.20.0.1 late.office.test AAAA fd00:20::3
rm "$multi/conf.d/guests.d/late.yml"
check 'the guest goes' remake
check 'its reservations go live' set_up
check 'the guest is unknown' answers 10.20.0.1 late.office.test AAAA ''

check 'SRV, TXT, names, range and portgroup change' bash -c "cd '$multi/conf.d/networks.d' &&
  sed -i 's/port: 389/port: 636/; s/one lab, many/one \"lab\", more/; s/\\[gw, ntp\\]/[gw, time]/; s/10.20.0.199/10.20.0.189/; s/average: 512/average: 256/' office.yml"
sed -i "s/value: \"one \"lab\", more networks\"/value: 'one \"lab\", more networks'/" "$multi/conf.d/networks.d/office.yml"
check 'the example still generates' remake
check 'the networks are brought up to date again' set_up
check 'SRV changed' answers 10.20.0.1 _ldap._tcp.office.test SRV '10 50 636 web.office.test.'
check 'TXT changed' answers 10.20.0.1 motto.office.test TXT '"one \"lab\", more networks"'
check 'a name is gone' answers 10.20.0.1 ntp.office.test A ''
check 'a name is new' answers 10.20.0.1 time.office.test A 10.20.0.1
check 'the range changed' running office "<range start='10.20.0.100' end='10.20.0.189'>"
check 'the portgroup changed' running office "<outbound average='256'/>"
check 'nothing waits' equal "$(grep -c 'next start' "$work/setup.log")" 0
check 'and then nothing changes' set_up
check 'which is said' equal "$(grep -vc ': unchanged$' "$work/setup.log")" 0

check 'a network is edited by hand' bash -c "virsh -q net-update office delete dns-host '<host ip=\"10.20.0.2\"/>' --live --config"
check 'that is undone' set_up
check 'what is undone is said' says redefined "added live: <host ip='10.20.0.2'><hostname>web.office.test</hostname></host>"
check 'somebody else has a network of the name' bash -c "virsh -q net-destroy six && virsh -q net-undefine six &&
  sed 's/default/six/; s/192.168.122/192.168.123/' '$work/default.xml' > '$work/six.xml' && virsh -q net-define '$work/six.xml'"
before=$(virsh net-dumpxml six)
check 'it is refused' refused set_up
check 'with its name' grep -q '^six: a network of this name, .* is left alone, ' "$work/setup.log"
check 'and left alone' equal "$(virsh net-dumpxml six)" "$before"
