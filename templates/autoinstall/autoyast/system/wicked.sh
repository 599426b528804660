{#- SUSE's own way: ifcfg(5), ifroute(5), netconfig(8). #}

find /etc/sysconfig/network -maxdepth 1 \( -name 'ifcfg-*' -o -name 'ifroute-*' \) ! -name ifcfg-lo ! -name '*.template' -delete
{%- for nic in interfaces %}

cat > /etc/sysconfig/network/ifcfg-{{ nic.device | account }} <<'EOF'
STARTMODE='auto'
BOOTPROTO='{{ "dhcp4" if nic.bootproto == "dhcp" else nic.bootproto }}'
{%- if nic.bootproto == "static" and nic.ip is defined %}
IPADDR='{{ nic.ip | ident }}/{{ nic.prefix }}'
{%- endif %}
{%- if nic.ipv6 is defined %}
IPADDR_6='{{ nic.ipv6 | ident }}/{{ nic.ipv6_prefix }}'
{%- endif %}
{%- if nic.mtu is defined %}
MTU='{{ nic.mtu }}'
{%- endif %}
{%- if nic.bootproto == "dhcp" and nic.nodefroute %}
DHCLIENT_SET_DEFAULT_ROUTE='no'
{%- endif %}
EOF
{%- set gateways = [...([nic.gateway] if nic.bootproto == "static" and nic.gateway is defined and not nic.nodefroute else []), ...([nic.ipv6_gateway] if nic.ipv6 is defined and nic.ipv6_gateway is defined and not nic.nodefroute else [])] %}
{%- if gateways %}
cat > /etc/sysconfig/network/ifroute-{{ nic.device | account }} <<'EOF'
{%- for gateway in gateways %}
default {{ gateway | ident }} - {{ nic.device | account }}
{%- endfor %}
EOF
{%- endif %}
{%- endfor %}
{%- set_global servers = [] %}
{%- for nic in [nic for nic in interfaces if not nic.nodns] %}{% set_global servers = [...servers, ...nic.nameservers] | unique %}{% endfor %}
{%- set servers_of_all = servers or nameservers %}

setting network/dhcp DHCLIENT_SET_HOSTNAME '"no"'
{%- if servers_of_all %}
setting network/config NETCONFIG_DNS_STATIC_SERVERS '"{% for server in servers_of_all %}{{ server | ident }}{% if not loop.last %} {% endif %}{% endfor %}"'
{%- endif %}
{%- if domain is defined %}
setting network/config NETCONFIG_DNS_STATIC_SEARCHLIST '"{{ domain | ident }}"'
{%- endif %}
{%- if [nic for nic in interfaces if nic.bootproto == "dhcp" and nic.nodns] %}
# Name servers are taken from these alone.
setting network/config NETCONFIG_DNS_POLICY '"STATIC{% for nic in [nic for nic in interfaces if nic.bootproto == "dhcp" and not nic.nodns] %} {{ nic.device | account }}{% endfor %}"'
{%- endif %}
systemctl enable wicked.service
{#- The line break is the next part's. -#}
