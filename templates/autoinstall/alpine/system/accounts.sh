{#- Groups, users, what they may do as root, and the keys that log in. Alpine's sshd turns away whoever has a password that
    is locked by `!`, also with a key; nothing can match `*` either. #}
{%- set group_names = [group.name for group in groups] %}

# Accounts. The password of root that the live system has is none.
usermod --password {% if rootpw is defined and not rootpw.lock %}{{ rootpw.hash | line | sh }}{% else %}'*'{% endif %} root
{%- for group in groups %}
getent group {{ group.name | account }} > /dev/null || groupadd{% if group.gid is defined %} -g {{ group.gid }}{% endif %} {{ group.name | account }}
{%- endfor %}
{%- for user in users %}
{%- for group in [group for group in user.groups if not group_names is containing(pat=group)] %}
getent group {{ group | account }} > /dev/null || groupadd {{ group | account }}
{%- endfor %}
{%- if user.gid is defined %}
getent group {{ user.gid }} > /dev/null || groupadd -g {{ user.gid }} {{ user.name | account }}
{%- endif %}
useradd -m
{%- if user.uid is defined %} -u {{ user.uid }}{% endif %}
{%- if user.gid is defined %} -g {{ user.gid }}{% elif group_names is containing(pat=user.name) %} -g {{ user.name | account }}{% else %} -U{% endif %}
{%- if user.groups %} -G {{ [group | account for group in user.groups] | join(sep=",") }}{% endif %}
{%- if user.gecos is defined %} -c {{ user.gecos | line | sh }}{% endif %}
{%- if user.home is defined %} -d {{ user.home | path | sh }}{% endif %} -s {{ (user.shell if user.shell is defined else "/bin/sh") | path | sh }} -p {% if user.hash is defined and not user.lock %}{{ user.hash | line | sh }}{% else %}'*'{% endif %} {{ user.name | account }}
{%- endfor %}
{%- set sudoers = [user for user in users if user.sudo is defined] %}
{%- if sudoers %}

mkdir -p /etc/sudoers.d
cat > /etc/sudoers.d/miniascape <<'EOF'
{%- for user in sudoers %}
{{ user.name | account }}	{{ user.sudo | line }}
{%- endfor %}
EOF
chmod 0440 /etc/sudoers.d/miniascape
# One rule that cannot be read would take away everybody's.
visudo -cqf /etc/sudoers.d/miniascape
{%- endif %}
{%- set with_keys = [user for user in users if user.ssh_authorized_keys] %}
{%- if ssh_authorized_keys or with_keys %}

# authorize USER KEY: lets the key log in as the user.
authorize() {
    home=$(getent passwd "$1" | cut -d: -f6)
    mkdir -p "$home/.ssh"
    printf '%s\n' "$2" >> "$home/.ssh/authorized_keys"
    chmod 0700 "$home/.ssh"
    chmod 0600 "$home/.ssh/authorized_keys"
    chown -R "$1:" "$home/.ssh"
}
{%- for key in ssh_authorized_keys %}
authorize root {{ key | line | sh }}
{%- endfor %}
{%- for user in with_keys %}
{%- for key in user.ssh_authorized_keys %}
authorize {{ user.name | account }} {{ key | line | sh }}
{%- endfor %}
{%- endfor %}
{%- endif -%}
