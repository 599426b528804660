{#- What the system of Debian's family is called, and the names it knows without asking. #}
{%- set fixed = [nic.ip for nic in interfaces if nic.bootproto == "static" and nic.ip is defined] %}

# Names.
echo {{ hostname | ident }} > /etc/hostname
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
{#- The line break is the next part's. -#}
