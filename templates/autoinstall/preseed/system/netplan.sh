{#- Ubuntu's own way: netplan(5), in JSON's quotes. #}

# Interfaces.
cat > /etc/netplan/01-netcfg.yaml <<'EOF'
network:
  version: 2
  renderer: networkd
  ethernets:
{%- for nic in interfaces %}
    {{ nic.device | yaml }}:
      match: {macaddress: {{ nic.mac | yaml }}}
      dhcp4: {{ nic.bootproto == "dhcp" }}
{%- if nic.bootproto == "dhcp" and (nic.nodns or nic.nodefroute) %}
      dhcp4-overrides: { {%- if nic.nodns %}use-dns: false{% endif %}{% if nic.nodns and nic.nodefroute %}, {% endif %}{% if nic.nodefroute %}use-routes: false{% endif -%} }
{%- endif %}
{%- set addresses = [...([nic.ip ~ "/" ~ nic.prefix] if nic.bootproto == "static" and nic.ip is defined else []), ...([nic.ipv6 ~ "/" ~ nic.ipv6_prefix] if nic.ipv6 is defined else [])] %}
{%- if addresses %}
      addresses: [{% for address in addresses %}{{ address | yaml }}{% if not loop.last %}, {% endif %}{% endfor %}]
{%- endif %}
{%- if nic.bootproto == "static" and nic.gateway is defined and not nic.nodefroute %}
      gateway4: {{ nic.gateway | yaml }}
{%- endif %}
{%- if nic.ipv6_gateway is defined and nic.ipv6 is defined and not nic.nodefroute %}
      gateway6: {{ nic.ipv6_gateway | yaml }}
{%- endif %}
{%- set servers = nic.nameservers if nic.nameservers else nameservers if nic.bootproto != "none" else [] %}
{%- if servers and not nic.nodns %}
      nameservers:
        addresses: [{% for server in servers %}{{ server | yaml }}{% if not loop.last %}, {% endif %}{% endfor %}]
{%- if domain is defined %}
        search: [{{ domain | yaml }}]
{%- endif %}
{%- endif %}
{%- if nic.mtu is defined %}
      mtu: {{ nic.mtu }}
{%- endif %}
{%- endfor %}
EOF
{#- The line break is the next part's. -#}
