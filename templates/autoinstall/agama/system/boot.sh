{#- What the profile does not say about the boot loader: its console and password, and what the kernel does of SELinux. #}
{%- set on_serial = bootloader.append | join(sep=" ") is containing(pat="console=ttyS0") %}
{%- if selinux != "enforcing" %}

# SELinux, which the installer makes enforcing.
if [ -e /etc/selinux/config ]; then
    sed -i 's/^SELINUX=.*/SELINUX={{ selinux | ident }}/' /etc/selinux/config
fi
sed -i -E '/^GRUB_CMDLINE_LINUX_DEFAULT=/{s/ *\<(security|selinux|enforcing)=[a-z0-9]*//g;s/"$/ {{ "selinux=0" if selinux == "disabled" else "security=selinux selinux=1 enforcing=0" }}"/}' /etc/default/grub
{%- endif %}
{%- if on_serial %}

# The boot loader is on the serial console as well.
sed -i -E '/^GRUB_(TERMINAL|SERIAL_COMMAND)=/d' /etc/default/grub
cat >> /etc/default/grub <<'EOF'
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1"
EOF
{%- endif %}
{%- if bootloader.password is defined %}

# Whoever changes an entry of the boot loader is asked for the password; starting one is free.
cat > /etc/grub.d/42_password <<'EOF'
#!/bin/sh
cat <<'PASSWORD'
set superusers="root"
export superusers
password_pbkdf2 root {{ bootloader.password | ident }}
set unrestricted_menu="y"
export unrestricted_menu
PASSWORD
EOF
chmod 0700 /etc/grub.d/42_password
{%- endif %}
{%- if selinux != "enforcing" or on_serial or bootloader.password is defined %}
grub2-mkconfig -o /boot/grub2/grub.cfg
{%- endif -%}
