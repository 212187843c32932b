"""What can be chosen when the simulator starts."""

from dataclasses import dataclass

DEMO_APPID = "wxcafe0000cafe0000"
DEMO_SECRET = "5ec2e7005ec2e7005ec2e7005ec2e700"  # noqa: S105 - opens nothing but this simulator
DEMO_PUSH_TOKEN = "simulatedpushtoken"  # noqa: S105
DEMO_PUSH_KEY = "SimulatedEncodingAESKeySimulatedEncodingAES"  # 43 characters


@dataclass(frozen=True)
class Config:
    appid: str = DEMO_APPID
    secret: str = DEMO_SECRET
    seed: str = "care"
    open_account: str = "care-open-account"
    original_id: str = "gh_5ec2e7005ec2"
    push_url: str = ""
    push_token: str = DEMO_PUSH_TOKEN
    push_key: str = DEMO_PUSH_KEY
    push_mode: str = "secure"
    push_format: str = "json"
    # Whether the demo's templates are known from the start.
    lenient_templates: bool = True
    # Whether everybody counts as having accepted every message: for a demo without dialogs.
    open_subscriptions: bool = False
    # Whether a forced refresh lets the old token live five more minutes; the pages do not say.
    lenient_tokens: bool = False
