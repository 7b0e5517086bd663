"""check_plan.py SCHEMA PLAN: whether the plan follows the schema, and what it
chose. Knows the keywords that the schema uses; any other one is an error."""
import json
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def check(value, schema, root, where):
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    unknown = set(schema) - {"$schema", "$defs", "title", "description", "type", "const", "enum", "required", "properties", "additionalProperties", "items"}
    assert not unknown, f"{where}: keywords {unknown}"
    if "type" in schema:
        assert isinstance(value, TYPES[schema["type"]]), f"{where}: {value!r} is no {schema['type']}"
    if "const" in schema:
        assert value == schema["const"], f"{where}: {value!r}"
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value!r}"
    for key in schema.get("required", []):
        assert key in value, f"{where}: lacks {key}"
    for index, item in enumerate(value if "items" in schema else []):
        check(item, schema["items"], root, f"{where}[{index}]")
    for key, item in value.items() if isinstance(value, dict) else []:
        inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        assert inner, f"{where}: has {key}"
        check(item, inner, root, f"{where}.{key}")


with open(sys.argv[1]) as schema, open(sys.argv[2]) as plan:
    schema, plan = json.load(schema), json.load(plan)
check(plan, schema, schema, "plan")
chosen = plan["chosen"]
print(f"prefill on {chosen['prefill']}, decode on {chosen['decode']}, by {plan['objective']['name']}")
print(f"{len(plan['alternatives'])} alternatives, {sum('verdict' in other for other in plan['alternatives'])} with a verdict")
