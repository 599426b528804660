{#- Debian's own way: interfaces(5). #}

# Interfaces, each in a file of its own.
mkdir -p /etc/network/interfaces.d
cat > /etc/network/interfaces <<'EOF'
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback
EOF
{%- for nic in interfaces %}

nic=$(device {{ nic.mac | ident }})
cat > "/etc/network/interfaces.d/$nic" <<EOF
auto $nic
{%- if nic.bootproto == "dhcp" %}
iface $nic inet dhcp
{%- elif nic.bootproto == "static" and nic.ip is defined %}
iface $nic inet static
    address {{ nic.ip | ident }}/{{ nic.prefix }}
{%- if nic.gateway is defined and not nic.nodefroute %}
    gateway {{ nic.gateway | ident }}
{%- endif %}
{%- else %}
iface $nic inet manual
    up ip link set dev $nic up
{%- endif %}
{%- if nic.mtu is defined %}
    pre-up ip link set dev $nic mtu {{ nic.mtu }}
{%- endif %}
{%- for route in [route for route in nic.routes | default(value=[]) if not route.to is containing(pat=":")] %}
    up ip route add {{ route.to | net_word }} via {{ route.via | ident }} dev $nic{% if route.metric is defined %} metric {{ route.metric }}{% endif %}
{%- endfor %}
{%- if nic.ipv6 is defined %}
iface $nic inet6 static
    address {{ nic.ipv6 | ident }}/{{ nic.ipv6_prefix }}
{%- if nic.ipv6_gateway is defined and not nic.nodefroute %}
    gateway {{ nic.ipv6_gateway | ident }}
{%- endif %}
{%- for route in [route for route in nic.routes | default(value=[]) if route.to is containing(pat=":")] %}
    up ip -6 route add {{ route.to | net_word }} via {{ route.via | ident }} dev $nic{% if route.metric is defined %} metric {{ route.metric }}{% endif %}
{%- endfor %}
{%- endif %}
EOF
{%- set servers = nic.nameservers if nic.nameservers else nameservers %}
{%- if nic.bootproto == "dhcp" and (nic.nodns or nic.nodefroute or servers) %}
{%- if deb > 12 %}
cat >> /etc/dhcpcd.conf <<EOF

interface $nic
{%- if nic.nodefroute %}
nogateway
{%- endif %}
{%- if nic.nodns %}
nohook resolv.conf
{%- elif servers %}
static domain_name_servers={% for server in servers %}{{ server | ident }}{% if not loop.last %} {% endif %}{% endfor %}
{%- endif %}
EOF
{%- else %}
cat >> /etc/dhcp/dhclient.conf <<EOF

interface "$nic" {
    request subnet-mask, broadcast-address, interface-mtu
{%- if not nic.nodefroute %}, rfc3442-classless-static-routes, routers{% endif %}
{%- if not nic.nodns %}, domain-name, domain-search{% if not servers %}, domain-name-servers{% endif %}{% endif %};
{%- if servers and not nic.nodns %}
    supersede domain-name-servers {% for server in servers %}{{ server | ident }}{% if not loop.last %}, {% endif %}{% endfor %};
{%- endif %}
}
EOF
{%- endif %}
{%- endif %}
{%- endfor %}
{#- DHCP writes the file anew; without it, nobody does. #}
{%- if not [nic for nic in interfaces if nic.bootproto == "dhcp" and not nic.nodns] %}
{%- set_global servers_of_all = [] %}
{%- for nic in [nic for nic in interfaces if not nic.nodns] %}{% set_global servers_of_all = [...servers_of_all, ...nic.nameservers] | unique %}{% endfor %}

cat > /etc/resolv.conf <<'EOF'
{%- if domain is defined %}
search {{ domain | ident }}
{%- endif %}
{%- for server in servers_of_all or nameservers %}
nameserver {{ server | ident }}
{%- endfor %}
EOF
{%- endif -%}
