{#- Services, crash dumps and the packet filter. #}
{%- if services.enabled or services.disabled or kdump.enabled %}

# Services.
{%- for service in services.disabled %}
systemctl disable {{ service | line | sh }}
{%- endfor %}
{%- for service in services.enabled %}
systemctl enable {{ service | line | sh }}
{%- endfor %}
{%- if kdump.enabled %}
systemctl enable kdump.service
{%- endif %}
{%- endif %}

# The packet filter.
{%- if sle < 15 %}
{%- if firewall.enabled %}
{%- if [port for port in firewall.ports if port.protocol != "tcp" and port.protocol != "udp"] %}{{ fail(msg="firewall: SuSEfirewall2 knows ports of tcp and udp only") }}{% endif %}
{%- set tcp = [...firewall.services, ...[port.port | replace(from="-", to=":") for port in firewall.ports if port.protocol == "tcp"]] %}
{%- set udp = [port.port | replace(from="-", to=":") for port in firewall.ports if port.protocol == "udp"] %}
setting SuSEfirewall2 FW_DEV_EXT '"any{% for nic in [nic for nic in interfaces if not firewall.trusted is containing(pat=nic.device)] %} {{ nic.device | account }}{% endfor %}"'
setting SuSEfirewall2 FW_DEV_INT '"{{ [device | account for device in firewall.trusted] | join(sep=" ") }}"'
setting SuSEfirewall2 FW_SERVICES_EXT_TCP '"{{ [one | ident for one in tcp] | join(sep=" ") }}"'
setting SuSEfirewall2 FW_SERVICES_EXT_UDP '"{{ [one | ident for one in udp] | join(sep=" ") }}"'
systemctl enable SuSEfirewall2_init.service SuSEfirewall2.service
{%- else %}
systemctl disable SuSEfirewall2_init.service SuSEfirewall2.service || :
{%- endif %}
{%- elif firewall.enabled %}
{%- for service in firewall.services %}
firewall-offline-cmd --zone=public --add-service={{ service | line | sh }}
{%- endfor %}
{%- for port in firewall.ports %}
firewall-offline-cmd --zone=public --add-port={{ port.port | ident }}/{{ port.protocol | account }}
{%- endfor %}
{%- for device in firewall.trusted %}
firewall-offline-cmd --zone=trusted --add-interface={{ device | line | sh }}
{%- endfor %}
systemctl enable firewalld.service
{%- else %}
systemctl disable firewalld.service || :
{%- endif -%}
