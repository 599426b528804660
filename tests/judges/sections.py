"""Prints the scripts of a kickstart as the installer's own parser reads them, in order, as a JSON list.

Takes the version of the syntax and the file.
"""

import json
import sys
import warnings

try:
    from pykickstart.constants import KS_SCRIPT_POST, KS_SCRIPT_PRE
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

KINDS = {KS_SCRIPT_PRE: "pre", KS_SCRIPT_POST: "post"}

warnings.simplefilter("ignore")
parser = KickstartParser(makeVersion(sys.argv[1]))
parser.readKickstart(sys.argv[2])
scripts = [
    {"kind": KINDS[script.type], "chroot": script.inChroot, "interpreter": script.interp, "fatal": script.errorOnFail,
     "text": script.script}
    for script in parser.handler.scripts
]
print(json.dumps(scripts))
