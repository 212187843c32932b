"""Prescriptions as they are filled in."""

from typing import Any

from server.prescriptions.actions import Written
from server.prescriptions.rules import Agreed, Conditions, DrugClass, Wanted

CONDITIONS = Conditions(diagnosed=True, stable=True, adherent=True, agreed=Agreed.ORAL)
SIGNED = Conditions(
    diagnosed=True,
    stable=True,
    adherent=True,
    agreed=Agreed.SIGNED,
    slip="档案柜 3 号",
    reason="行动不便，血压平稳半年",
)


def drug(name: str = "缬沙坦胶囊", *, days: int = 28, per_day: int = 10, **more: Any) -> Wanted:
    said: dict[str, Any] = {
        "kind": DrugClass.ORDINARY,
        "dose": "80 毫克",
        "frequency": "每天早上一次",
        "unit": "粒",
    }
    return Wanted(name=name, days=days, per_day=per_day, **{**said, **more})


def written(*lines: Wanted, conditions: Conditions = CONDITIONS, **more: Any) -> Written:
    return Written(lines or (drug(),), conditions, diagnosis="原发性高血压", **more)
