"""Reads answers for subiquity as it does, and compares them with what the lab says.

Takes a file of jobs: the guest's name, the directory of its files, and its own values in the lab. Prints the faults as a
JSON list. Where `MINIASCAPE_SCHEMAS` names a directory with subiquity's own schema, the answers are asked by that as well.
The scripts beside them are looked at by shellcheck and by the shell that runs them.
"""

import functools
import json
import logging
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

try:
    import jsonschema
    from cloudinit.config.schema import SchemaValidationError, get_schema, validate_cloudconfig_schema
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

logging.disable(logging.CRITICAL)
SCHEMAS = os.environ.get("MINIASCAPE_SCHEMAS")
UNITS = {"M": 1, "G": 1024}


def mib(size):
    """A size of the lab, or of the answers, in MiB."""
    return int(size[:-1]) * UNITS[size[-1]]


@functools.cache
def looked_at(text):
    """What the shell and shellcheck say of a script; those of most guests differ by names and addresses."""
    said = []
    for command in [["sh", "-n"], ["shellcheck", "-e", "SC2016", "-"]]:
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode or done.stdout or done.stderr:
            said.append(f"{command[0]}: {done.stdout}{done.stderr}")
    return said


class Reading:
    def __init__(self, job):
        self.job, self.guest, self.dir, self.faults = job, job["guest"], Path(job["dir"]), []
        self.uefi = self.guest["virtinst"].get("firmware") == "uefi"
        with open(self.dir / "user-data", encoding="utf-8") as file:
            if file.readline() != "#cloud-config\n":
                self.faults.append("cloud-init would not read it")
            document = yaml.safe_load(file)
        if list(document) != ["autoinstall"]:
            self.faults.append(f"beside autoinstall: {list(document)}")
        self.found = document["autoinstall"]

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what} is {found!r}, not {asked!r}")

    def check(self):
        self.schemas()
        self.system()
        self.network()
        self.disks()
        self.scripts()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def schemas(self):
        try:
            if SCHEMAS:
                jsonschema.validate(self.found, json.loads(Path(SCHEMAS, "subiquity-autoinstall.schema.json").read_text()))
            validate_cloudconfig_schema(self.found["user-data"], schema=get_schema(), strict=True)
        except (jsonschema.ValidationError, SchemaValidationError) as error:
            self.faults.append(f"schema: {error}")
        known = {"version", "locale", "keyboard", "timezone", "network", "proxy", "apt", "storage", "ssh", "user-data", "kernel-crash-dumps",
                 "early-commands", "late-commands", "error-commands", "shutdown"}
        if set(self.found) - known:
            self.faults.append(f"subiquity would ignore {set(self.found) - known}")

    def system(self):
        guest, zone = self.guest, self.guest.get("timezone", {})
        self.same("version", self.found["version"], 1)
        self.same("locale", self.found["locale"], guest.get("lang", "en_US.UTF-8"))
        self.same("keyboard", self.found["keyboard"], guest.get("keyboard", {"layout": "us"}))
        self.same("timezone", self.found["timezone"], zone.get("timezone", "UTC"))
        self.same("proxy", self.found.get("proxy"), guest.get("proxy", {}).get("url"))
        self.same("the mirror", [one["uri"] for one in self.found["apt"]["primary"]], ["http://archive.ubuntu.com/ubuntu"])
        self.same("shutdown", self.found["shutdown"], guest.get("finish", "poweroff"))
        self.same("ssh", self.found["ssh"], {"install-server": True, "allow-pw": "users" in guest})
        # Whoever leaves the accounts out is given one by cloud-init.
        self.same("users", self.found["user-data"]["users"], [{"name": "root", "lock_passwd": guest["rootpw"] == "locked"}])
        new = self.job["system"] == "ubuntu26.04"
        self.same("crash dumps", self.found.get("kernel-crash-dumps"), {"enabled": "kdump" in guest} if new else None)

    def network(self):
        found = self.found["network"]
        self.same("the network's version", found["version"], 2)
        macs = [one["match"]["macaddress"] for one in found["ethernets"].values()]
        self.same("the interfaces", macs, [nic["mac"] for nic in self.guest["interfaces"]])
        for nic, one in zip(self.guest["interfaces"], found["ethernets"].values()):
            kind, dns, routed = nic.get("bootproto", "dhcp"), not nic.get("nodns"), not nic.get("nodefroute")
            addresses = ([f"{nic['ip']}/16"] if kind == "static" else []) + ([f"{nic['ipv6']}/64"] if "ipv6" in nic else [])
            self.same("addresses", one.get("addresses", []), addresses)
            self.same("dhcp4", one["dhcp4"], kind == "dhcp")
            overrides = {**({} if dns else {"use-dns": False}), **({} if routed else {"use-routes": False})}
            self.same("overrides", one.get("dhcp4-overrides", {}), overrides if kind == "dhcp" else {})
            self.same("mtu", one.get("mtu"), nic.get("mtu"))
            self.same("routes", one.get("routes", []), [{"to": "0.0.0.0/0", "via": nic["gateway"]}] if kind == "static" and "gateway" in nic else [])
            self.same("name servers", one.get("nameservers", {}).get("addresses", []), nic.get("nameserver", []) if dns else [])

    def disks(self):
        layout, storage = self.guest["partitions"], self.found["storage"]
        if isinstance(layout, dict):
            self.same("storage", storage, yaml.safe_load(layout["raw"]))
            return
        if layout == "auto" and "filesystem" not in self.guest:
            swap = {"swap": {"size": mib(self.guest["swap"]) << 20}} if "swap" in self.guest else {}
            self.same("storage", storage, {"layout": {"name": "direct", "match": {"path": "/dev/vda"}}, **swap})
            return
        self.same("the swap file", storage["swap"], {"size": 0})
        self.actions = {}
        for action in storage["config"]:
            self.action(action)
        self.boot()
        mounts = {}
        for action in self.of("mount"):
            fs = self.actions[action["device"]]
            swap = fs["fstype"] == "swap"
            if swap != (action["path"] == "") or action["path"] in mounts and not swap:
                self.faults.append(f"{action} of {fs}")
            mounts["swap" if swap else action["path"]] = (action, fs)
        asked = self.asked()
        added = set(mounts) - set(asked) - ({"/boot/efi"} if self.uefi else set())
        bare = any(part.get("mount") == "/" and "encrypt" not in part for part in layout) if layout != "auto" else True
        locked = "passphrase" in json.dumps(layout)
        raids = any("raid" in part for part in layout)
        self.same("what is added", added, {"/boot"} if not bare and "/boot" not in asked and (locked or not raids) else set())
        for mount, part in asked.items():
            if mount not in mounts:
                self.faults.append(f"{mount} is not there")
                continue
            action, fs = mounts[mount]
            default = "swap" if mount == "swap" else self.guest.get("filesystem", "ext4")
            self.same(f"{mount}'s file system", (fs["fstype"], fs.get("label")), (part.get("fs", default), part.get("label")))
            self.same(f"{mount}'s options", action.get("options"), part.get("options"))
            self.same(f"{mount} is on", self.place(fs["volume"]), part["place"])

    def of(self, kind):
        return [action for action in self.actions.values() if action["type"] == kind]

    def action(self, action):
        """Takes an action in, as it follows those it needs."""
        needs = [action[key] for key in ("device", "volume", "volgroup") if key in action] + action.get("devices", [])
        missing = [need for need in needs if need not in self.actions]
        if missing or action["id"] in self.actions:
            self.faults.append(f"{action} needs {missing}, or is there twice")
        used = [other for other in self.actions.values() for need in needs if need in (other.get("volume"), *other.get("devices", []))]
        if used:
            self.faults.append(f"{action} takes what {used} has")
        if "size" in action:
            parent = action.get("device", action.get("volgroup"))
            if any(other["size"] == -1 for other in self.actions.values() if "size" in other and parent in (other.get("device"), other.get("volgroup"))):
                self.faults.append(f"{action} comes after what takes the rest")
        self.actions[action["id"]] = action

    def boot(self):
        """Looks for what the firmware boots from, on each disk that shall have it."""
        layout = self.guest["partitions"]
        raids = [part for part in layout if "raid" in part] if layout != "auto" else []
        disks = {f"/dev/{disk}" for disk in (raids[0]["disks"] if raids else ["vda"])}
        of_disk = lambda part: self.actions[part["device"]]["path"]
        found = {of_disk(part) for part in self.of("partition") if part.get("flag") == ("boot" if self.uefi else "bios_grub")}
        self.same("what boots is on", found, disks)
        if self.uefi:
            grub = {of_disk(part) for part in self.of("partition") if part.get("grub_device")}
        else:
            grub = {disk["path"] for disk in self.of("disk") if disk.get("grub_device")}
        self.same("the boot loader is on", grub, disks)
        for disk in self.of("disk"):
            self.same("a disk", (disk["ptable"], disk["wipe"]), ("gpt", "superblock-recursive"))

    def place(self, volume):
        """What a file system is in, from the inside out."""
        action = self.actions[volume]
        kind = action["type"]
        if kind == "dm_crypt":
            return [("luks", action["key"]), *self.place(action["volume"])]
        if kind == "lvm_partition":
            group = self.actions[action["volgroup"]]
            return [("volume", action["name"], str(action["size"])), ("group", group["name"]), *(self.place(device) for device in group["devices"])]
        if kind == "raid":
            return [("raid", action["name"], action["raidlevel"]), *(self.place(device) for device in action["devices"])]
        return [("partition", self.actions[action["device"]]["path"], str(action["size"]))]

    def asked(self):
        """What the lab wants mounted, and in what."""
        size = lambda part: "-1" if part.get("size") == "grow" else f"{self.job['ram']}M" if "size" not in part else part["size"] if part["size"].endswith("%") else f"{mib(part['size'])}M"
        luks = lambda part: [("luks", part["encrypt"]["passphrase"])] if "encrypt" in part else []
        layout = self.guest["partitions"]
        if layout == "auto":
            parts = {"/": {"place": [("partition", "/dev/vda", "-1")]}}
            return {**parts, **({"swap": {"place": [("partition", "/dev/vda", size({"size": self.guest["swap"]}))]}} if "swap" in self.guest else {})}
        asked, arrays = {}, {}
        for part in [part for part in layout if "raid" in part]:
            rest = {"size": part.get("size", "grow")}
            arrays[part["raid"]] = [("raid", part["raid"], part["level"]), *([("partition", f"/dev/{disk}", size(rest))] for disk in part["disks"])]
            if "mount" in part:
                asked[part["mount"]] = {**part, "place": [*luks(part), *arrays[part["raid"]]]}
        for part in layout:
            if "volume_group" in part:
                members = [[*luks(part), *arrays.get(disk, [("partition", f"/dev/{disk}", "-1")])] for disk in part.get("disks", ["vda"])]
                for volume in part["volumes"]:
                    asked[volume["mount"]] = {**volume, "place": [*luks(volume), ("volume", volume["name"], size(volume)), ("group", part["volume_group"]), *members]}
            elif "raid" not in part:
                asked[part["mount"]] = {**part, "place": [*luks(part), ("partition", f"/dev/{part.get('disk', 'vda')}", size(part))]}
        return asked

    def scripts(self):
        before = any(script["when"] == "pre" for script in self.guest.get("scripts", []))
        self.same("early-commands", len(self.found.get("early-commands", [])), int(before))
        self.same("late-commands", len(self.found["late-commands"]), 1)
        commands = [*self.found.get("early-commands", []), *self.found["late-commands"], *self.found["error-commands"]]
        texts = {"the commands": "#!/bin/sh\n" + "".join(f"{command}\n" for command in commands)}
        for name in ["installer.sh", "system.sh"]:
            texts[name] = (self.dir / name).read_text()
        own = re.compile(rf"{self.job['name']}|52:54(:[0-9a-f]{{2}}){{4}}|10\.[12]\.\d+\.\d+")
        for name, text in texts.items():
            self.faults += [f"{name}: {fault}" for fault in looked_at(own.sub("x1", text))]
        system = (self.dir / "system.sh").read_text()
        packages = [package for package in self.guest.get("packages", []) if package[0] != "-"]
        words = [word for line in system.splitlines() if line.startswith("apt-get -y install ") for word in line.split()[3:]]
        missing = [name for name in packages if (name[1:] + "^" if name[0] == "@" else name) not in words]
        if missing or ("purge nano" in system) != bool(packages):
            self.faults.append(f"packages: {missing} of {words}")


def faults(job):
    try:
        return Reading(job).check()
    except KeyError as error:
        return [f"{job['name']}: nothing is said of {error}"]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        print(json.dumps([fault for found in pool.map(faults, jobs, 8) for fault in found]))
