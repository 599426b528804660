"""Judges files of sites by JSON Schema: `schemas.py DIR KIND=FILE …`, with KIND.schema.json in DIR.

Prints a line for each fault, `FILE: PATH: MESSAGE`, and for each schema that is none itself. YAML is read as its version
1.2 has it (core schema); of tagged values, as editors do, the value only.
"""

import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(node):
    """Returns the value of a scalar (YAML 1.2.2, section 10.3.2)."""
    text = node.value
    if node.style is not None or node.tag.startswith("!"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if INTEGER.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text[2:] if base != 10 else text, base)
    if FLOAT.fullmatch(text):
        return float(text)
    return text


def plain(node):
    """Returns a node as data."""
    if isinstance(node, yaml.ScalarNode):
        return scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    merged, own = {}, {}
    for key, value in node.value:
        if key.value == "<<" and key.style is None:
            several = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for one in reversed(several):
                merged.update(plain(one))
        else:
            own[key.value] = plain(value)
    return merged | own


def main(directory, *files):
    validators = {}
    for path in sorted(pathlib.Path(directory).glob("*.schema.json")):
        schema = json.loads(path.read_text("utf-8"))
        kind = path.name.removesuffix(".schema.json")
        validator = jsonschema.validators.validator_for(schema, default=None)
        if validator is not jsonschema.Draft7Validator:
            print(f"{path.name}: not of draft 7")
            continue
        for error in validator(validator.META_SCHEMA).iter_errors(schema):
            print(f"{path.name}: {error.json_path}: {error.message}")
        validators[kind] = validator(schema)
    for argument in files:
        kind, file = argument.split("=", 1)
        try:
            node = yaml.compose(pathlib.Path(file).read_text("utf-8"), Loader=yaml.SafeLoader)
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            print(f"{file}: no YAML: {str(error).splitlines()[0]}")
            continue
        data = {} if node is None else plain(node)
        for error in validators[kind].iter_errors(data):
            error = jsonschema.exceptions.best_match([error])
            print(f"{file}: {error.json_path}: {error.message[:200]}")


main(*sys.argv[1:])
