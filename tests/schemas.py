"""Reads JSON Schemas as far as ours go: type, const, enum, pattern, minimum, minItems, items, properties, required,
additionalProperties, anyOf, $ref into $defs. A keyword that is not known is an error, so that nothing is skipped in silence.
Where the jsonschema module is installed, it is asked, too."""
import re

try:
    import jsonschema
except ImportError:
    jsonschema = None

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NOTES = {"$schema", "$id", "$defs", "title", "description"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def problems(value, schema, root=None, where="$"):
    root = root or schema
    out = []
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    known = {"type", "const", "enum", "pattern", "minimum", "minItems", "items", "properties", "required", "additionalProperties", "anyOf"}
    if unknown := set(schema) - known - NOTES:
        return [f"{where}: the schema has {unknown}"]
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(is_type(value, t) for t in types):
            return [f"{where}: {value!r:.60} is no {types}"]
    if "const" in schema and value != schema["const"]:
        out.append(f"{where}: {value!r:.60} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{where}: {value!r:.60} is none of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        out.append(f"{where}: {value!r:.60} does not match {schema['pattern']}")
    if "minimum" in schema and is_type(value, "integer") and value < schema["minimum"]:
        out.append(f"{where}: {value} is less than {schema['minimum']}")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            out.append(f"{where}: {len(value)} items")
        for i, each in enumerate(value):
            out += problems(each, schema.get("items", {}), root, f"{where}[{i}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        out += [f"{where}: {key} is missing" for key in schema.get("required", []) if key not in value]
        for key, each in value.items():
            if key in properties:
                out += problems(each, properties[key], root, f"{where}.{key}")
            elif schema.get("additionalProperties") is False:
                out.append(f"{where}: {key} is not known")
    if "anyOf" in schema:
        each = [problems(value, option, root, where) for option in schema["anyOf"]]
        if all(each):
            out.append(min(each, key=len)[0])
    return out


class Schema:
    count = 0

    def __init__(self, schema):
        self.schema = schema
        self.other = jsonschema.validators.validator_for(schema)(schema) if jsonschema else None
        if jsonschema:
            jsonschema.validators.validator_for(schema).check_schema(schema)

    def problem(self, value):
        """None where it is valid."""
        Schema.count += 1
        found = problems(value, self.schema)
        if found:
            return found[0]
        return next((e.message[:200] for e in self.other.iter_errors(value)), None) if self.other else None
