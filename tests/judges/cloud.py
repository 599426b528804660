"""Reads the files of a cloud image's seed as cloud-init does, and compares them with what the lab says.

Takes a file of jobs: the guest's name, system and values in the lab, and the directory of its files. Prints the faults as
a JSON list. What cloud-init runs is looked at by shellcheck and by the shells that may run it.
"""

import base64
import contextlib
import json
import logging
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

try:
    from cloudinit.config.schema import SchemaValidationError, get_schema, validate_cloudconfig_file
    from cloudinit.distros import ug_util
    from cloudinit.net.network_state import parse_net_config_data
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

logging.disable(logging.CRITICAL)


class Distro:
    """What cloud-init knows of an image: the account it comes with."""

    def __init__(self, account):
        self.account = account

    def get_default_user(self):
        return {"name": self.account, "lock_passwd": True, "sudo": ["ALL=(ALL) NOPASSWD:ALL"]}


class Reading:
    def __init__(self, job):
        self.job, self.guest, self.dir, self.faults = job, job["guest"], Path(job["dir"]), []
        self.debian = job["system"].startswith(("debian", "ubuntu"))
        self.full = "users" in self.guest
        try:
            # What it says, it prints.
            with contextlib.redirect_stdout(sys.stderr):
                validate_cloudconfig_file(str(self.dir / "user-data"), get_schema())
        except SchemaValidationError as error:
            self.faults.append(f"schema: {error}")
        self.found = yaml.safe_load((self.dir / "user-data").read_text())
        self.files = {file["path"]: file for file in self.found["write_files"]}
        if len(self.files) != len(self.found["write_files"]):
            self.faults.append("a file is written twice")

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what} is {found!r}, not {asked!r}")

    def check(self):
        self.names()
        self.system()
        self.accounts()
        self.software()
        self.network()
        self.scripts()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def text(self, path):
        file = self.files.get(path)
        return None if file is None else file["content"]

    def names(self):
        meta = yaml.safe_load((self.dir / "meta-data").read_text())
        name, fqdn = self.job["name"], self.job["fqdn"]
        self.same("local-hostname", meta["local-hostname"], name)
        if not isinstance(meta["instance-id"], str):
            self.faults.append(f"instance-id is {meta['instance-id']!r}")
        self.same("hostname", self.found["hostname"], name)
        self.same("fqdn", self.found["fqdn"], fqdn)
        static = [nic["ip"] for nic in self.guest["interfaces"] if nic.get("bootproto") == "static"]
        wanted = ["127.0.0.1\tlocalhost", f"{static[0] if static else '127.0.1.1'}\t{fqdn} {name}"]
        self.same("/etc/hosts", self.text("/etc/hosts").splitlines()[:2], wanted)
        if self.full:
            self.same("/etc/hosts at its end", self.text("/etc/hosts").splitlines()[-1], "10.1.0.9 nine nine.x.test")

    def system(self):
        guest, zone = self.guest, self.guest.get("timezone", {})
        self.same("locale", self.found["locale"], guest.get("lang", "en_US.UTF-8"))
        self.same("timezone", self.found["timezone"], zone.get("timezone", "UTC"))
        self.same("the hardware clock", self.text("/etc/adjtime"), None if zone.get("utc", True) else "0.0 0 0.0\n0\nLOCAL\n")
        self.same("ntp", self.found.get("ntp", {}).get("servers"), guest.get("ntp"))
        keyboard = self.text("/etc/default/keyboard" if self.debian else "/etc/vconsole.conf") or ""
        wanted = 'XKBLAYOUT="de"\nXKBVARIANT="nodeadkeys"\n' if self.debian else 'KEYMAP="de-nodeadkeys"\n'
        if (wanted in keyboard) != self.full:
            self.faults.append(f"the keyboard is {keyboard!r}")
        self.same("swap", self.found.get("swap", {}).get("size"), 1 << 30 if self.full else None)
        self.same("power_state", self.found["power_state"]["mode"], guest.get("finish", "poweroff"))

    def accounts(self):
        guest, account = self.guest, self.job["account"]
        users, _ = ug_util.normalize_users_groups(self.found, Distro(account))
        asked = {user["name"]: user for user in guest.get("users", [])}
        wanted = {*asked, account, *(["root"] if "rootpw" in guest else [])}
        self.same("the accounts", set(users), wanted)
        password = guest.get("rootpw")
        if password:
            self.same("root", (users["root"].get("hashed_passwd"), users["root"]["lock_passwd"]), (None, True) if password == "locked" else (password, False))
        for name, user in asked.items():
            found = users.get(name, {})
            keys = user.get("ssh_authorized_keys", []) + (guest["ssh_authorized_keys"] if name == account else [])
            self.same(f"{name}'s keys", found.get("ssh_authorized_keys", []), keys)
            self.same(f"{name}'s number", found.get("uid"), user.get("uid"))
            for key, other in [("gecos", "gecos"), ("home", "homedir")]:
                self.same(f"{name}'s {key}", found.get(other), user.get(key))
            self.same(f"{name}'s shell", found.get("shell"), user.get("shell", "/bin/bash"))
            self.same(f"{name}'s groups", sorted(found.get("groups", "").split(",")) if isinstance(found.get("groups"), str) else found.get("groups", []),
                      sorted(user["groups"]) if isinstance(found.get("groups"), str) else user.get("groups", []))
            self.same(f"{name}'s password", (found.get("hashed_passwd"), found.get("lock_passwd")), (user.get("password"), "password" not in user))
            rule = user.get("sudo")
            rule = ("ALL=(ALL) ALL" if "password" in user else "ALL=(ALL) NOPASSWD: ALL") if rule is True else rule
            self.same(f"{name}'s rights", found.get("sudo"), rule)
        if not self.full:
            self.same("the keys", self.found["ssh_authorized_keys"], guest["ssh_authorized_keys"])
        commands = [command[2] for command in self.found.get("bootcmd", [])]
        numbered = ["getent group ops || groupadd -g 5000 ops", "getent group 1600 || groupadd -g 1600 bob"]
        self.same("groups with numbers", commands[:2], numbered if self.full else [])
        self.same("other groups", self.found.get("groups"), ["web"] if self.full else None)

    def software(self):
        guest = self.guest
        packages = self.found.get("packages", [])
        wanted = [name for name in guest.get("packages", []) if name[0] != "-"]
        missing = [name for name in [*wanted, *(["sudo", "firewalld"] if self.full else [])] if name not in packages]
        if missing or "nano" in packages or any(name.startswith("@") for name in packages):
            self.faults.append(f"packages: {missing} of {packages}")
        for repo in guest.get("repos", []):
            if self.debian:
                parts = [repo["baseurl"], repo["suite"], *repo.get("components", [] if repo["suite"] == "./" else ["main"])]
                line = ("" if repo.get("enabled", True) else "# ") + "deb " + ("" if repo.get("gpgcheck", True) else "[trusted=yes] ") + " ".join(parts)
                self.same(f"repository {repo['name']}", self.text(f"/etc/apt/sources.list.d/{repo['name']}.list"), line + "\n")
            else:
                text = self.text(f"/etc/yum.repos.d/{repo['name']}.repo") or ""
                found = dict(line.split("=", 1) for line in text.splitlines()[1:])
                wanted = {key: repo[key] for key in ["baseurl", "mirrorlist", "gpgkey"] if key in repo}
                wanted |= {"name": repo["name"], "enabled": str(int(repo.get("enabled", True))), "gpgcheck": str(int(repo.get("gpgcheck", True)))}
                wanted |= {"priority": str(repo["priority"])} if "priority" in repo else {}
                # Everything near is reached without the proxy.
                self.same(f"repository {repo['name']}", found, wanted | {"proxy": "_none_"})

    def network(self):
        config = yaml.safe_load((self.dir / "network-config").read_text())
        state = parse_net_config_data(config)
        found = {interface["mac_address"]: interface for interface in state.iter_interfaces()}
        nics = self.guest["interfaces"]
        self.same("the interfaces", set(found), {nic["mac"] for nic in nics})
        for number, nic in enumerate(nics):
            interface, kind = found[nic["mac"]], nic.get("bootproto", "dhcp")
            self.same("the name of an interface", interface["name"], nic.get("device", f"eth{number}"))
            self.same("set-name", config["ethernets"][interface["name"]]["set-name"], interface["name"])
            subnets = interface["subnets"]
            self.same("DHCP", any(subnet["type"] in ("dhcp", "dhcp4") for subnet in subnets), kind == "dhcp")
            addresses = [f"{subnet['address']}/{subnet['prefix']}" for subnet in subnets if subnet["type"] in ("static", "static6")]
            wanted = [f"{nic['ip']}/16"] if kind == "static" else []
            self.same("addresses", addresses, wanted + ([f"{nic['ipv6']}/64"] if "ipv6" in nic else []))
            self.same("the MTU", interface.get("mtu"), nic.get("mtu"))
            gateways = [subnet["gateway"] for subnet in subnets if "gateway" in subnet]
            wanted = ["10.1.0.1"] if kind == "static" and not nic.get("nodefroute") else []
            self.same("gateways", gateways, wanted + (["fd01::1"] if "ipv6" in nic else []))
            self.same("name servers", config["ethernets"][interface["name"]].get("nameservers", {}).get("addresses"), nic.get("nameserver"))
            left = {key: False for key, name in [("use-dns", "nodns"), ("use-routes", "nodefroute")] if nic.get(name) and kind == "dhcp"}
            self.same("what is not taken of DHCP's", config["ethernets"][interface["name"]].get("dhcp4-overrides", {}), left)

    def scripts(self):
        guest = self.guest
        self.same("runcmd", self.found.get("runcmd"), [["sh", "/run/miniascape/setup.sh"]])
        posts = [script for script in guest.get("scripts", []) if script["when"] == "post"]
        for number, script in enumerate(posts, 1):
            self.same(f"script {number}", self.text(f"/run/miniascape/post-{number}"), script["run"])
        for number, file in enumerate(guest.get("setup_data", []), 1):
            found = self.files[f"/run/miniascape/file-{number}"]
            self.same(f"the encoding of file {number}", found.get("encoding"), "b64")
            self.same(f"file {number}", base64.b64decode(found["content"]).decode(), file["content"])
        for path, file in self.files.items():
            if path.startswith("/run/"):
                self.same(f"the mode of {path}", file["permissions"], "0700" if path.endswith(".sh") else "0600")


def read(job):
    try:
        return Reading(job).check()
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, yaml.YAMLError) as error:
        # What cannot be taken apart is a fault of the file.
        return [f"{job['name']}: {error!r}"]


def shells(job):
    """What shellcheck and the shells say about the script that is run."""
    faults = []
    try:
        files = yaml.safe_load(Path(job["dir"], "user-data").read_text())["write_files"]
    except (yaml.YAMLError, KeyError, TypeError):
        return []
    text = next(file["content"] for file in files if file["path"].endswith("/setup.sh"))
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(text)
        script.flush()
        # SC2016: the dollars of password hashes are no variables, which is why they are quoted.
        for shell in [["dash", "-n"], ["bash", "-n"], ["shellcheck", "-f", "gcc", "-e", "SC2016"]]:
            done = subprocess.run([*shell, script.name], capture_output=True, text=True)
            if done.returncode or done.stderr:
                faults.append(f"{job['name']}: {shell[0]}: {done.stdout}{done.stderr}")
    return faults


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        faults = [fault for look in (read, shells) for found in pool.map(look, jobs, 4) for fault in found]
    json.dump(faults, sys.stdout)


if __name__ == "__main__":
    main()
