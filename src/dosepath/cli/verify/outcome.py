"""What a check of cases comes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: its name and every difference; none means that it passed."""

    name: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return not self.differences
