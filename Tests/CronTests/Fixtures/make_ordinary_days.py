#!/usr/bin/env python3
"""Makes ordinary-days.tsv: what croniter (PyPI, 7.0.0 when this was written) says of random expressions on ordinary days.

    pip install croniter && make_ordinary_days.py > ordinary-days.tsv

A row: expression, zone, start, the next five ticks; times in seconds since 1970. Rows with a time within two days of a
change of the zone's offset are left out: what croniter does there is not what Postrider does (docs/decisions/0007). So
is what the two read otherwise on any day: steps that leave one value, numbers running backwards, and day fields that
say all days without being `*`.
"""

import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

ROWS = 600
SEED = 20_260_301
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
ZONES = ["UTC", "UTC", "Asia/Kolkata", "Asia/Seoul", "Europe/Berlin", "America/New_York"]


def element(chance: random.Random, low: int, high: int, names: list[str]) -> str:
    def value(number: int) -> str:
        return names[number - low] if names and number - low < len(names) and chance.random() < 0.4 else str(number)

    kind = chance.choice(["value", "value", "range", "step", "range step", "open step"])
    first, last = sorted((chance.randint(low, high), chance.randint(low, high)))
    if kind == "value" or first == last:
        return value(first)
    if kind == "range":
        return f"{value(first)}-{value(last)}" if names[:1] != ["SUN"] or last < 7 else f"{first}-{last}"
    if kind == "step":
        return f"*/{chance.randint(2, (high - low) // 2)}"
    step = chance.randint(1, last - first)
    return f"{first}-{last}/{step}" if kind == "range step" else f"{first}/{step}"


def field(chance: random.Random, low: int, high: int, names: list[str], wildcard: float) -> str:
    if chance.random() < wildcard:
        return "*"
    return ",".join(element(chance, low, high, names) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def expression(chance: random.Random) -> str:
    return " ".join([
        field(chance, 0, 59, [], 0.2), field(chance, 0, 23, [], 0.3), field(chance, 1, 31, [], 0.5),
        field(chance, 1, 12, MONTHS, 0.6), field(chance, 0, 6, WEEKDAYS, 0.5)])


def is_ordinary(moment: datetime) -> bool:
    days = timedelta(days=2)
    return (moment.astimezone(timezone.utc) - days).astimezone(moment.tzinfo).utcoffset() \
        == (moment.astimezone(timezone.utc) + days).astimezone(moment.tzinfo).utcoffset()


def main() -> None:
    chance = random.Random(SEED)
    fixed = ["0 0 29 2 *", "0 0 29 FEB MON", "0 0 31 * *", "0 0 * * 7", "0 0 * * 5-7", "0 0 * * FRI-MON",
             "0 0 * NOV-FEB *", "0 0 13 * FRI", "0 0 */2 * MON", "0 0 1-31 * MON", "*/7 * * * *", "59 23 31 12 *",
             "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"]
    rows = 0
    while rows < ROWS:
        text = fixed[rows] if rows < len(fixed) else expression(chance)
        zone = "UTC" if rows < len(fixed) else chance.choice(ZONES)
        start = datetime.fromtimestamp(chance.randrange(946_684_800, 4_000_000_000), ZoneInfo(zone))
        try:
            ticks = croniter(text, start)
            says_all = [text.split()[field] != "*" and (values == ["*"] or len(set(values)) in (7, 31))
                        for field, values in ((2, ticks.expanded[2]), (4, ticks.expanded[4])) if text[0] != "@"]
            moments = [start] + [ticks.get_next(datetime) for _ in range(5)]
        except Exception:  # it refuses, or never fires
            if rows < len(fixed):
                raise
            continue
        if rows < len(fixed) or all(map(is_ordinary, moments)) and not any(says_all):
            print(text, zone, *(int(moment.timestamp()) for moment in moments), sep="\t")
            rows += 1


if __name__ == "__main__":
    main()
