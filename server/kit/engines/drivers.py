"""Which MySQL driver Tortoise is to use; this must be said before its backend is first imported."""

import importlib.util
import sys
from typing import Literal

Driver = Literal["aiomysql", "asyncmy"]

BACKEND = "tortoise.backends.mysql.client"


def use(driver: Driver) -> None:
    """Make Tortoise take this driver.

    Its backend takes asyncmy whenever that can be imported: a package that happened to bring it along
    changed the driver of the whole product.
    """
    backend = sys.modules.get(BACKEND)
    if backend is not None:
        taken = backend.mysql.__name__
        if taken != driver:
            msg = f"This process already speaks to MySQL through {taken}; {driver} needs a new process"
            raise RuntimeError(msg)
    elif driver == "aiomysql":
        sys.modules.setdefault("asyncmy", None)  # type: ignore[arg-type]  # None is Python's own way to bar an import
    elif importlib.util.find_spec("asyncmy") is None:
        msg = "driver=asyncmy was asked for, but it is not installed: pip install -r deploy/requirements-asyncmy.lock"
        raise RuntimeError(msg)
    importlib.import_module(BACKEND)


def use_default() -> None:
    """Take aiomysql unless somebody chose before."""
    if BACKEND not in sys.modules:
        use("aiomysql")
