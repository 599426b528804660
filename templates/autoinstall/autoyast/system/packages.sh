{#- Repositories as the site has them, and the proxy. AutoYaST writes its own files for repositories when all scripts are
    done, so ours take their place at the first boot. #}
{%- set kept = [repo for repo in repos if not repo.install_only] %}
{%- if repos %}

# Repositories.
mkdir -p /usr/local/libexec/miniascape/repos
{%- for repo in kept %}
cat > {% if repo.enabled %}/usr/local/libexec/miniascape/repos{% else %}/etc/zypp/repos.d{% endif %}/{{ repo.name | ident }}.repo <<'EOF'
{%- include "autoinstall/autoyast/system/repository.repo" %}
EOF
{%- endfor %}
{%- endif %}
{%- include "autoinstall/autoyast/system/proxy.sh" -%}
