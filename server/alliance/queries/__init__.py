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
    DirectoryPage,
    DirectorySheet,
    DirectoryWish,
    PartnerCard,
    directory,
    directory_page,
    directory_sheet,
)
from server.alliance.queries.faults import faults
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
from server.alliance.queries.papers import AgreementPaperCard, AgreementPaperFile, agreement_paper
from server.alliance.queries.waiting import count_expiring, count_to_file, count_to_sign

__all__ = [
    "AgreementCard",
    "AgreementPaperCard",
    "AgreementPaperFile",
    "AgreementSheet",
    "Catalogue",
    "CatalogueCard",
    "CoverageCard",
    "DepartmentCard",
    "DirectoryCard",
    "DirectoryPage",
    "DirectorySheet",
    "DirectoryWish",
    "InstitutionCard",
    "PartnerCard",
    "SignatureCard",
    "agreement_card",
    "agreement_in_force",
    "agreement_paper",
    "agreement_sheet",
    "agreements",
    "catalogue",
    "catalogue_cards",
    "cited",
    "codes_by_name",
    "count_expiring",
    "count_to_file",
    "count_to_sign",
    "coverage",
    "departments_of",
    "directory",
    "directory_page",
    "directory_sheet",
    "faults",
    "institution_card",
    "institutions",
    "own_institutions",
    "parameter",
    "parameters",
    "partners_of",
]
