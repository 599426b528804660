{#- Tumbleweed's own way: nm-settings-keyfile(5). #}

mkdir -p /etc/NetworkManager/system-connections
{%- for nic in interfaces %}
{%- set servers = nic.nameservers if nic.nameservers else nameservers if nic.bootproto != "none" else [] %}
{%- set servers4 = [server for server in servers if not server is containing(pat=":") and not nic.nodns] %}
{%- set servers6 = [server for server in servers if server is containing(pat=":") and not nic.nodns] %}

(umask 077; cat > /etc/NetworkManager/system-connections/{{ nic.device | account }}.nmconnection) <<'EOF'
[connection]
id={{ nic.device | account }}
type=ethernet

[ethernet]
mac-address={{ nic.mac | ident }}
{%- if nic.mtu is defined %}
mtu={{ nic.mtu }}
{%- endif %}

[ipv4]
{%- if nic.bootproto == "dhcp" %}
method=auto
{%- elif nic.bootproto == "static" and nic.ip is defined %}
method=manual
address1={{ nic.ip | ident }}/{{ nic.prefix }}{% if nic.gateway is defined and not nic.nodefroute %},{{ nic.gateway | ident }}{% endif %}
{%- else %}
method=disabled
{%- endif %}
{%- if nic.bootproto != "none" %}
{%- if servers4 %}
dns={% for server in servers4 %}{{ server | ident }};{% endfor %}
{%- endif %}
{%- if domain is defined and not nic.nodns %}
dns-search={{ domain | ident }};
{%- endif %}
{%- if nic.nodns or nic.bootproto == "dhcp" and servers %}
ignore-auto-dns=true
{%- endif %}
{%- if nic.nodefroute %}
never-default=true
{%- endif %}
{%- endif %}

[ipv6]
{%- if nic.ipv6 is defined %}
method=manual
address1={{ nic.ipv6 | ident }}/{{ nic.ipv6_prefix }}{% if nic.ipv6_gateway is defined and not nic.nodefroute %},{{ nic.ipv6_gateway | ident }}{% endif %}
{%- if servers6 %}
dns={% for server in servers6 %}{{ server | ident }};{% endfor %}
{%- endif %}
{%- elif nic.bootproto == "none" %}
method=disabled
{%- else %}
method=auto
{%- if nic.nodns %}
ignore-auto-dns=true
{%- endif %}
{%- endif %}
{%- if nic.nodefroute and (nic.ipv6 is defined or nic.bootproto != "none") %}
never-default=true
{%- endif %}
EOF
{%- endfor %}
systemctl enable NetworkManager.service
{#- The line break is the next part's. -#}
