{#- The proxy. #}
{%- if proxy is defined %}

# The proxy.
setting proxy PROXY_ENABLED '"yes"'
setting proxy HTTP_PROXY {{ proxy.url | line | sh | sh }}
setting proxy HTTPS_PROXY {{ proxy.url | line | sh | sh }}
setting proxy FTP_PROXY {{ proxy.url | line | sh | sh }}
setting proxy NO_PROXY {{ (proxy.no_proxy | join(sep=", ") if proxy.no_proxy else "localhost, 127.0.0.1") | line | sh | sh }}
{%- endif -%}
