{#- The packet filter, in nftables' own words: what is not let in stays out. SSH gets in. -#}
{%- if firewall.enabled %}
{%- set known = {"ssh": "tcp 22", "ftp": "tcp 21", "smtp": "tcp 25", "dns": "udp 53", "http": "tcp 80", "pop3": "tcp 110", "ntp": "udp 123", "imap": "tcp 143", "ldap": "tcp 389", "https": "tcp 443", "ldaps": "tcp 636", "imaps": "tcp 993", "pop3s": "tcp 995", "nfs": "tcp 2049", "mysql": "tcp 3306", "postgresql": "tcp 5432"} %}

# The packet filter.
{%- if firewall.trusted %}
# device MAC: prints the name of the interface that has this address.
device() {
    for address in /sys/class/net/*/address; do
        if [ "$(cat "$address")" = "$1" ]; then
            basename "${address%/address}"
            return
        fi
    done
    echo "no interface has the address $1" >&2
    return 1
}
{%- for device in firewall.trusted %}
{%- set known_nics = [nic for nic in interfaces if nic.device == device] %}
trusted_{{ loop.index }}={% if known_nics %}$(device {{ known_nics[0].mac | ident }}){% else %}{{ device | line | sh }}{% endif %}
{%- endfor %}
{%- endif %}
cat > /etc/nftables.nft <<EOF
#!/usr/sbin/nft -f
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		ct state invalid drop
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		udp dport 546 accept
{%- for device in firewall.trusted %}
		iifname "$trusted_{{ loop.index }}" accept
{%- endfor %}
		tcp dport 22 accept
{%- for service in firewall.services %}
{%- if service != "ssh" %}
{%- set rule = known[service] | split(pat=" ") %}
		{{ rule[0] }} dport {{ rule[1] }} accept
{%- endif %}
{%- endfor %}
{%- for port in firewall.ports %}
		{{ port.protocol | account }} dport {{ port.port | ident }} accept
{%- endfor %}
	}
	chain forward {
		type filter hook forward priority 0; policy drop;
	}
}
EOF
chmod 0755 /etc/nftables.nft
rc-update --quiet add nftables boot
{%- endif -%}
