"""What the core is told once per process; apart from the composition root so that commands need not load the faces."""

from server.audit import trail
from server.kit import sealing
from server.notifications import templates
from server.settings import Settings
from server.visits import codes


def configure_core(settings: Settings) -> None:
    """Give this process the keys that the core seals, searches, chains and proves presence with."""
    sealing.configure(
        sealing.Keyring.from_words(
            algorithm=settings.sealing_algorithm,
            data_keys=settings.sealing_keys,
            index_keys=settings.index_keys,
        )
    )
    trail.configure(bytes.fromhex(settings.trail_key))
    codes.configure(appid=settings.wechat_appid, keys=settings.plate_keys)
    templates.name_templates(settings.template_ids)
