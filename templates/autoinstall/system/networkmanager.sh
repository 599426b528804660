{#- NetworkManager's profiles: nm-settings-keyfile(5). Interfaces are found by their MAC addresses. Where the system does not
    call them as the site does (`renamed` is false), a bond's primary is asked for by its address; `device` prints its name. #}

mkdir -p /etc/NetworkManager/system-connections
{%- for link in links %}
{%- set servers = link.nameservers if link.nameservers else nameservers if link.bootproto != "none" else [] %}
{%- set servers4 = [server for server in servers if not server is containing(pat=":") and not link.nodns] %}
{%- set servers6 = [server for server in servers if server is containing(pat=":") and not link.nodns] %}
{%- set routes4 = [route for route in link.routes if not route.to is containing(pat=":")] %}
{%- set routes6 = [route for route in link.routes if route.to is containing(pat=":")] %}
{%- set looked_up = link.kind == "bond" and link.options.primary is defined and not renamed %}

(umask 077; cat > /etc/NetworkManager/system-connections/{{ link.device | account }}.nmconnection) <<{{ "EOF" if looked_up else "'EOF'" }}
[connection]
id={{ link.device | account }}
type={{ link.kind }}
{%- if link.kind != "ethernet" %}
interface-name={{ link.device | account }}
{%- endif %}
{%- if link.master is defined %}
master={{ link.master | account }}
slave-type={{ [other.kind for other in links if other.device == link.master] | first }}
{%- endif %}
{%- set parents = [other for other in links if link.kind == "vlan" and other.device == link.interface and other.kind == "ethernet"] %}
{%- set found = link.kind == "ethernet" or parents %}
{%- set cloned = link.kind == "bridge" or link.kind == "bond" and link.options.fail_over_mac is not defined %}
{%- if found or cloned or link.mtu is defined %}

[ethernet]
{%- if found %}
mac-address={{ link.mac | ident }}
{%- elif cloned %}
cloned-mac-address={{ link.mac | ident }}
{%- endif %}
{%- if link.mtu is defined %}
mtu={{ link.mtu }}
{%- endif %}
{%- endif %}
{%- if link.kind == "bond" %}

[bond]
mode={{ link.mode }}
{%- for name, value in link.options %}
{%- if name == "primary" and not renamed %}
primary=$(device {{ [other.mac for other in links if other.device == value] | first | ident }})
{%- else %}
{{ name }}={{ value | net_word }}
{%- endif %}
{%- endfor %}
{%- elif link.kind == "bridge" %}

[bridge]
stp={{ link.stp }}
{%- if link.stp %}
forward-delay={{ link.forward_delay }}
{%- endif %}
{%- elif link.kind == "vlan" %}

[vlan]
id={{ link.id }}
flags=1
{%- if not parents %}
parent={{ link.interface | account }}
{%- endif %}
{%- endif %}
{%- if link.master is not defined %}

[ipv4]
{%- if link.bootproto == "dhcp" %}
method=auto
{%- elif link.bootproto == "static" and link.ip is defined %}
method=manual
address1={{ link.ip | ident }}/{{ link.prefix }}{% if link.gateway is defined and not link.nodefroute %},{{ link.gateway | ident }}{% endif %}
{%- else %}
method=disabled
{%- endif %}
{%- for route in routes4 %}
route{{ loop.index }}={{ route.to | net_word }},{{ route.via | ident }}{% if route.metric is defined %},{{ route.metric }}{% endif %}
{%- endfor %}
{%- if link.bootproto != "none" %}
{%- if servers4 %}
dns={% for server in servers4 %}{{ server | ident }};{% endfor %}
{%- endif %}
{%- if domain is defined and not link.nodns %}
dns-search={{ domain | ident }};
{%- endif %}
{%- if link.nodns or link.bootproto == "dhcp" and servers %}
ignore-auto-dns=true
{%- endif %}
{%- if link.nodefroute %}
never-default=true
{%- endif %}
{%- endif %}

[ipv6]
{%- if link.ipv6 is defined %}
method=manual
address1={{ link.ipv6 | ident }}/{{ link.ipv6_prefix }}{% if link.ipv6_gateway is defined and not link.nodefroute %},{{ link.ipv6_gateway | ident }}{% endif %}
{%- if servers6 %}
dns={% for server in servers6 %}{{ server | ident }};{% endfor %}
{%- endif %}
{%- elif link.bootproto == "none" %}
method=disabled
{%- else %}
method=auto
{%- if link.nodns %}
ignore-auto-dns=true
{%- endif %}
{%- endif %}
{%- for route in routes6 %}
route{{ loop.index }}={{ route.to | net_word }},{{ route.via | ident }}{% if route.metric is defined %},{{ route.metric }}{% endif %}
{%- endfor %}
{%- if link.nodefroute and (link.ipv6 is defined or link.bootproto != "none") %}
never-default=true
{%- endif %}
{%- endif %}
EOF
{%- endfor -%}
