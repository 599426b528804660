{#- Ubuntu's own way: netplan(5), in JSON's quotes. #}

# Interfaces.
cat > /etc/netplan/01-netcfg.yaml <<'EOF'
network:
  version: 2
  renderer: networkd
{%- set pad = "  " %}
{%- set gateways = true %}
  ethernets:
{%- for link in [link for link in links if link.kind == "ethernet"] %}
    {{ link.device | yaml }}:
      match: {macaddress: {{ link.mac | yaml }}}
{%- include "autoinstall/system/netplan-reach.yml" %}
{%- if link.mtu is defined %}
      mtu: {{ link.mtu }}
{%- endif %}
{%- endfor %}
{%- include "autoinstall/system/netplan.yml" %}
EOF
{#- The line break is the next part's. -#}
