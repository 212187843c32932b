"""The JSON face, described as OpenAPI 3.1 from the registry itself: what is served and what is described cannot differ."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from server.authority.permissions import Permission
from server.web.asking import Open
from server.web.routes import Route, path_parameters
from server.web.shapes import KEY_PATTERN, ULID_PATTERN

REF = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; see docs/errors.md"},
        "detail": {"type": "string", "description": "Chinese: what to do next"},
        "request_id": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
REFUSALS = {
    400: "Malformed",
    401: "Sign in first",
    403: "Not for this account",
    404: "Not there, or not yours to see",
    409: "The state has changed, or someone was faster",
    413: "Too big",
    415: "Not JSON",
    422: "Fields are wrong, or a rule refuses",
    429: "Too often",
    503: "Busy; try again",
}


def described(routes: Iterable[Route], *, prefix: str, version: str) -> dict[str, Any]:
    listed = list(routes)
    schemas = _Schemas(listed)
    paths: dict[str, Any] = {}
    for route in listed:
        path = f"{prefix}{route.path}".replace("<", "{").replace(">", "}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "养医联合体 API",
            "version": version,
            "description": "Times are RFC 3339 in +08:00. Every write carries an Idempotency-Key and may be sent again; a key is spent on the first answer, a refusal (403, 404, 409, 422) too: another try takes another key.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({route.tag for route in listed})],
        "paths": paths,
        "components": {
            "schemas": {**schemas.definitions, "Problem": PROBLEM},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Schemas:
    """JSON schemas of every body (as read) and every answer (as written)."""

    def __init__(self, routes: list[Route]) -> None:
        bodies = sorted(
            {route.body for route in routes if route.body is not None},
            key=lambda body: body.__qualname__ + body.__module__,
        )
        read, read_definitions = models_json_schema(
            [(body, "validation") for body in bodies], ref_template=REF
        )
        answers = [
            (f"{number}", "serialization", TypeAdapter(route.answer))
            for number, route in enumerate(routes)
            if _answers(route)
        ]
        written, written_definitions = TypeAdapter.json_schemas(answers, ref_template=REF)  # type: ignore[arg-type]
        asked, told = read_definitions.get("$defs", {}), written_definitions.get("$defs", {})
        # A body may be called as something else is that is answered: then the body gives way.
        apart = {
            name: f"{name}Body" for name, schema in asked.items() if name in told and told[name] != schema
        }
        asked = {apart.get(name, name): _renamed(schema, apart) for name, schema in asked.items()}
        self.definitions: dict[str, Any] = {**asked, **told}
        self._read = {body: _renamed(read[body, "validation"], apart) for body in bodies}
        self._written = {id(routes[int(number)]): schema for (number, _), schema in written.items()}

    def read(self, route: Route) -> Any:
        return self._read[route.body]  # type: ignore[index]

    def written(self, route: Route) -> Any:
        return self._written[id(route)]


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    """Return a schema that points at definitions by their new names."""
    if isinstance(schema, list):
        return [_renamed(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {REF.format(model=old): REF.format(model=new) for old, new in names.items()}
    return {
        key: moved.get(value, value) if key == "$ref" else _renamed(value, names)
        for key, value in schema.items()
    }


def _answers(route: Route) -> bool:
    return route.status != 204 and route.answer not in {None, type(None)}  # noqa: PLR2004


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if _answers(route):
        success["content"] = {"application/json": {"schema": schemas.written(route)}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation: dict[str, Any] = {
        "operationId": route.name.replace(".", "_"),
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": {
            str(route.status): success,
            **{str(status): {"description": text, "content": problem} for status, text in REFUSALS.items()},
        },
        "x-needs": str(route.needs),
    }
    if route.purpose is not None:
        operation["x-purpose"] = str(route.purpose)
    if isinstance(route.needs, Permission) or route.needs is Open.SIGNED_IN:
        operation["security"] = [{"session": []}]
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas.read(route)}},
        }
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **({"pattern": ULID_PATTERN} if name.endswith("_uid") else {})},
        }
        for name in path_parameters(route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema(ref_template=REF)
        needed = set(schema.get("required", ()))
        definitions = schema.get("$defs", {})
        for name, shape in schema.get("properties", {}).items():
            found.append(
                {"name": name, "in": "query", "required": name in needed, "schema": _flat(shape, definitions)}
            )
    if route.keyed:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": KEY_PATTERN},
                "description": "Chosen by the client, the same for every repetition of one wish, and another after a refusal",
            }
        )
    return found


def _flat(shape: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A query value is never null: it is given or left out."""
    options = [each for each in shape.get("anyOf", ()) if each.get("type") != "null"]
    if len(options) == 1:
        shape = {
            **{key: value for key, value in shape.items() if key not in {"anyOf", "default"}},
            **options[0],
        }
    if "$ref" in shape:
        shape = definitions[shape["$ref"].rsplit("/", 1)[-1]]
    return shape
