{#- The proxy, for programs that look for it in their environment. #}
export http_proxy={{ proxy.url | line | sh }}
export https_proxy="$http_proxy" ftp_proxy="$http_proxy"
{%- if proxy.no_proxy %}
export no_proxy={{ proxy.no_proxy | join(sep=",") | line | sh }}
{%- endif %}
{#- The line break is the next part's. -#}
