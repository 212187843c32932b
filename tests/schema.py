"""The tables of the product, asked of its own models."""

import importlib

from tortoise.models import Model

from server.settings import MODEL_MODULES


def tables() -> list[type[Model]]:
    return [
        each
        for name in MODEL_MODULES
        for each in vars(importlib.import_module(name)).values()
        if isinstance(each, type)
        and issubclass(each, Model)
        and each.__module__ == name
        and not each._meta.abstract
    ]
