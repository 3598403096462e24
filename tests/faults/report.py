"""What each fault did, as one line of the table that `./run faults` prints."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """Collects the measured numbers of the run."""

    lines: list[tuple[str, str, int, int, float | None]] = field(default_factory=list)

    def __call__(self, number: str, fault: str, *, lost: int, repeated: int, seconds: float | None) -> None:
        """One fault: what was lost, what was said twice, and how long until all was well again.

        Without seconds where there is nothing to recover from.
        """
        self.lines.append((number, fault, lost, repeated, seconds))

    def table(self) -> list[str]:
        """Markdown, in the order of the numbers."""
        rows = sorted(self.lines, key=lambda line: int("".join(filter(str.isdigit, line[0].split(",")[0]))))
        return [
            "| # | fault | lost | repeated | recovered after |",
            "|---|---|--:|--:|--:|",
            *(
                f"| {number} | {fault} | {lost} | {repeated} | {'–' if seconds is None else f'{seconds:.1f} s'} |"
                for number, fault, lost, repeated, seconds in rows
            ),
        ]
