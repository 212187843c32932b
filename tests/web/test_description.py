"""The API's description names every body as it is read, also where an answer holds something of the same name."""

from typing import Any

import pytest

import miniprogram_api
from server.web.openapi import described
from server.web.routes import Route

FACE = miniprogram_api.face()
DESCRIPTION: dict[str, Any] = described(FACE.routes, prefix=FACE.prefix, version="1")
WITH_BODY = [route for route in FACE.routes if route.body is not None]


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_a_body_is_described_with_its_own_fields(route: Route) -> None:
    path = f"{FACE.prefix}{route.path}".replace("<", "{").replace(">", "}")
    content = DESCRIPTION["paths"][path][route.method.lower()]["requestBody"]["content"]
    reference = content["application/json"]["schema"]["$ref"]
    schema = DESCRIPTION["components"]["schemas"][reference.rpartition("/")[2]]

    assert route.body is not None
    assert set(schema.get("properties", {})) == set(route.body.model_fields)
