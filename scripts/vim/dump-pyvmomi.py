"""Prints what pyvmomi's type information says about vim25, as one JSON object for pick-facts.mjs.

Argument: the folder pyVmomi of an unpacked pyvmomi wheel. Nothing of it is imported or run but its tables of calls.
"""

import json
import sys
from pathlib import Path

OPTIONAL, SECRET, LINK, LINKABLE = 1, 2, 4, 8

# Primitive types as pyvmomi names them -> names of XML Schema.
PRIMITIVES = {
    "void": "void", "string": "xsd:string", "boolean": "xsd:boolean", "byte": "xsd:byte", "short": "xsd:short",
    "int": "xsd:int", "long": "xsd:long", "float": "xsd:float", "double": "xsd:double", "anyType": "xsd:anyType",
    "vmodl.DateTime": "xsd:dateTime", "vmodl.Binary": "xsd:base64Binary", "vmodl.URI": "xsd:anyURI",
    "vmodl.PropertyPath": "xsd:string", "vmodl.TypeName": "xsd:string", "vmodl.MethodName": "xsd:string",
    "vmodl.ManagedObject": "&ManagedObject", "vmodl.DynamicData": "DynamicData",
    "vmodl.MethodFault": "LocalizedMethodFault", "vmodl.DataObject": "DynamicData", "vmodl.Any": "xsd:anyType",
}

data, enums, managed = [], [], []


def versions_ignored(*_args):
    """Versions, parents of versions and the like play no part in the facts."""


def load(folder):
    names = {
        "CreateDataType": lambda *row: data.append(row), "CreateEnumType": lambda *row: enums.append(row),
        "CreateManagedType": lambda *row: managed.append(row), "AddVersion": versions_ignored,
        "AddVersionParent": versions_ignored, "AddBreakingChangesInfo": versions_ignored,
        "F_OPTIONAL": OPTIONAL, "F_SECRET": SECRET, "F_LINK": LINK, "F_LINKABLE": LINKABLE,
    }
    for part in ("core", "query", "vim"):
        lines = (folder / f"_typeinfo_{part}.py").read_text().splitlines()
        wanted = [line for line in lines if line.startswith(("CreateDataType(", "CreateEnumType(", "CreateManagedType("))]
        exec("\n".join(wanted), names)


def main():
    load(Path(sys.argv[1]))
    wire = {row[0]: row[1] for row in data + enums} | {row[0]: "&" + row[1] for row in managed} | PRIMITIVES

    def type_name(vmodl):
        array = "[]" if vmodl.endswith("[]") else ""
        return wire[vmodl.removesuffix("[]")] + array

    def declared_type(vmodl):
        """A field of a fault type travels as LocalizedMethodFault, except in UnexpectedFault and the like (see input)."""
        base = vmodl.removesuffix("[]")
        return "LocalizedMethodFault" + vmodl[len(base):] if base in faults else type_name(vmodl)

    bases = {row[0]: row[2] for row in data}

    def is_fault(name):
        while name in bases and name != "vmodl.MethodFault":
            name = bases[name]
        return name == "vmodl.MethodFault"

    faults = {row[0] for row in data if is_fault(row[0])} | {"vmodl.MethodFault", "vmodl.RuntimeFault"}
    wire |= {"vmodl.MethodFault": "MethodFault", "vmodl.RuntimeFault": "RuntimeFault"}

    def field(row):
        name, vmodl, _version, flags = row[:4]
        declared = declared_type(vmodl)
        if flags & SECRET and declared == "xsd:string":
            declared = "secret"
        if flags & LINK:
            # What travels is the key of an object that stands elsewhere in the same answer.
            declared = "xsd:string" + ("[]" if vmodl.endswith("[]") else "")
        return f"{name}{'?' if flags & OPTIONAL else ''} {declared}"

    def privileges(rows):
        return {row[0]: row[4] for row in rows if len(row) > 4 and row[4]}

    def method(row):
        _name, name, _version, params, result, privilege, fault_names = row
        flags, answer, of_task = result
        optional = "?" if flags & OPTIONAL and not answer.endswith("[]") else ""
        return name, {
            "params": [field(param) for param in params],
            "result": type_name(answer) + optional,
            "taskResult": type_name(of_task) if answer == "vim.Task" and of_task not in ("void", "vim.Task") else None,
            "privileges": ({"_this": privilege} if privilege else {}) | privileges(params),
            "faults": sorted(type_name(fault) for fault in fault_names or []),
        }

    json.dump({
        "dataTypes": {row[1]: {"base": type_name(row[2]) if row[2] in wire else row[2],
                               "fields": [field(item) for item in row[4] or []]} for row in data},
        "enums": {row[1]: row[3] for row in enums},
        "managed": {row[1]: {"base": type_name(row[2])[1:],
                             "properties": [field(item) for item in row[4] or []],
                             "propertyPrivileges": privileges(row[4] or []),
                             "methods": dict(method(item) for item in row[5] or [])} for row in managed},
    }, sys.stdout)


main()
