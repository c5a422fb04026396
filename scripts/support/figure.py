"""One figure of a bench, with the bar that it is held against: what all benches print."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; with `limit` and `bar` ("at least", "at most") where it must hold something."""

    name: str
    value: float
    unit: str
    bar: str | None = None
    limit: float | None = None
    peer: str | None = None

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.bar == "at least" else self.value <= self.limit

    def line(self) -> str:
        bar = "" if self.limit is None else f"  {'holds' if self.holds else 'FAILS'}: {self.bar} {self.limit:g}"
        return f"{self.name:44} {self.value:12,.2f} {self.unit}{bar}"

    def json(self) -> str:
        return json.dumps({"name": self.name, "value": round(self.value, 4), "unit": self.unit, "bar": self.bar,
                           "peer": self.peer, "limit": self.limit, "holds": self.holds})
