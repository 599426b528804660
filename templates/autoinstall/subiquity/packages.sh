{#- The proxy, repositories and packages. Those of the site's repositories can be had only here, so all are installed here. #}
{%- if proxy is defined %}

# The proxy.
cat > /etc/apt/apt.conf.d/90miniascape <<'EOF'
{%- include "autoinstall/preseed/apt-proxy.conf" %}
EOF
cat > /etc/profile.d/proxy.sh <<'EOF'
{%- include "autoinstall/proxy.sh" %}
EOF
{%- endif %}
{%- if repos %}

# Repositories.
{%- for repo in repos %}
{%- if repo.gpgkey is defined %}
{% include "autoinstall/cloud/apt-key.sh" %} || exit
{%- endif %}
cat > /etc/apt/sources.list.d/{{ repo.name | ident }}.list <<'EOF'
{% if not repo.enabled and not repo.install_only %}# {% endif %}deb {% if not repo.gpgcheck %}[trusted=yes] {% endif %}{{ repo.baseurl | preseed_word }} {{ repo.suite | preseed_word }}{% for component in repo.components or (["main"] if not repo.suite is ending_with(pat="/") else []) %} {{ component | ident }}{% endfor %}
EOF
{%- endfor %}
{%- endif %}
{%- set needed = [
    ...(["systemd-timesyncd"] if ntp_servers and release > 10 else []),
    ...(["firewalld"] if firewall.enabled else []),
    ...(["kdump-tools"] if kdump.enabled else [])] %}
{%- set wanted = [...packages.installed, ...needed] | unique %}
{%- if wanted %}

# Packages; a group is a task of the archive.
apt-get update
apt-get -y install{% for package in wanted %} {% if package is starting_with(pat="@") %}{{ package | trim_start(pat="@") | deb_package }}^{% else %}{{ package | deb_package }}{% endif %}{% endfor %}
{%- endif %}
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
{%- set for_install = [repo for repo in repos if repo.install_only] %}
{%- if for_install %}

# Repositories that were for the install.
rm{% for repo in for_install %} /etc/apt/sources.list.d/{{ repo.name | ident }}.list{% endfor %}
{%- endif -%}
