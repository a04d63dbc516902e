"""The description of the API as OpenAPI 3.1, its sentences in a language, and the same as rows for a page."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ...words import Words

JSON, PROBLEM = "application/json", "application/problem+json"
METHODS = ("get", "post")
PARTS = re.compile(r"\bPart_(\w+?)_(?=\"|$)")
SUFFIX = re.compile(r"Shape(?=(List)?\")")


@dataclass(frozen=True)
class Operation:
    """One operation as a page shows it: `values` are its parameters and the fields of its body."""

    name: str
    tag: str
    method: str
    path: str
    says: str
    values: tuple["Value", ...]
    answer: str


@dataclass(frozen=True)
class Value:
    """One parameter or field: where it stands (path, query, body), of what kind, and whether it must be given."""

    name: str
    place: str
    kind: str
    is_required: bool
    says: str


def describe(api: FastAPI, words: Words, prefix: str) -> dict[str, Any]:
    """The description with every sentence in the language of the words."""
    made = get_openapi(
        title=words("api_title"),
        version=api.version,
        description=words("api_lead"),
        routes=api.routes,
        servers=[{"url": prefix}],
        tags=[{"name": tag, "description": words(f"api_tag_{tag}")} for tag in _tags(api)],
    )
    for _, _, operation in operations_in(made):
        _say(operation, words)
    return _renamed(made)


def operations_in(description: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation, in the order of the description."""
    for path, methods in description["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def operations_of(description: Mapping[str, Any], words: Words, prefix: str) -> list[Operation]:
    """The operations as a page shows them."""
    return [
        Operation(
            name=operation["operationId"],
            tag=operation["tags"][0],
            method=method.upper(),
            path=prefix + path,
            says=operation["summary"],
            values=tuple(_values(operation, description, words)),
            answer=_answer(operation),
        )
        for method, path, operation in operations_in(description)
    ]


def _tags(api: FastAPI) -> list[str]:
    found = (tag for route in api.routes for tag in getattr(route, "tags", ()))
    return list(dict.fromkeys(map(str, found)))


def _say(operation: dict[str, Any], words: Words) -> None:
    """Put an operation's and its parameters' sentences in, and the media type of its faults."""
    name = operation["operationId"] = operation["operationId"].partition("_v1_")[0]
    operation["description"], operation["summary"] = operation.get("description", ""), words(f"api_op_{name}")
    for parameter in operation.get("parameters", ()):
        parameter["description"] = words(f"api_p_{parameter['name']}")
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            answer["content"] = {PROBLEM: answer["content"][JSON]}
            answer["description"] = words(f"api_title_{status}")
        else:
            answer["description"] = words("api_answer")


def _renamed(made: dict[str, Any]) -> dict[str, Any]:
    """Schemas by the names of the glossary: AlertLineList and Silence, not Part_AlertLine_ and SilenceShape."""
    text = PARTS.sub(r"\1List", json.dumps(made))
    renamed: dict[str, Any] = json.loads(SUFFIX.sub("", text))
    return renamed


def _values(operation: Mapping[str, Any], description: Mapping[str, Any], words: Words) -> Iterator[Value]:
    for parameter in operation.get("parameters", ()):
        name, says = parameter["name"], parameter["description"]
        yield Value(name, parameter["in"], _kind(parameter["schema"], words), parameter.get("required", False), says)
    if body := operation.get("requestBody"):
        name = body["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
        schema = description["components"]["schemas"][name]
        for field, value in schema["properties"].items():
            says = words(f"api_p_{field}")
            yield Value(field, "body", _kind(value, words), field in schema.get("required", ()), says)


def _kind(schema: Mapping[str, Any], words: Words) -> str:
    """`whole number 1–200`, `text`, or the values among which to choose."""
    several = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if several:
        return _kind(several[0], words)
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema.get("type") == "array":
        return words("api_kind_array", kind=_kind(schema["items"], words))
    kind = words(f"api_kind_{schema.get('format') or schema['type']}")
    return f"{kind} {schema['minimum']:g}–{schema['maximum']:g}" if "minimum" in schema else kind


def _answer(operation: Mapping[str, Any]) -> str:
    """The name of the schema of a good answer."""
    good = next(answer for status, answer in operation["responses"].items() if int(status) < 400)
    return str(good["content"][JSON]["schema"]["$ref"].rpartition("/")[2])
