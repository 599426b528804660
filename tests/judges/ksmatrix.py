"""Reads kickstarts as anaconda does, and compares what it finds with what the lab asked for.

Takes a file of jobs: a kickstart, pykickstart's name for its version, and the guest as the lab says it. A warning of
pykickstart's is a fault, and so is a %post section that bash or shellcheck complains about. Prints the faults as JSON.
"""

import configparser
import contextlib
import io
import ipaddress
import json
import multiprocessing
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

try:
    from pykickstart.errors import KickstartError
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

MIB = {"M": 1, "G": 1024}


def parse(path, syntax):
    """What pykickstart makes of a file, and what it says about it."""
    handler = makeVersion(syntax)
    said = []
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()), \
            contextlib.redirect_stderr(io.StringIO()) as stderr:
        warnings.simplefilter("always")
        try:
            KickstartParser(handler).readKickstart(path)
        except (KickstartError, ValueError, TypeError, AttributeError) as error:
            said.append(f"error: {error}")
    said += [f"warning: {warning.message}" for warning in caught]
    said += stderr.getvalue().splitlines()
    return handler, said


def mib(size):
    """A size of the lab in MiB; a bare number is GiB."""
    match = re.fullmatch(r"(\d+)([MG]?)", str(size))
    return int(match[1]) * MIB[match[2] or "G"]


def array(raid):
    """The name of a RAID device, of which pykickstart keeps the number only before RHEL 10."""
    return f"md{str(raid.device).removeprefix('md')}"


class Reading:
    """One kickstart, and the guest it was made for."""

    def __init__(self, job):
        self.job, self.guest, self.el = job, job["guest"], job["generation"]
        self.handler, self.faults = parse(job["file"], job["syntax"])
        self.text = Path(job["file"]).read_text()
        self.scripts = "\n".join(script.script for script in self.handler.scripts)

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what}: {found!r}, and the lab says {asked!r}")

    def has(self, what, found):
        if not found:
            self.faults.append(f"missing: {what}")

    def line(self, command):
        """The first line of a command, as it is written."""
        return next(line for line in self.text.splitlines() if line.startswith(f"{command} "))

    def check(self):
        if any(fault.startswith("error:") for fault in self.faults):
            return
        for part in [self.system, self.network, self.links, self.accounts, self.software, self.partitions, self.sections]:
            part()

    def system(self):
        commands, guest = self.handler.commands, self.guest
        self.same("lang", commands["lang"].lang, guest.get("lang", "en_US.UTF-8"))
        timezone = guest.get("timezone", {})
        self.same("timezone", commands["timezone"].timezone, timezone.get("timezone", "UTC"))
        self.same("utc", bool(commands["timezone"].isUtc), timezone.get("utc", True))
        self.same("selinux", commands["selinux"].selinux, {"disabled": 0, "enforcing": 1, "permissive": 2}[guest.get("selinux", "enforcing")])
        services = guest.get("services", {})
        for kind in ["enabled", "disabled"]:
            self.same(f"services {kind}", getattr(commands["services"], kind), services.get(kind, []))
        firewall = guest.get("firewall", {"services": ["ssh"]})
        self.same("firewall", bool(commands["firewall"].enabled), firewall.get("enabled", True))
        if firewall.get("enabled", True):
            found = commands["firewall"]
            # Of RHEL 5's options for services pykickstart keeps the ports of the last.
            services = found.services if self.el > 5 else re.findall(r"--(ssh|http)\b", self.line("firewall"))
            self.same("firewall services", sorted(services), sorted(firewall.get("services", [])))
            for port in firewall.get("ports", []):
                number, protocol = port.split("/")
                in_rule = f"--dport {number.replace('-', ':')}" in self.scripts
                self.has(f"port {port}", f"{number}:{protocol}" in found.ports or in_rule)
        bootloader = guest.get("bootloader", {})
        for argument in bootloader.get("append", []):
            self.has(f"kernel argument {argument}", argument in commands["bootloader"].appendLine.split())
        if "timeout" in bootloader:
            found = getattr(commands["bootloader"], "timeout", None)
            self.has("boot timeout", found == bootloader["timeout"] or f"timeout={bootloader['timeout']}" in self.scripts)
        servers = guest.get("ntp", [])
        sources = [source.ntp_server for source in getattr(commands.get("timesource"), "timesource_list", [])]
        sources += list(getattr(commands["timezone"], "ntpservers", None) or [])
        for server in servers:
            self.has(f"time server {server}", server in sources or f"server {server} iburst" in self.scripts)
        self.has("the success marker, last", "/root/.miniascape-installed" in self.handler.scripts[-1].script)
        power = [command for command in ["poweroff", "reboot", "halt", "shutdown"] if getattr(commands.get(command), "action", None) is not None]
        self.has("how it ends", power)

    def network(self):
        found = self.handler.commands["network"].network
        # RHEL 5 cannot be told of an interface without an address.
        asked = [nic for nic in self.guest["interfaces"] if self.el > 5 or nic.get("bootproto") != "none"]
        self.same("interfaces", len(found), len(asked))
        for index, (line, nic) in enumerate(zip(found, asked)):
            what = f"interface {index}"
            self.same(f"{what} device", line.device, nic["mac"] if self.el > 6 else f"eth{self.guest['interfaces'].index(nic)}")
            protocol = nic.get("bootproto", "dhcp")
            if protocol == "none":
                self.has(f"{what}: no address", line.noipv4)
                continue
            self.same(f"{what} protocol", line.bootProto, protocol)
            if protocol == "static":
                self.same(f"{what} address", (line.ip, line.netmask), (nic["ip"], nic.get("netmask", "255.255.255.0")))
                if not nic.get("nodefroute"):
                    self.same(f"{what} gateway", line.gateway, nic.get("gateway", str(ipaddress.ip_network(nic["ip"] + "/24", strict=False)[1])))
            if self.el > 5:
                self.same(f"{what} default route", bool(line.nodefroute), bool(nic.get("nodefroute")))
            self.same(f"{what} name servers ignored", bool(line.nodns), bool(nic.get("nodns")))
            if "mtu" in nic:
                self.same(f"{what} mtu", str(line.mtu), str(nic["mtu"]))
        hostnames = [line.hostname for line in found if line.hostname]
        self.same("host name", hostnames, [self.job["fqdn"]])

    def links(self):
        """Bonds, bridges, VLANs and routes, which a script writes, as NetworkManager or initscripts read them."""
        if "bonds" not in self.guest:
            return
        (bond,), (bridge,), (nic, port, _) = self.guest["bonds"], self.guest["bridges"], self.guest["interfaces"]
        still, asking = self.guest["vlans"]
        options = {"mode": "active-backup", "miimon": "100", "primary": f"$(device {port['mac']})" if self.el > 6 else "eth1"}
        if self.el > 8:
            found = {}
            for text in re.findall(r"system-connections/\S+\) <<'?EOF'?\n(.*?)\nEOF$", self.scripts, re.M | re.S):
                profile = configparser.ConfigParser(delimiters="=")
                profile.read_string(text)
                found[profile["connection"]["id"]] = profile
            for name, one in [("eth0", nic), ("eth1", port)]:
                self.same(name, dict(found[name]["connection"]), {"id": name, "type": "ethernet", "master": "bond0", "slave-type": "bond"})
                self.same(f"{name}'s address", dict(found[name]["ethernet"]), {"mac-address": one["mac"]})
                self.has(f"{name} without addresses", "ipv4" not in found[name])
            self.same("bond", dict(found["bond0"]["bond"]), options)
            self.same("port of the bridge", found["bond0"]["connection"]["master"], "br0")
            self.same("bridge", found["br0"]["bridge"]["stp"], str(bridge["stp"]).lower())
            self.same("address of the bridge", found["br0"]["ethernet"]["cloned-mac-address"], nic["mac"])
            self.same("bridge's addresses", (found["br0"]["ipv4"]["method"], found["br0"]["ipv4"]["route1"]), ("auto", "10.7.0.0/16,10.1.0.9,50"))
            vlan = found["eth2.30"]
            self.same("VLAN", (vlan["vlan"]["id"], vlan["ethernet"]["mac-address"]), ("30", self.guest["interfaces"][2]["mac"]))
            self.same("VLAN's addresses", (vlan["ipv4"]["address1"], vlan["ipv4"]["route1"], vlan["ipv4"]["never-default"]), (still["ip"], "10.8.0.0/16,10.30.0.9", "true"))
            vlan = found["tagged"]
            self.same("VLAN of the bridge", (vlan["vlan"]["id"], vlan["vlan"]["parent"], vlan["ipv4"]["method"]), ("31", "br0", "auto"))
            return
        found = {}
        for name, kind, text in re.findall(r"^(?:name=([^\n]*)\n)?cat > \"\S+/(ifcfg|route)-\$name\" <<EOF\n(.*?)\nEOF$", self.scripts, re.M | re.S):
            last = name or last
            found[kind, last] = text if kind == "route" else dict(line.split("=", 1) for line in text.splitlines())
        names = [f"$(device {one['mac']})" if self.el > 6 else f"eth{index}" for index, one in enumerate(self.guest["interfaces"])]
        for name, one in zip(names[:2], [nic, port]):
            ifcfg = found["ifcfg", name]
            self.same(name, (ifcfg["HWADDR"], ifcfg["MASTER"], ifcfg["SLAVE"], ifcfg["BOOTPROTO"]), (one["mac"], "bond0", "yes", "none"))
        ifcfg = found["ifcfg", "bond0"]
        self.same("bond", (dict(option.split("=", 1) for option in re.findall(r"\w+=(?:\$\(.*?\)|[^ \"]+)", ifcfg["BONDING_OPTS"])), ifcfg["BRIDGE"]), (options, "br0"))
        ifcfg = found["ifcfg", "br0"]
        self.same("bridge", (ifcfg["TYPE"], ifcfg["STP"], ifcfg["MACADDR"], ifcfg["BOOTPROTO"]), ("Bridge", "yes" if bridge["stp"] else "no", nic["mac"], "dhcp"))
        self.same("bridge's route", found["route", "br0"], "10.7.0.0/16 via 10.1.0.9 dev $name metric 50")
        ifcfg = found["ifcfg", "eth2.30"]
        self.same("VLAN", (ifcfg["VLAN"], ifcfg["PHYSDEV"], ifcfg["IPADDR"], ifcfg["NETMASK"]), ("yes", names[2], still["ip"].split("/")[0], "255.255.0.0"))
        self.has("no gateway of the VLAN", "GATEWAY" not in ifcfg)
        ifcfg = found["ifcfg", asking["device"]]
        self.same("VLAN of the bridge", (ifcfg["VLAN"], ifcfg["VLAN_ID"], ifcfg["PHYSDEV"], ifcfg["BOOTPROTO"], ifcfg["DEFROUTE"]), ("yes", "31", "br0", "dhcp", "no"))

    def accounts(self):
        commands, guest = self.handler.commands, self.guest
        rootpw = guest.get("rootpw")
        if rootpw == "locked":
            self.has("root's lock", getattr(commands["rootpw"], "lock", False) or commands["rootpw"].password == "locked")
        else:
            self.same("root's hash", (commands["rootpw"].password, bool(commands["rootpw"].isCrypted)), (rootpw, True))
        users = {user.name: user for user in commands["user"].userList}
        by_script = [tuple(shlex.split(line)[1:]) for line in self.scripts.splitlines() if line.startswith("authorize ")]
        for user in guest.get("users", []):
            name = user["name"]
            by_hand = self.el == 5 or self.el == 6 and "gid" in user
            if by_hand:
                line = next((line for line in self.scripts.splitlines() if line.startswith("useradd ") and line.endswith(f" {name}")), "")
                self.has(f"user {name}", line)
                self.has(f"number of {name}", "uid" not in user or f" -u {user['uid']} " in line)
                self.has(f"groups of {name}", not user.get("groups") or f" -G {','.join(user['groups'])} " in line)
            else:
                found = users.get(name)
                self.has(f"user {name}", found)
                if not found:
                    continue
                self.same(f"number of {name}", found.uid, user.get("uid"))
                self.same(f"groups of {name}", list(found.groups), user.get("groups", []))
                self.same(f"hash of {name}", found.password, user.get("password", ""))
                self.same(f"full name of {name}", found.gecos, user.get("gecos", ""))
            if user.get("sudo"):
                self.has(f"sudo of {name}", re.search(rf"^{name}\tALL=", self.scripts, re.M))
            keys = [key.key for key in getattr(commands.get("sshkey"), "sshUserList", []) if key.username == name]
            for key in user.get("ssh_authorized_keys", []):
                self.has(f"key of {name}", key in keys or (name, key) in by_script)
        groups = [group.name for group in getattr(commands.get("group"), "groupList", [])]
        for group in guest.get("groups", []):
            self.has(f"group {group['name']}", group["name"] in groups or group["name"] in users or re.search(rf"^groupadd .*{group['name']}$", self.scripts, re.M))

    def software(self):
        packages, guest = self.handler.packages, self.guest
        found = list(packages.packageList) + [f"@{group.name}" for group in packages.groupList]
        for package in guest.get("packages", ["@core"]):
            if package.startswith("-"):
                self.has(f"without {package[1:]}", package[1:] in packages.excludedList)
            else:
                self.has(f"package {package}", package in found or package[2:] == getattr(packages, "environment", None))
        repos = {repo.name: repo for repo in self.handler.commands["repo"].repoList}
        for repo in guest.get("repos", []):
            line = repos.get(repo["name"])
            self.has(f"repository {repo['name']}", line)
            if line:
                self.same(f"address of {repo['name']}", (line.baseurl or "", line.mirrorlist or ""), (repo.get("baseurl", ""), repo.get("mirrorlist", "")))

    def partitions(self):
        commands, asked = self.handler.commands, self.guest.get("partitions", "auto")
        parts = commands["partition"].partitions
        volumes = commands["logvol"].lvList
        mounts = {part.mountpoint: part for part in parts}
        reqpart = getattr(commands.get("reqpart"), "reqpart", False)
        self.has("the boot loader's own partitions", self.guest.get("virtinst", {}).get("firmware") != "uefi" or commands["autopart"].autopart or reqpart or "/boot/efi" in mounts)
        if asked == "auto":
            self.has("autopart or its parts", commands["autopart"].autopart or any(volume.mountpoint == "/" for volume in volumes))
            return
        if isinstance(asked, dict):
            self.same("raw parts", len(parts), len(re.findall(r"^part ", asked["raw"], re.M)))
            return
        btrfs = list(getattr(commands.get("btrfs"), "btrfsList", []))
        for item in asked:
            if "volume_group" in item:
                group = next((group for group in commands["volgroup"].vgList if group.vgname == item["volume_group"]), None)
                self.has(f"volume group {item['volume_group']}", group)
                members = [mounts[name] for name in group.physvols if name in mounts] if group else []
                raids = [array(raid) for raid in commands["raid"].raidList if group and raid.mountpoint in group.physvols]
                if item.get("disks"):
                    self.same("disks of the group", sorted([part.disk for part in members] + raids), sorted(item["disks"]))
                for part in members:
                    self.same("encryption of the group", bool(part.encrypted), "encrypt" in item)
                for volume in item["volumes"]:
                    found = next((one for one in volumes if one.name == volume["name"]), None)
                    self.has(f"volume {volume['name']}", found)
                    if found:
                        self.same(f"mount of {volume['name']}", found.mountpoint, volume["mount"])
                        self.room(volume, found)
                        self.same(f"thinness of {volume['name']}", bool(getattr(found, "thin_volume", False)), "thin_pool" in item and volume["mount"] != "swap")
                if "thin_pool" in item:
                    self.has("thin pool", any(one.name == item["thin_pool"] and one.thin_pool for one in volumes))
            elif "raid" in item:
                found = next((raid for raid in commands["raid"].raidList if array(raid) == item["raid"]), None)
                self.has(f"RAID {item['raid']}", found)
                if found:
                    self.same("RAID level", str(found.level), f"RAID{item['level']}")
                    self.same("RAID disks", [mounts[name].disk for name in found.members], item["disks"])
                    parts = [mounts[name] for name in found.members]
                    if "size" in item:
                        self.same("RAID size", {(part.size, bool(part.grow)) for part in parts}, {(mib(item["size"]), False)})
                    else:
                        self.has("RAID growth", all(part.grow for part in parts))
                    users = [group for group in asked if item["raid"] in group.get("disks", [])]
                    secrets = [part["encrypt"]["passphrase"] for part in [item, *users] if "encrypt" in part]
                    self.same("RAID encryption", [found.passphrase] if found.encrypted else [], secrets)
                    if "mount" in item:
                        self.same("RAID mount", found.mountpoint, item["mount"])
            elif "btrfs" in item:
                top = next((one for one in btrfs if one.label == item["btrfs"] and not one.subvol), None)
                self.has(f"btrfs {item['btrfs']}", top)
                for volume in item["volumes"]:
                    self.has(f"subvolume {volume['name']}", any(one.subvol and one.name == volume["name"] and one.mountpoint == volume["mount"] for one in btrfs))
            else:
                name = item["mount"]
                if item.get("fs") == "btrfs":
                    name = next((one.devices[0] for one in btrfs if one.mountpoint == name), None)
                found = mounts.get(name)
                self.has(f"partition {item['mount']}", found)
                if found:
                    self.room(item, found)
                    self.same(f"disk of {item['mount']}", found.disk or "", item.get("disk", ""))
                    self.same(f"options of {item['mount']}", found.fsopts or "", item.get("options", ""))
                    self.same(f"encryption of {item['mount']}", (bool(found.encrypted), found.passphrase), ("encrypt" in item, item.get("encrypt", {}).get("passphrase", "")))

    def room(self, asked, found):
        size, what = asked.get("size"), asked["mount"]
        if size == "grow":
            self.has(f"growth of {what}", found.grow)
        elif size is None:
            self.has(f"recommended size of {what}", found.recommended)
        elif str(size).endswith("%"):
            if hasattr(found, "percent"):
                self.same(f"share of {what}", found.percent, int(size[:-1]))
        else:
            self.same(f"size of {what}", (found.size, bool(found.grow)), (mib(size), False))
        if "max" in asked:
            self.same(f"limit of {what}", found.maxSizeMB, mib(asked["max"]))

    def sections(self):
        for when, section in [("pre", 0), ("post", 1)]:
            for script in self.guest.get("scripts", []):
                if script["when"] == when:
                    found = [one for one in self.handler.scripts if one.script.strip() == script["run"].strip()]
                    self.has(f"{when} script", any(one.type == section for one in found))


def read(job):
    reading = Reading(job)
    reading.check()
    texts = [script.script for script in reading.handler.scripts if script.interp in ("/bin/sh", "/bin/bash")]
    return [f"{job['name']} ({job['syntax']}): {fault}" for fault in reading.faults], texts


def shell(texts):
    """What bash and shellcheck say about scripts, each looked at once."""
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for number, text in enumerate(sorted(set(texts))):
            files.append(Path(directory, f"{number}.sh"))
            files[-1].write_text("#!/bin/sh\n" + text)
        faults = []
        for file in files:
            done = subprocess.run(["bash", "--posix", "-n", file], capture_output=True, text=True)
            if done.returncode or done.stderr:
                faults.append(f"bash: {done.stderr}\n{file.read_text()}")
        for start in range(0, len(files), 200):
            # SC2016: the dollars of password hashes and of URLs are no variables, which is why they are quoted.
            done = subprocess.run(["shellcheck", "-f", "gcc", "-e", "SC2016", *files[start:start + 200]], capture_output=True, text=True)
            faults += [f"shellcheck: {line}" for line in done.stdout.splitlines()]
        if faults and (shown := re.search(r"(\S+/\d+\.sh):", faults[0])):
            faults.append(Path(shown[1]).read_text())
    return faults


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        results = pool.map(read, jobs, 8)
    faults = [fault for found, _ in results for fault in found]
    faults += shell([text for _, texts in results for text in texts])
    json.dump(faults, sys.stdout)


if __name__ == "__main__":
    main()
