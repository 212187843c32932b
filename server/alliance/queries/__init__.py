"""What may be told of institutions, agreements and policy numbers."""

from server.alliance.queries.agreements import (
    AgreementCard,
    AgreementSheet,
    SignatureCard,
    agreement_card,
    agreement_in_force,
    agreement_sheet,
    agreements,
)
from server.alliance.queries.catalogue import (
    Catalogue,
    CatalogueCard,
    catalogue,
    catalogue_cards,
    codes_by_name,
)
from server.alliance.queries.coverage import CoverageCard, coverage
from server.alliance.queries.directory import (
    DirectoryCard,
    DirectorySheet,
    DirectoryWish,
    PartnerCard,
    directory,
    directory_sheet,
)
from server.alliance.queries.institutions import (
    DepartmentCard,
    InstitutionCard,
    departments_of,
    institution_card,
    institutions,
    own_institutions,
    partners_of,
)
from server.alliance.queries.numbers import cited, parameter, parameters

__all__ = [
    "AgreementCard",
    "AgreementSheet",
    "Catalogue",
    "CatalogueCard",
    "CoverageCard",
    "DepartmentCard",
    "DirectoryCard",
    "DirectorySheet",
    "DirectoryWish",
    "InstitutionCard",
    "PartnerCard",
    "SignatureCard",
    "agreement_card",
    "agreement_in_force",
    "agreement_sheet",
    "agreements",
    "catalogue",
    "catalogue_cards",
    "cited",
    "codes_by_name",
    "coverage",
    "departments_of",
    "directory",
    "directory_sheet",
    "institution_card",
    "institutions",
    "own_institutions",
    "parameter",
    "parameters",
    "partners_of",
]
