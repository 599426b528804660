"""Reads profiles for Agama as JSON, and compares them with what the lab says.

Takes a file of jobs: the guest's name, the directory of its files, and its own values in the lab. Prints the faults as a
JSON list. The scripts beside a profile, and those in it, are looked at by shellcheck and by the shell that runs them. Where
MINIASCAPE_SCHEMAS names a directory with Agama's own schemas below `agama`, profiles are judged by them as well.
"""

import functools
import json
import multiprocessing
import os
import re
import sys
from pathlib import Path

from autoinstall import looked_at, mib

try:
    from jsonschema import Draft201909Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT201909
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

SCHEMAS = os.environ.get("MINIASCAPE_SCHEMAS")
PRODUCTS = {"opensuse16.0": "openSUSE_Leap", "sles16.0": "SLES"}


@functools.cache
def validator():
    """What asks the schemas, which name each other by their places in Agama's repository."""
    files = {file.name: json.loads(file.read_text()) for file in Path(SCHEMAS, "agama").glob("*.json")}
    profile = files["profile.schema.json"]
    place = profile["$id"].rsplit("/", 1)[0]
    known = Registry().with_resources((f"{place}/{name}", Resource(text, DRAFT201909)) for name, text in files.items())
    return Draft201909Validator(profile, registry=known)


def unique(pairs):
    """An object of JSON, whose keys are there once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a key is there twice: {[key for key, _ in pairs]}")
    return found


class Reading:
    def __init__(self, job):
        self.job, self.guest, self.dir, self.faults = job, job["guest"], Path(job["dir"]), []
        self.found = json.loads((self.dir / "autoinst.json").read_text(), object_pairs_hook=unique)

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what} is {found!r}, not {asked!r}")

    def check(self):
        if SCHEMAS:
            self.faults += [f"schema: {error.json_path}: {error.message}" for error in validator().iter_errors(self.found)]
        self.system()
        self.network()
        self.software()
        self.disks()
        self.scripts()
        self.arguments()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def system(self):
        guest, found = self.guest, self.found
        self.same("product", found["product"], {"id": PRODUCTS[self.job["system"]]})
        self.same("hostname", found["hostname"], {"static": self.job["name"]})
        zone = guest.get("timezone", {}).get("timezone", "UTC")
        self.same("localization", found["localization"], {"language": guest.get("lang", "en_US.UTF-8"), "timezone": zone})
        password = guest["rootpw"]
        self.same("root", found["root"], {"password": "!" if password == "locked" else password, "hashedPassword": True})
        append = ["console=tty0", "console=ttyS0,115200", *guest.get("bootloader", {}).get("append", [])]
        append += ["crashkernel=" + guest["kdump"]["reserve"]] if "kdump" in guest else []
        loader = {"extraKernelParams": " ".join(append)}
        self.same("bootloader", found["bootloader"], {**loader, **({"timeout": guest["bootloader"]["timeout"]} if "bootloader" in guest else {})})

    def network(self):
        found = self.found["network"]["connections"]
        self.same("interfaces", [one["macAddress"] for one in found], [nic["mac"] for nic in self.guest["interfaces"]])
        for nic, one in zip(self.guest["interfaces"], found):
            kind, dns, routed = nic.get("bootproto", "dhcp"), not nic.get("nodns"), not nic.get("nodefroute")
            self.same("method", one["method4"], {"dhcp": "auto", "static": "manual", "none": "disabled"}[kind])
            self.same("addresses", one.get("addresses", []), [f"{nic['ip']}/16"] if kind == "static" else [])
            self.same("gateway", one.get("gateway4"), nic.get("gateway") if kind == "static" and routed else None)
            self.same("name servers", one.get("nameservers", []), nic.get("nameserver", []) if dns else [])
            self.same("others' name servers", one.get("ignoreAutoDns", False), not dns)
            self.same("mtu", one.get("mtu"), nic.get("mtu"))

    def software(self):
        guest, software = self.guest, self.found["software"]
        packages = guest.get("packages", ["openssh"])
        wanted = [name for name in packages if name[0] not in "-@"]
        wanted += ["sudo", "chrony", "kdump"] if "packages" in guest else []
        missing = [name for name in [*wanted, "NetworkManager", "firewalld"] if name not in software["packages"]]
        if missing:
            self.faults.append(f"{missing} are not among {software['packages']}")
        patterns = {"add": [name[1:] for name in packages if name[0] == "@"], "remove": [name[2:] for name in packages if name.startswith("-@")]}
        self.same("patterns", software.get("patterns"), patterns if "packages" in guest else None)
        repos = [repo for repo in guest.get("repos", []) if repo.get("enabled", True)]
        self.same("repositories", [(repo["alias"], repo["url"], repo.get("priority"), repo["allowUnsigned"]) for repo in software.get("extraRepositories", [])],
                  [(repo["name"], repo["baseurl"], repo.get("priority"), not repo.get("gpgcheck", True)) for repo in repos])
        trust = {"answers": [{"class": "software.import_gpg", "answer": "Trust"}]}
        self.same("questions", self.found.get("questions"), trust if repos else None)

    def scripts(self):
        found, scripts = self.found["scripts"], self.guest.get("scripts", [])
        self.same("the times of scripts", sorted(found), ["post", "pre"] if any(script["when"] == "pre" for script in scripts) else ["post"])
        self.same("where the last runs", found["post"][0]["chroot"], False)
        texts = {name: (self.dir / name).read_text() for name in ["installer.sh", "system.sh"]}
        texts.update({f"{when}.sh": one[0]["content"] for when, one in found.items()})
        own = re.compile(rf"{self.job['name']}|52:54(:[0-9a-f]{{2}}){{4}}|10\.[12]\.\d+\.\d+")
        for name, text in texts.items():
            if not text.startswith("#!/bin/sh\n"):
                self.faults.append(f"{name} has no interpreter")
            self.faults += [f"{name}: {fault}" for fault in looked_at(own.sub("x1", text))]

    def arguments(self):
        guest = self.guest
        line = next(line for line in (self.dir / "vmbuild.sh").read_text().splitlines() if line.startswith("kernel_args="))
        found = line.removeprefix("kernel_args=").strip("'").split(" ")
        asked = ["inst.auto=label://OEMDRV/autoinst.json", f"inst.finish={guest.get('finish', 'poweroff')}", "console=tty0", "console=ttyS0,115200"]
        location = guest["virtinst"]["location"]
        fetched = location.startswith("http")
        if fetched:
            asked += [f"root=live:{location}LiveOS/squashfs.img", f"inst.install_url={location}install"]
            # The install goes over what leads out.
            used = [nic for nic in guest["interfaces"] if nic.get("bootproto") != "none"]
            nic = next(nic for nic in used if not nic.get("nodefroute"))
            mac = nic["mac"].replace(":", "-")
            asked += [f"ip={mac}:dhcp" if nic.get("bootproto") != "static" else f"ip={nic['ip']}::{nic['gateway']}:16::{mac}:none:{nic['nameserver'][0]}"]
        spared = fetched and "10.0.0.0/8" in guest.get("proxy", {}).get("no_proxy", [])
        asked += [f"proxy={guest['proxy']['url']}"] if "proxy" in guest and not spared else []
        self.same("kernel arguments", sorted(found), sorted(asked))

    def disks(self):
        layout, storage = self.guest["partitions"], self.found["storage"]
        if isinstance(layout, dict):
            self.same("storage", storage, json.loads(layout["raw"]))
            return
        self.same("boot", storage["boot"], {"configure": True, "device": "vda"})
        self.aliases, self.mounts = {}, {}
        for drive in storage["drives"]:
            self.same("a drive", (drive["search"], drive["ptableType"]), (f"/dev/{drive['alias']}", "gpt"))
            self.same("what is deleted", drive["partitions"][0], {"search": "*", "delete": True})
            self.alias(drive, drive["search"])
            for part in drive["partitions"][1:]:
                self.part(part, [(part.get("id"), drive["search"], self.size(part))])
        self.used = set()
        for raid in storage.get("mdRaids", []):
            self.part(raid, [("raid", raid["name"], raid["level"]), *(self.member(name, "raid") for name in raid["devices"])])
        for group in storage.get("volumeGroups", []):
            members = [("group", group["name"]), *(self.member(name, "lvm") for name in group["physicalVolumes"])]
            for volume in group["logicalVolumes"]:
                pool = self.aliases[volume["usedPool"]] if "usedPool" in volume else []
                self.part(volume, [("volume", volume["name"], self.size(volume)), *pool, *([] if pool else members)])
        if layout == "auto" and not {"swap", "filesystem"} & set(self.guest):
            self.same("drives", [drive["partitions"] for drive in storage["drives"]], [[{"search": "*", "delete": True}, {"generate": "default"}]])
            return
        asked = self.asked()
        roots = [part for part in layout if part.get("mount") == "/" and "encrypt" not in part and part.get("level", 1) == 1] if layout != "auto" else [True]
        if not roots and "/boot" not in asked:
            asked["/boot"] = ("ext4", None, None, [(None, "/dev/vda", "1024 MiB")])
        self.same("mounts", sorted(self.mounts), sorted(asked))
        for mount in set(asked) & set(self.mounts):
            self.same(mount, self.mounts[mount], asked[mount])
        shared = {f"/dev/vd{chr(97 + number)}" for number, disk in enumerate(self.guest["disks"]) if disk.get("shareable")}
        if shared & {drive["search"] for drive in storage["drives"]}:
            self.faults.append(f"{shared} are touched")

    def alias(self, part, place):
        if part["alias"] in self.aliases:
            self.faults.append(f"{part['alias']} is there twice")
        self.aliases[part["alias"]] = place

    def size(self, part):
        size = part.get("size")
        return (size["min"], size.get("max")) if isinstance(size, dict) else size

    def member(self, name, kind):
        """What a device is made of: whole devices, or partitions for nothing else."""
        if name in self.used:
            self.faults.append(f"{name} is used twice")
        self.used.add(name)
        place = self.aliases[name]
        inner = next(step for step in place if step[0] != "luks")
        if inner[0] not in (kind, "raid"):
            self.faults.append(f"{name} is no part of {kind}")
        return place

    def part(self, part, place):
        """Takes in a part: what it is in, from the inside out."""
        for method, values in part.get("encryption", {}).items():
            place = [("luks", method, values["password"]), *place]
        if "alias" in part:
            self.alias(part, place)
        if "filesystem" in part:
            fs = part["filesystem"]
            if fs["path"] in self.mounts:
                self.faults.append(f"{fs['path']} is there twice")
            self.mounts[fs["path"]] = (fs.get("type"), fs.get("label"), ",".join(fs.get("mountOptions", [])) or None, place)

    def asked(self):
        """What the lab wants mounted: its file system, label and options, and what that is in."""
        layout = self.guest["partitions"]
        fixed = lambda size: f"{mib(size)} MiB"
        least = lambda part: fixed(part["min"]) if "min" in part else "512 MiB"

        def size(part):
            if part.get("size") == "grow":
                return least(part), fixed(part["max"]) if "max" in part else None
            if part.get("size", "").endswith("%"):
                return f"{self.guest['disks'][0]['size'] * 1024 * int(part['size'][:-1]) // 100} MiB"
            return fixed(part["size"]) if "size" in part else None

        def filesystem(part):
            mount = part["mount"]
            known = {"swap": "swap", "/boot": "ext4", "/boot/efi": "vfat", "/": "btrfs"}
            return part.get("fs", known.get(mount, "xfs")), part.get("label"), part.get("options")

        def luks(part):
            return [("luks", "luks2", part["encrypt"]["passphrase"])] if "encrypt" in part else []

        if layout == "auto":
            swap = fixed(self.guest["swap"]) if "swap" in self.guest else None
            return {"/": (self.guest.get("filesystem"), None, None, [(None, "/dev/vda", None)]), "swap": (None, None, None, [(None, "/dev/vda", swap)])}
        asked, arrays = {}, {}
        for part in [part for part in layout if "raid" in part]:
            extent = fixed(part["size"]) if "size" in part else ("1024 MiB", None)
            arrays[part["raid"]] = [("raid", part["raid"], f"raid{part['level']}"), *([("raid", f"/dev/{disk}", extent)] for disk in part["disks"])]
            if "mount" in part:
                asked[part["mount"]] = (*filesystem(part), [*luks(part), *arrays[part["raid"]]])
        for part in layout:
            if "volume_group" in part:
                disks = part.get("disks", ["vda"])
                room = lambda volume: mib(volume["size"] if volume.get("size", "grow") != "grow" else volume.get("min", "512M"))
                total = sum(room(volume) for volume in part["volumes"]) if len(disks) < 2 else 512
                members = [[*luks(part), *arrays.get(disk, [("lvm", f"/dev/{disk}", (f"{total + 64} MiB", None))])] for disk in disks]
                group = [("group", part["volume_group"]), *members]
                for volume in part["volumes"]:
                    thin = "thin_pool" in part and volume["mount"] != "swap"
                    pooled = sum(room(volume) for volume in part["volumes"] if volume["mount"] != "swap")
                    pool = [("volume", part["thin_pool"], (f"{pooled} MiB", None))] if thin else []
                    asked[volume["mount"]] = (*filesystem(volume), [*luks(volume), ("volume", volume["name"], size(volume)), *pool, *group])
            elif "raid" not in part:
                kind = {"swap": "swap", "/boot/efi": "esp"}.get(part["mount"])
                asked[part["mount"]] = (*filesystem(part), [*luks(part), (kind, f"/dev/{part.get('disk', 'vda')}", size(part))])
        return asked


def faults(job):
    try:
        return Reading(job).check()
    except (KeyError, ValueError) as error:
        return [f"{job['name']}: {error!r}"]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        print(json.dumps([fault for found in pool.map(faults, jobs, 8) for fault in found]))
