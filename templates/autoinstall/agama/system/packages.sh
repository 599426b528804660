{#- Repositories as the site has them, packages that are not wanted, and the proxy. #}
{%- set kept = [repo for repo in repos if not repo.install_only] %}
{%- set for_install = [repo for repo in repos if repo.install_only] %}
{%- if repos %}

# Repositories.
{%- for repo in kept %}
cat > /etc/zypp/repos.d/{{ repo.name | ident }}.repo <<'EOF'
{%- include "autoinstall/autoyast/system/repository.repo" %}
EOF
{%- endfor %}
{%- if for_install %}
rm -f{% for repo in for_install %} /etc/zypp/repos.d/{{ repo.name | ident }}.repo{% endfor %}
{%- endif %}
{%- endif %}
{%- set left_out = [package for package in packages.uninstalled if not package is starting_with(pat="@")] %}
{%- if left_out %}

# remove PACKAGE: removes a package, if it is there.
remove() {
    ! rpm -q --quiet -- "$1" || zypper --non-interactive --no-refresh remove -- "$1"
}
{%- for package in left_out %}
remove {{ package | line | sh }}
{%- endfor %}
{%- endif %}
{%- include "autoinstall/autoyast/system/proxy.sh" -%}
