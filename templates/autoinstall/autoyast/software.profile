{#- Repositories and packages. SUSE Linux Enterprise 15 is a base product and modules, which its full medium has in
    directories beside the product's. -#}
{%- set modules = [["sle-module-basesystem", "Module-Basesystem"], ["sle-module-server-applications", "Module-Server-Applications"]] if sle == 15 and os.distro == "sles" else [] %}
{%- set used_repos = [repo for repo in repos if repo.enabled or repo.install_only] %}
{%- if modules or used_repos %}
  <add-on>
    <add_on_products config:type="list">
{%- for module in modules %}
      <listentry>
        <media_url>relurl://</media_url>
        <product>{{ module[0] }}</product>
        <product_dir>/{{ module[1] }}</product_dir>
      </listentry>
{%- endfor %}
{%- for repo in used_repos %}
      <listentry>
        <media_url>{{ repo.baseurl | xml }}</media_url>
        <alias>{{ repo.name | ident }}</alias>
        <name>{{ repo.name | ident }}</name>
        <product_dir>/</product_dir>
{%- if repo.priority is defined %}
        <priority config:type="integer">{{ repo.priority }}</priority>
{%- endif %}
        <ask_on_error config:type="boolean">false</ask_on_error>
        <confirm_license config:type="boolean">false</confirm_license>
        <!-- The key is the one that comes with the repository. -->
        <signature-handling>
          <accept_unsigned_file config:type="boolean">{{ not repo.gpgcheck }}</accept_unsigned_file>
          <accept_file_without_checksum config:type="boolean">{{ not repo.gpgcheck }}</accept_file_without_checksum>
          <accept_unknown_gpg_key>
            <all config:type="boolean">true</all>
          </accept_unknown_gpg_key>
          <import_gpg_key>
            <all config:type="boolean">true</all>
          </import_gpg_key>
        </signature-handling>
      </listentry>
{%- endfor %}
    </add_on_products>
  </add-on>
{%- endif %}
{%- set patterns = [package | trim_start(pat="@") for package in packages.installed if package is starting_with(pat="@")] %}
{%- set single = [package for package in packages.installed if not package is starting_with(pat="@")] %}
{%- set left_patterns = [package | trim_start(pat="@") for package in packages.uninstalled if package is starting_with(pat="@")] %}
{%- set left_out = [package for package in packages.uninstalled if not package is starting_with(pat="@")] %}
{%- set needed = [
    "NetworkManager" if network_manager else "wicked",
    ...(["sudo"] if [user for user in users if user.sudo is defined] else []),
    ...(["ntp" if sle < 15 else "chrony"] if ntp_servers else []),
    ...(["SuSEfirewall2" if sle < 15 else "firewalld"] if firewall.enabled else []),
    ...(["kdump"] if kdump.enabled else [])] %}
{%- set wanted = [...single, ...[package for package in needed if not single is containing(pat=package)]] %}
  <software>
{%- if sle == 15 and os.distro == "sles" %}
    <products config:type="list">
      <product>SLES</product>
    </products>
{%- endif %}
{%- if patterns %}
    <patterns config:type="list">
{%- for pattern in patterns %}
      <pattern>{{ pattern | xml }}</pattern>
{%- endfor %}
    </patterns>
{%- endif %}
    <packages config:type="list">
{%- for package in wanted %}
      <package>{{ package | xml }}</package>
{%- endfor %}
    </packages>
{%- if left_patterns %}
    <remove-patterns config:type="list">
{%- for pattern in left_patterns %}
      <pattern>{{ pattern | xml }}</pattern>
{%- endfor %}
    </remove-patterns>
{%- endif %}
{%- if left_out %}
    <remove-packages config:type="list">
{%- for package in left_out %}
      <package>{{ package | xml }}</package>
{%- endfor %}
    </remove-packages>
{%- endif %}
  </software>
{#- The line break is the next part's. -#}
