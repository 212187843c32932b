"""The same database through Tortoise's own engines."""

from typing import Any

from server.kit.database import database_config

MODULES = ["tests.engines.tables"]


def stock_config(url: str) -> dict[str, Any]:
    """The same database through Tortoise's own engines, to show what they do."""
    config = database_config(url, modules=MODULES)
    connection = config["connections"]["default"]
    connection["engine"] = connection["engine"].replace("server.kit.engines", "tortoise.backends")
    connection["credentials"].pop("wait")
    if "password" in connection["credentials"]:
        connection["credentials"]["password"] = ""
    return config
