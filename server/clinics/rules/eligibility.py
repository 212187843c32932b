"""Whether a home should have a clinic of its own: by who lives there now (①), or by its beds (③)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Eligibility:
    residents: int
    beds: int
    residents_from: int  # parameter clinics.residents_from
    beds_from: int  # parameter clinics.beds_from

    @property
    def by_residents(self) -> bool:
        return self.residents >= self.residents_from

    @property
    def by_beds(self) -> bool:
        return self.beds >= self.beds_from

    @property
    def eligible(self) -> bool:
        return self.by_residents or self.by_beds

    @property
    def words(self) -> str:
        """Say why, or how much is missing."""
        grounds = []
        if self.by_residents:
            grounds.append(f"入住 {self.residents} 人，达到 {self.residents_from} 人（政策①）")
        if self.by_beds:
            grounds.append(f"床位 {self.beds} 张，达到 {self.beds_from} 张（政策③）")
        if grounds:
            return "；".join(grounds)
        return f"入住 {self.residents} 人、床位 {self.beds} 张，未到 {self.residents_from} 人或 {self.beds_from} 张"


def eligibility(*, residents: int, beds: int, residents_from: int, beds_from: int) -> Eligibility:
    return Eligibility(residents, beds, residents_from, beds_from)
