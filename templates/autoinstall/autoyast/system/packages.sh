{#- Repositories as the site has them, and the proxy. AutoYaST writes its own files for repositories when all scripts are
    done, so ours take their place at the first boot. #}
{%- set kept = [repo for repo in repos if not repo.install_only] %}
{%- if repos %}

# Repositories.
mkdir -p /usr/local/libexec/miniascape/repos
{%- for repo in kept %}
cat > {% if repo.enabled %}/usr/local/libexec/miniascape/repos{% else %}/etc/zypp/repos.d{% endif %}/{{ repo.name | ident }}.repo <<'EOF'
[{{ repo.name | ident }}]
name={{ repo.name | ident }}
enabled={{ 1 if repo.enabled else 0 }}
autorefresh=1
baseurl={{ repo.baseurl | line | cdata }}
{%- if repo.priority is defined %}
priority={{ repo.priority }}
{%- endif %}
gpgcheck={{ 1 if repo.gpgcheck else 0 }}
{%- if repo.gpgkey is defined %}
gpgkey={{ repo.gpgkey | line | cdata }}
{%- endif %}
EOF
{%- endfor %}
{%- endif %}
{%- if proxy is defined %}

# The proxy.
setting proxy PROXY_ENABLED '"yes"'
setting proxy HTTP_PROXY {{ proxy.url | line | sh | sh }}
setting proxy HTTPS_PROXY {{ proxy.url | line | sh | sh }}
setting proxy FTP_PROXY {{ proxy.url | line | sh | sh }}
setting proxy NO_PROXY {{ (proxy.no_proxy | join(sep=", ") if proxy.no_proxy else "localhost, 127.0.0.1") | line | sh | sh }}
{%- endif -%}
