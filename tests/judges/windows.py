"""Reads answer files of Windows Setup as XML, and compares them and setup.json with what the lab says.

Takes a file of jobs: the guest's name, the directory of its files, and its own values in the lab. Prints the faults as a
JSON list. Components, their passes and the settings in them are those of Microsoft's "Unattended Windows Setup
Reference"; only what this program has a use for is listed, so that a misspelt setting is not there.
"""

import base64
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

UNATTEND = "{urn:schemas-microsoft-com:unattend}"
WCM = "{http://schemas.microsoft.com/WMIConfig/2002/State}"
COMPONENT = {"processorArchitecture": "amd64", "publicKeyToken": "31bf3856ad364e35", "language": "neutral", "versionScope": "nonSxS"}
LOCALE = {"InputLocale": str, "SystemLocale": str, "UILanguage": str, "UserLocale": str}
PASSWORD = {"Value": str, "PlainText": bool}
# A list is of items that are added, each by this name.
ADDRESSES = {"IpAddress": [str]}
SETTINGS = {
    "windowsPE": {
        "Microsoft-Windows-International-Core-WinPE": {"SetupUILanguage": {"UILanguage": str}, **LOCALE},
        "Microsoft-Windows-PnpCustomizationsWinPE": {"DriverPaths": {"PathAndCredentials": [{"Path": str}]}},
        "Microsoft-Windows-Setup": {
            "DiskConfiguration": {
                "Disk": [{
                    "CreatePartitions": {"CreatePartition": [{"Extend": bool, "Order": int, "Size": int, "Type": str}]},
                    "ModifyPartitions": {"ModifyPartition": [{"Active": bool, "Format": str, "Label": str, "Letter": str,
                                                              "Order": int, "PartitionID": int, "TypeID": str}]},
                    "DiskID": int,
                    "WillWipeDisk": bool,
                }],
                "WillShowUI": str,
            },
            "ImageInstall": {"OSImage": {
                "InstallFrom": {"MetaData": [{"Key": str, "Value": str}]},
                "InstallTo": {"DiskID": int, "PartitionID": int},
                "InstallToAvailablePartition": bool,
                "WillShowUI": str,
            }},
            "UserData": {"ProductKey": {"Key": str, "WillShowUI": str}, "AcceptEula": bool},
        },
    },
    "specialize": {
        "Microsoft-Windows-Shell-Setup": {"ComputerName": str, "TimeZone": str},
        "Microsoft-Windows-Deployment": {"RunSynchronous": {"RunSynchronousCommand": [{"Description": str, "Order": int, "Path": str}]}},
        # "The settings in Interface must be added in the following order".
        "Microsoft-Windows-TCPIP": {"Interfaces": {"Interface": [{
            "Ipv4Settings": {"DhcpEnabled": bool},
            "Ipv6Settings": {"DhcpEnabled": bool, "RouterDiscoveryEnabled": bool},
            "Identifier": str,
            "UnicastIpAddresses": ADDRESSES,
            "Routes": {"Route": [{"Identifier": str, "NextHopAddress": str, "Prefix": str}]},
        }]}},
        "Microsoft-Windows-DNS-Client": {"DNSDomain": str, "Interfaces": {"Interface": [{"DNSServerSearchOrder": ADDRESSES, "Identifier": str}]}},
    },
    "oobeSystem": {
        "Microsoft-Windows-International-Core": LOCALE,
        "Microsoft-Windows-Shell-Setup": {
            "OOBE": {"HideEULAPage": bool, "HideLocalAccountScreen": bool, "HideOEMRegistrationScreen": bool,
                     "HideOnlineAccountScreens": bool, "HideWirelessSetupInOOBE": bool, "ProtectYourPC": int},
            "UserAccounts": {
                "AdministratorPassword": PASSWORD,
                "LocalAccounts": {"LocalAccount": [{"Password": PASSWORD, "DisplayName": str, "Group": str, "Name": str}]},
            },
        },
    },
}
# What setup.json holds: the values that differ from a guest that says nothing.
EMPTY = {"groups": [], "users": [], "hosts": [], "ntp": [], "proxy": "", "no_proxy": [], "enabled": [], "disabled": [],
         "files": [], "scripts": []}
# The longest command that Setup takes ("RunSynchronousCommand", `Path`).
LONGEST = 259


def read(node, form):
    """What an element says, in the form it has; raises an error for what Windows has no setting for."""
    if form is bool:
        return {"true": True, "false": False}[node.text]
    if form in (int, str):
        if len(node):
            raise ValueError(f"{node.tag} has elements in it")
        return form(node.text or "")
    found, order = {}, list(form)
    last = 0
    for child in node:
        name = child.tag.removeprefix(UNATTEND)
        if name not in form:
            raise ValueError(f"{node.tag} has no setting {name}")
        if order.index(name) < last:
            raise ValueError(f"{name} stands too late in {node.tag}")
        last = order.index(name)
        kind = form[name]
        if isinstance(kind, list):
            if child.get(WCM + "action") != "add":
                raise ValueError(f"{name} is not added")
            found.setdefault(name, []).append(read(child, kind[0]))
        elif name in found:
            raise ValueError(f"{name} is there twice in {node.tag}")
        else:
            found[name] = read(child, kind)
    keys = [child.get(WCM + "keyValue") for child in node if child.get(WCM + "keyValue")]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key is there twice in {node.tag}")
    return found


def answers(path):
    """The components of an answer file, by pass and name."""
    root = ET.parse(path).getroot()
    if root.tag != UNATTEND + "unattend":
        raise ValueError(root.tag)
    found = {}
    for settings in root:
        phase = settings.get("pass")
        if settings.tag != UNATTEND + "settings" or phase in found:
            raise ValueError(f"{settings.tag} of {phase}")
        found[phase] = {}
        for component in settings:
            attributes = dict(component.attrib)
            name = attributes.pop("name")
            if component.tag != UNATTEND + "component" or attributes != COMPONENT or name in found[phase]:
                raise ValueError(f"{component.tag} {name} {attributes}")
            found[phase][name] = read(component, SETTINGS[phase][name])
    return found


def mib(size):
    if isinstance(size, int):
        return size * 1024
    return int(size[:-1]) * {"M": 1, "G": 1024}[size[-1]]


def password(plain, element):
    return base64.b64encode((plain + element).encode("utf-16-le")).decode()


class Reading:
    def __init__(self, job):
        self.job, self.guest = job, job["guest"]
        self.found = answers(Path(job["dir"]) / "autounattend.xml")
        self.json = json.loads((Path(job["dir"]) / "setup.json").read_text(encoding="utf-8"))
        self.faults = []

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what} is {found!r}, not {asked!r}")

    def check(self):
        self.system()
        self.accounts()
        self.disks()
        self.network()
        self.rest()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def system(self):
        guest = self.guest
        setup = self.found["windowsPE"]["Microsoft-Windows-Setup"]
        specialize = self.found["specialize"]
        shell = specialize["Microsoft-Windows-Shell-Setup"]
        self.same("name", shell["ComputerName"], guest.get("hostname", self.job["name"]))
        self.same("zone", shell["TimeZone"], self.job["zone"])
        locale = {"InputLocale": self.job["keyboard"], **{key: self.job["language"] for key in ("SystemLocale", "UILanguage", "UserLocale")}}
        self.same("locale", self.found["oobeSystem"]["Microsoft-Windows-International-Core"], locale)
        core = self.found["windowsPE"]["Microsoft-Windows-International-Core-WinPE"]
        self.same("Setup's locale", core, {"SetupUILanguage": {"UILanguage": self.job["language"]}, **locale})
        virtinst = guest["virtinst"]
        edition = virtinst.get("edition", "1" if self.job["system"] in ("win10", "win11") else "2")
        kind = "INDEX" if edition.isdigit() else "NAME"
        self.same("edition", setup["ImageInstall"]["OSImage"]["InstallFrom"], {"MetaData": [{"Key": "/IMAGE/" + kind, "Value": edition}]})
        key = {"Key": virtinst["product_key"]} if "product_key" in virtinst else {}
        self.same("user data", setup["UserData"], {"ProductKey": {**key, "WillShowUI": "OnError"}, "AcceptEula": True})
        commands = specialize["Microsoft-Windows-Deployment"]["RunSynchronous"]["RunSynchronousCommand"]
        clock = "1" if guest.get("timezone", {}).get("utc", True) else "0"
        self.same("clock", f"/d {clock} /f" in commands[0]["Path"], True)
        self.same("orders", [command["Order"] for command in commands], [1, 2])
        for command in commands:
            self.same("length", len(command["Path"]) <= LONGEST, True)
        paths = self.found["windowsPE"].get("Microsoft-Windows-PnpCustomizationsWinPE", {"DriverPaths": {"PathAndCredentials": []}})
        drivers = {"viostor", "vioscsi", "NetKVM"} if virtinst.get("drivers") != "none" else set()
        parts = [entry["Path"].split("\\") for entry in paths["DriverPaths"]["PathAndCredentials"]]
        self.same("drivers", {part[1] for part in parts}, drivers)
        self.same("directories", {part[2] for part in parts}, {self.job["drivers"]} if drivers else set())

    def accounts(self):
        guest = self.guest
        found = self.found["oobeSystem"]["Microsoft-Windows-Shell-Setup"]["UserAccounts"]
        root = guest.get("rootpw", "locked")

        def secret(what, written, plain, element):
            if plain == "locked":
                self.same(what, (written["PlainText"], written["Value"][:4]), (True, "Aa1!"))
            else:
                self.same(what, written, {"Value": password(plain, element), "PlainText": False})

        secret("administrator", found["AdministratorPassword"], root, "AdministratorPassword")
        self.same("open", self.json["administrator"], root != "locked")
        written = found.get("LocalAccounts", {"LocalAccount": []})["LocalAccount"]
        users = guest.get("users", [])
        self.same("names", [user["Name"] for user in written], [user["name"] for user in users])
        for user, one in zip(users, written):
            secret(user["name"], one["Password"], user.get("password", "locked"), "Password")
            self.same("full name", one["DisplayName"], user.get("gecos", user["name"]))
            self.same("group", one["Group"], "Administrators" if user.get("sudo") else "Users")
        asked = [{"name": user["name"], "admin": bool(user.get("sudo")), "lock": "password" not in user, "groups": user.get("groups", [])}
                 for user in users]
        self.same("users", self.json["users"], asked)

    def disks(self):
        setup = self.found["windowsPE"]["Microsoft-Windows-Setup"]
        uefi = self.guest["virtinst"].get("firmware", "uefi") == "uefi"
        image = setup["ImageInstall"]["OSImage"]
        layout = self.guest.get("partitions", "auto")
        if isinstance(layout, dict):
            self.same("raw", image["InstallToAvailablePartition"], True)
            return
        if layout == "auto":
            layout = [{"mount": "/", "size": "grow", "label": "Windows"}]
        bus = self.guest["disks"][0].get("bus", "virtio")
        names = [{"virtio": "vd", "sata": "sd", "scsi": "sd"}[bus] + "abc"[n] for n in range(len(self.guest["disks"]))]
        disks, letters, place = [], [], None
        for number, name in enumerate(names):
            own = [part for part in layout if part.get("disk", names[0]) == name]
            efi = next((part for part in own if part["mount"] == "/boot/efi"), {"size": "260M"})
            own = sorted((part for part in own if part["mount"] != "/boot/efi"), key=lambda part: part["size"] == "grow")
            create, modify = [], []
            if number == 0 and uefi:
                create += [{"Size": mib(efi["size"]), "Type": "EFI"}, {"Size": 16, "Type": "MSR"}]
                modify += [{"Format": "FAT32", "Label": "System"}, {}]
            elif number == 0:
                create += [{"Size": 500, "Type": "Primary"}]
                modify += [{"Active": True, "Format": "NTFS", "Label": "System"}]
            letters.append([])
            for part in own:
                create.append({**({"Extend": True} if part["size"] == "grow" else {"Size": mib(part["size"])}), "Type": "Primary"})
                modify.append({"Format": "FAT32" if part.get("fs") == "vfat" else "NTFS", **({"Label": part["label"]} if "label" in part else {}),
                               **({"Letter": "C"} if part["mount"] == "/" else {})})
                letters[-1].append({"partition": len(create), "letter": part["mount"][1:].upper()})
                if part["mount"] == "/":
                    place = {"DiskID": number, "PartitionID": len(create)}
            if not own:
                continue
            for order, (one, other) in enumerate(zip(create, modify), 1):
                one["Order"] = other["Order"] = other["PartitionID"] = order
            disks.append({"CreatePartitions": {"CreatePartition": create}, "ModifyPartitions": {"ModifyPartition": modify},
                          "DiskID": number, "WillWipeDisk": True})
        self.same("disks", setup["DiskConfiguration"], {"Disk": disks, "WillShowUI": "OnError"})
        self.same("place", image["InstallTo"], place)
        if self.guest.get("partitions", "auto") != "auto":
            self.same("letters", self.json["disks"], letters)

    def network(self):
        guest, specialize = self.guest, self.found["specialize"]
        static, servers = [], []
        everywhere = guest.get("nameservers", [])
        for nic in guest["interfaces"]:
            mac = nic["mac"].upper().replace(":", "-")
            proto = nic.get("bootproto", "dhcp")
            if proto == "static":
                lead = not nic.get("nodefroute", False)
                addresses = [nic["ip"] + "/16"] + ([nic["ipv6"] + "/64"] if "ipv6" in nic else [])
                routes = [{"Identifier": "1", "NextHopAddress": self.job["gateway"], "Prefix": "0.0.0.0/0"}] if lead else []
                if lead and "ipv6" in nic:
                    routes.append({"Identifier": "2", "NextHopAddress": "fd01::1", "Prefix": "::/0"})
                static.append({"Ipv4Settings": {"DhcpEnabled": False},
                               "Ipv6Settings": {"DhcpEnabled": False, "RouterDiscoveryEnabled": "ipv6" not in nic},
                               "Identifier": mac, "UnicastIpAddresses": {"IpAddress": addresses}, **({"Routes": {"Route": routes}} if routes else {})})
            own = [] if nic.get("nodns") or proto != "static" else nic.get("nameserver", [])
            wanted = proto == "static" and not nic.get("nodns") or proto == "dhcp"
            found = list(dict.fromkeys(own + everywhere)) if wanted else []
            if found:
                servers.append({"DNSServerSearchOrder": {"IpAddress": found}, "Identifier": mac})
        self.same("addresses", specialize.get("Microsoft-Windows-TCPIP"), {"Interfaces": {"Interface": static}} if static else None)
        dns = {"DNSDomain": "x.test", **({"Interfaces": {"Interface": servers}} if servers else {})}
        self.same("name servers", specialize["Microsoft-Windows-DNS-Client"], dns)
        asked = [{"device": nic.get("device", f"eth{n}"), "mac": nic["mac"].upper().replace(":", "-"), "bootproto": nic.get("bootproto", "dhcp"),
                  "nodefroute": nic.get("nodefroute", False), "mtu": nic.get("mtu", 0)} for n, nic in enumerate(guest["interfaces"])]
        self.same("interfaces", self.json["interfaces"], asked)

    def rest(self):
        guest = self.guest
        zone = guest.get("timezone", {})
        services = guest.get("services", {})
        proxy = guest.get("proxy", {})
        wall = guest.get("firewall", {})
        asked = {**EMPTY,
                 "groups": [group["name"] for group in guest.get("groups", [])],
                 "hosts": [" ".join([entry["ip"], *entry["names"]]) for entry in guest.get("hosts", [])],
                 "ntp": zone.get("ntp", []) + guest.get("ntp", []),
                 "proxy": proxy.get("url", "").removeprefix("http://").rstrip("/"),
                 "no_proxy": ["*" + host if host.startswith(".") else host for host in proxy.get("no_proxy", [])],
                 "firewall": {"enabled": wall.get("enabled", True), **{key: wall.get(key, []) for key in ("services", "ports", "trusted")}},
                 "enabled": services.get("enabled", []),
                 "disabled": services.get("disabled", []),
                 "files": [{"path": file["dst"], "base64": base64.b64encode(file["content"].encode()).decode()} for file in guest.get("setup_data", [])],
                 "scripts": [{"when": script["when"], "on_error": script.get("on_error", "continue"), "run": script["run"]}
                             for script in guest.get("scripts", [])]}
        asked.pop("users")
        for key, value in asked.items():
            self.same(key, self.json[key], value)
        self.same("name", self.json["name"], self.job["name"])


def main():
    faults = []
    for job in json.loads(Path(sys.argv[1]).read_text()):
        try:
            faults += Reading(job).check()
        except (ET.ParseError, KeyError, IndexError, TypeError, ValueError) as error:
            faults.append(f"{job['name']}: {type(error).__name__}: {error}")
    print(json.dumps(faults))


main()
