{#- Names; interfaces come along from the live system. #}
{%- set fixed = [nic.ip for nic in interfaces if nic.bootproto == "static" and nic.ip is defined] %}

# Names.
cat > /etc/hosts <<'EOF'
127.0.0.1	localhost
{{ (fixed[0] if fixed else "127.0.1.1") | ident }}	{% if fqdn != hostname %}{{ fqdn | ident }} {% endif %}{{ hostname | ident }}
::1	localhost ip6-localhost ip6-loopback
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
{%- for entry in hosts %}
{{ entry.ip | ident }}{% for alias in entry.names %} {{ alias | ident }}{% endfor %}
{%- endfor %}
EOF
{%- set_global servers_of_all = [] %}
{%- for nic in [nic for nic in interfaces if not nic.nodns] %}{% set_global servers_of_all = [...servers_of_all, ...nic.nameservers] | unique %}{% endfor %}
{%- set servers = servers_of_all or nameservers %}
{%- if servers or not [nic for nic in interfaces if nic.bootproto == "dhcp" and not nic.nodns] %}
cat > /etc/resolv.conf <<'EOF'
{%- if domain is defined %}
search {{ domain | ident }}
{%- endif %}
{%- for server in servers %}
nameserver {{ server | ident }}
{%- endfor %}
EOF
{%- endif -%}
