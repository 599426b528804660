{#- Packages to leave out, repositories that only the installer uses or nobody does yet, and the proxy. #}
{%- if packages.uninstalled %}

# purge PACKAGE: removes a package, if it is there.
purge() {
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2> /dev/null) in
    i*) apt-get -y purge "$1" ;;
    esac
}
{%- for package in packages.uninstalled %}
purge {{ package | deb_package }}
{%- endfor %}
{%- endif %}
{%- set for_install = [repo for repo in repos if repo.enabled and repo.install_only] %}
{%- if for_install %}

# drop LINE: takes a repository away that was for the installer.
drop() {
    grep -vF "$1" /etc/apt/sources.list > /etc/apt/sources.list.new || :
    cat /etc/apt/sources.list.new > /etc/apt/sources.list
    rm /etc/apt/sources.list.new
}
{%- for repo in for_install %}
drop {{ (repo.baseurl ~ " " ~ repo.suite) | line | sh }}
{%- endfor %}
{%- endif %}
{%- for repo in [repo for repo in repos if not repo.enabled and not repo.install_only] %}

cat > /etc/apt/sources.list.d/{{ repo.name | ident }}.list <<'EOF'
# deb {% if not repo.gpgcheck %}[trusted=yes] {% endif %}{{ repo.baseurl | preseed_word }} {{ repo.suite | preseed_word }}{% for component in repo.components or (["main"] if not repo.suite is ending_with(pat="/") else []) %} {{ component | ident }}{% endfor %}
EOF
{%- endfor %}
{%- if proxy is defined %}

cat > /etc/profile.d/proxy.sh <<'EOF'
{%- include "autoinstall/proxy.sh" %}
EOF
{%- endif -%}
