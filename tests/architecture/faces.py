"""The finished faces, for tests that read the registry."""

import admin
import miniprogram_api
from server.web.faces import Face

FACES: tuple[Face, ...] = (miniprogram_api.face(), admin.face())
ROUTES = [(face, route) for face in FACES for route in face.routes]


def name_of(pair: object) -> str:
    return pair.name if hasattr(pair, "name") else str(pair)
