{#- Names and interfaces. The installer leaves what it was told of the one it used. #}
{%- set fixed = [nic.ip for nic in interfaces if nic.bootproto == "static" and nic.ip is defined] %}

# Names.
echo {{ hostname | ident }} > /etc/hostname
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
::1	localhost ipv6-localhost ipv6-loopback
{{ (fixed[0] if fixed else "127.0.0.2") | ident }}	{% if fqdn != hostname %}{{ fqdn | ident }} {% endif %}{{ hostname | ident }}
ff02::1	ipv6-allnodes
ff02::2	ipv6-allrouters
{%- for entry in hosts %}
{{ entry.ip | ident }}{% for alias in entry.names %} {{ alias | ident }}{% endfor %}
{%- endfor %}
EOF
{%- if interfaces %}

# Interfaces are called as the site calls them, whatever order they are found in.
cat > /etc/udev/rules.d/70-persistent-net.rules <<'EOF'
{%- for nic in interfaces %}
SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="{{ nic.mac | ident }}", ATTR{type}=="1", NAME="{{ nic.device | account }}"
{%- endfor %}
EOF
{%- if network_manager %}
{%- set renamed = true %}
{%- include "autoinstall/system/networkmanager.sh" %}
systemctl enable NetworkManager.service
{#- The line break is the next part's. -#}
{%- else %}
{%- include "autoinstall/autoyast/system/wicked.sh" %}
{%- endif %}
{%- endif -%}
