{#- Packages: cloud-init goes on when some cannot be had, and a guest that lacks one is not finished. Repositories that
    only the install uses go again. #}
{%- if debian %}
{%- if all_packages %}

# Packages.
for package in{% for package in all_packages %} {{ package | deb_package | split(pat="/") | first }}{% endfor %}; do
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null) in
    i*) ;;
    *) echo "package $package is missing"; exit 1 ;;
    esac
done
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
{%- else %}
{#- What is a pattern or a group is the package manager's to know. #}
{%- set manager = "dnf" if release > 7 else "yum" %}
{%- if all_packages %}

# Packages: nothing to do when cloud-init could install them.
{{ manager }} -y install{% for package in all_packages %} {{ package | line | sh }}{% endfor %}
{%- endif %}
{%- if packages.uninstalled %}
{{ manager }} -y remove{% for package in packages.uninstalled %} {{ package | line | sh }}{% endfor %}
{%- endif %}
{%- endif %}
{%- set for_install = [repo for repo in repos if repo.install_only] %}
{%- if for_install %}

# Repositories that were for the install.
{%- for repo in for_install %}
rm {{ "/etc/apt/sources.list.d/" ~ (repo.name | ident) ~ ".list" if debian else "/etc/yum.repos.d/" ~ (repo.name | ident) ~ ".repo" }}
{%- endfor %}
{%- endif -%}
