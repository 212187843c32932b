"""A process of the product on one node: `python -m tests.cluster.rights_process discloses|withdraws <times>`.

One writes lines of disclosure that name the number of the resident's rights they were made under; the other takes
rights away and prints how many lines each withdrawal found before it. Settings come from the environment; a line on
standard input lets both begin at once.
"""

import asyncio
import json
import sys

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.audit.errors import RightsChanged
from server.audit.trail_models import AccessChainHead
from server.configuration import configure_core
from server.kit.database import close_database, open_database
from server.kit.transactions import action
from server.settings import MODEL_MODULES, Settings
from server.web.faces import utc_now

RESIDENT = 9_000_001


async def disclose() -> None:
    rights = await trail.rights_of(RESIDENT)
    line = AccessLine(
        resident_id=RESIDENT, account_id=1, institution_id=0, channel="console", request_id="", purpose="care",
        basis=AccessBasis.CONSENT, basis_uid="", what=str(rights), categories=(), count=1, rights=rights,
    )  # fmt: skip
    await trail.record([line], now=utc_now())


async def discloses(times: int) -> list[bool]:
    """Return which disclosures were let through."""
    passed = []
    for _ in range(times):
        try:
            await disclose()
        except RightsChanged:
            passed.append(False)
        else:
            passed.append(True)
    return passed


@action
async def withdraw() -> tuple[int, int]:
    await trail.rights_changed(RESIDENT, now=utc_now())
    head = await AccessChainHead.get(resident_id=RESIDENT)
    return head.rights, head.seq


async def withdraws(times: int) -> list[tuple[int, int]]:
    """Return for each withdrawal the number of the rights it began and the last line before it."""
    return [await withdraw() for _ in range(times)]


async def main(what: str, times: int) -> list[object]:
    settings = Settings.from_env()
    configure_core(settings)
    await open_database(settings.database, modules=MODEL_MODULES)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    found = await {"discloses": discloses, "withdraws": withdraws}[what](times)
    await close_database()
    return list(found)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
