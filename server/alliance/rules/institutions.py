"""What institutions are, and how they are numbered."""

from enum import StrEnum


class InstitutionKind(StrEnum):
    NURSING_HOME = "nursing_home"  # 养老机构
    HOSPITAL = "hospital"
    COMMUNITY_HEALTH_CENTER = "community_health_center"  # 社区卫生服务中心
    TOWNSHIP_HEALTH_CENTER = "township_health_center"  # 乡镇卫生院
    NURSING_HOSPITAL = "nursing_hospital"  # 护理院
    HOME_CARE_CENTER = "home_care_center"  # 居家养老服务中心
    PHARMACY = "pharmacy"
    SUBDISTRICT = "subdistrict"  # 街道、乡镇
    CIVIL_AFFAIRS_BUREAU = "civil_affairs_bureau"
    HEALTH_COMMISSION = "health_commission"

    @property
    def is_medical(self) -> bool:
        return self in _MEDICAL

    @property
    def is_primary_care(self) -> bool:
        """Tell whether it counts as the 基层医疗机构 that every home must have signed with (policy ①)."""
        return self in _PRIMARY_CARE


_PRIMARY_CARE = frozenset({InstitutionKind.COMMUNITY_HEALTH_CENTER, InstitutionKind.TOWNSHIP_HEALTH_CENTER})
_MEDICAL = _PRIMARY_CARE | {InstitutionKind.HOSPITAL, InstitutionKind.NURSING_HOSPITAL}
PUBLIC_KINDS = tuple(  # in the directory of services; authorities are not
    kind
    for kind in InstitutionKind
    if kind in _MEDICAL or kind in {InstitutionKind.NURSING_HOME, InstitutionKind.HOME_CARE_CENTER}
)


USCC_LENGTH = 18
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def uscc_check_character(body: str) -> str:
    """Return the 18th character for the first 17 (GB 32100)."""
    total = sum(
        weight * USCC_ALPHABET.index(character) for weight, character in zip(_USCC_WEIGHTS, body, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc(code: str) -> bool:
    """Tell whether it is a well-formed unified social credit code, upper case, with six digits of district."""
    return (
        len(code) == USCC_LENGTH
        and all(character in USCC_ALPHABET for character in code)
        and code[2:8].isdigit()
        and uscc_check_character(code[:17]) == code[17]
    )
