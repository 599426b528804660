{#- SUSE's own way: ifcfg(5), ifcfg-bonding(5), ifcfg-bridge(5), ifcfg-vlan(5), ifroute(5), netconfig(8). #}

find /etc/sysconfig/network -maxdepth 1 \( -name 'ifcfg-*' -o -name 'ifroute-*' \) ! -name ifcfg-lo ! -name '*.template' -delete
{%- for link in links %}

cat > /etc/sysconfig/network/ifcfg-{{ link.device | account }} <<'EOF'
{#- wicked does not wait for the ports of a bond, but for the bond. #}
STARTMODE='{{ "hotplug" if [bond for bond in links if bond.kind == "bond" and bond.ports is containing(pat=link.device)] else "auto" }}'
BOOTPROTO='{{ "dhcp4" if link.bootproto == "dhcp" else link.bootproto }}'
{%- if link.kind == "bond" %}
BONDING_MASTER='yes'
BONDING_MODULE_OPTS='mode={{ link.mode }}{% for name, value in link.options %} {{ name }}={{ value | net_word }}{% endfor %}'
{%- for port in link.ports %}
BONDING_SLAVE_{{ loop.index0 }}='{{ port | account }}'
{%- endfor %}
{%- elif link.kind == "bridge" %}
BRIDGE='yes'
BRIDGE_PORTS='{% for port in link.ports %}{{ port | account }}{% if not loop.last %} {% endif %}{% endfor %}'
BRIDGE_STP='{{ "on" if link.stp else "off" }}'
BRIDGE_FORWARDDELAY='{{ link.forward_delay }}'
{%- elif link.kind == "vlan" %}
ETHERDEVICE='{{ link.interface | account }}'
VLAN_ID='{{ link.id }}'
{%- endif %}
{%- if link.kind == "bridge" or link.kind == "bond" and link.options.fail_over_mac is not defined %}
LLADDR='{{ link.mac | ident }}'
{%- endif %}
{%- if link.bootproto == "static" and link.ip is defined %}
IPADDR='{{ link.ip | ident }}/{{ link.prefix }}'
{%- endif %}
{%- if link.ipv6 is defined %}
IPADDR_6='{{ link.ipv6 | ident }}/{{ link.ipv6_prefix }}'
{%- endif %}
{%- if link.mtu is defined %}
MTU='{{ link.mtu }}'
{%- endif %}
{%- if link.bootproto == "dhcp" and link.nodefroute %}
DHCLIENT_SET_DEFAULT_ROUTE='no'
{%- endif %}
EOF
{%- set gateways = [...([link.gateway] if link.bootproto == "static" and link.gateway is defined and not link.nodefroute else []), ...([link.ipv6_gateway] if link.ipv6 is defined and link.ipv6_gateway is defined and not link.nodefroute else [])] %}
{%- if gateways or link.routes %}
cat > /etc/sysconfig/network/ifroute-{{ link.device | account }} <<'EOF'
{%- for gateway in gateways %}
default {{ gateway | ident }} - {{ link.device | account }}
{%- endfor %}
{%- for route in link.routes %}
{{ route.to | net_word }} {{ route.via | ident }} - {{ link.device | account }}{% if route.metric is defined %} metric {{ route.metric }}{% endif %}
{%- endfor %}
EOF
{%- endif %}
{%- endfor %}
{%- set_global servers = [] %}
{%- for link in [link for link in links if not link.nodns] %}{% set_global servers = [...servers, ...link.nameservers] | unique %}{% endfor %}
{%- set servers_of_all = servers or nameservers %}

setting network/dhcp DHCLIENT_SET_HOSTNAME '"no"'
{%- if servers_of_all %}
setting network/config NETCONFIG_DNS_STATIC_SERVERS '"{% for server in servers_of_all %}{{ server | ident }}{% if not loop.last %} {% endif %}{% endfor %}"'
{%- endif %}
{%- if domain is defined %}
setting network/config NETCONFIG_DNS_STATIC_SEARCHLIST '"{{ domain | ident }}"'
{%- endif %}
{%- if [link for link in links if link.bootproto == "dhcp" and link.nodns] %}
# Name servers are taken from these alone.
setting network/config NETCONFIG_DNS_POLICY '"STATIC{% for link in [link for link in links if link.bootproto == "dhcp" and not link.nodns] %} {{ link.device | account }}{% endfor %}"'
{%- endif %}
systemctl enable wicked.service
{#- The line break is the next part's. -#}
