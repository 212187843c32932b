"""What lists may show of a name or a number."""

COMPOUND_SURNAMES = frozenset(
    {"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "端木", "长孙", "司徒"}
)

SHORTEST_PHONE = 7  # below that, three and four digits would show all of it


def masked_name(name: str) -> str:
    surname = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return name[:surname] + "*" * max(1, len(name) - surname)


def masked_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= SHORTEST_PHONE else "****"


def masked_national_id(number: str) -> str:
    """Show the last four only: the first six alone already give district and, with the rest, the birthday."""
    return "*" * max(0, len(number) - 4) + number[-4:]
