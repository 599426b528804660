{#- Services of OpenRC: those setup-alpine would have started, those of the disks, the site's. #}
{%- set layout = partitions.kind == "layout" %}
{%- set boot_services = ["networking", "swap",
    ...(["lvm"] if layout and partitions.volume_groups else []),
    ...(["mdadm-raid"] if layout and partitions.raids else [])] %}
{%- set with_sshd = [package for package in packages.installed if package == "openssh" or package == "openssh-server"] %}
{%- set default_services = ["acpid", "crond", ...(["sshd"] if with_sshd else []), ...services.enabled] | unique %}

# Services; without acpid the machine does not hear that it shall shut down.
rc-update --quiet add seedrng boot || rc-update --quiet add urandom boot
{%- for service in boot_services %}
rc-update --quiet add {{ service }} boot
{%- endfor %}
{%- for service in default_services %}
rc-update --quiet add {{ service | line | sh }} default
{%- endfor %}
{%- for service in services.disabled %}
rc-update --quiet --all del {{ service | line | sh }} || :
{%- endfor -%}
