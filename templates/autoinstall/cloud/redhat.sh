{#- The packet filter that is off, SELinux, the boot loader, and what of DHCP's is not taken. #}
{%- if not firewall.enabled %}

systemctl disable firewalld.service 2> /dev/null || :
{%- endif %}
{%- if kdump.enabled %}
systemctl enable kdump.service
{%- if not reserve %}
kdumpctl reset-crashkernel --kernel=ALL
{%- endif %}
{%- endif %}

# SELinux and the boot loader.
sed -i 's/^SELINUX=.*/SELINUX={{ selinux }}/' /etc/selinux/config
grubby --update-kernel=ALL --args={{ kernel_args | grub_args | sh }}
{#- Kernels to come, where grubby does not see to them as well. #}
grep -qF -- {{ kernel_args | grub_args | sh }} /etc/default/grub ||
    sed -i 's|^\(GRUB_CMDLINE_LINUX="[^"]*\)"|\1 {{ kernel_args | grub_args }}"|' /etc/default/grub
{%- if bootloader.timeout is defined %}
sed -i 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT={{ bootloader.timeout }}/' /etc/default/grub
for config in /etc/grub2.cfg /etc/grub2-efi.cfg; do
    [ ! -e "$config" ] || grub2-mkconfig -o "$(readlink -f "$config")"
done
{%- endif %}
{%- if bootloader.password is defined %}
(umask 077; echo {{ ("GRUB2_PASSWORD=" ~ bootloader.password) | line | sh }} > /boot/grub2/user.cfg)
{%- endif %}
{%- for nic in picky %}

nic=$(device {{ nic.mac | ident }})
nmcli connection modify "$(nmcli -g GENERAL.CONNECTION device show "$nic")"
{%- if nic.nodns %} ipv4.ignore-auto-dns yes ipv6.ignore-auto-dns yes{% endif %}
{%- if nic.nodefroute %} ipv4.never-default yes ipv6.never-default yes{% endif %}
{%- endfor -%}
