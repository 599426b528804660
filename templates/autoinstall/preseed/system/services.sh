{#- Services and the packet filter. #}
{%- if services.enabled or services.disabled %}

# Services.
{%- for service in services.disabled %}
systemctl disable {{ service | line | sh }}
{%- endfor %}
{%- for service in services.enabled %}
systemctl enable {{ service | line | sh }}
{%- endfor %}
{%- endif %}
{%- if firewall.enabled %}

# The packet filter; firewalld lets SSH in by itself.
{%- for service in firewall.services %}
firewall-offline-cmd --zone=public --add-service={{ service | line | sh }}
{%- endfor %}
{%- for port in firewall.ports %}
firewall-offline-cmd --zone=public --add-port={{ port.port | ident }}/{{ port.protocol | account }}
{%- endfor %}
{%- for device in firewall.trusted %}
{%- set known = [nic for nic in interfaces if nic.device == device] %}
{%- if known %}
nic=$(device {{ known[0].mac | ident }})
firewall-offline-cmd --zone=trusted --add-interface="$nic"
{%- else %}
firewall-offline-cmd --zone=trusted --add-interface={{ device | line | sh }}
{%- endif %}
{%- endfor %}
systemctl enable firewalld.service
{%- endif -%}
