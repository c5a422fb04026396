#!/usr/bin/env python3
"""Holds the edges between the targets: every `import` under Sources/ must be one that layers.txt allows.

    check-imports.py [REPOSITORY]

Ends with 1 and a line for each import that isn't, or for a target or a line of the table that has no counterpart.
"""

import re
import sys
from pathlib import Path

ANYBODY = {"Swift", "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin"}
"""The platform: what every target may import."""

IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
                    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)")


def read_table(path: Path) -> tuple[dict[str, set[str]], list[str]]:
    """What each target may import; and what is wrong with the table itself."""
    allowed: dict[str, set[str]] = {}
    faults = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        (target, *ours), others = (half.split() for half in line.split("|"))
        faults += [f"{path.name}:{number}: {target} may not import {name}, which does not stand above it"
                   for name in ours if name not in allowed]
        allowed[target] = {*ours, *others}
    return allowed, faults


def check(root: Path) -> list[str]:
    allowed, faults = read_table(Path(__file__).with_name("layers.txt"))
    for folder in sorted((root / "Sources").iterdir()):
        if folder.name not in allowed:
            faults.append(f"Sources/{folder.name} has no line in layers.txt")
            continue
        for file in sorted(folder.rglob("*.swift")):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                found = IMPORT.match(line)
                if found and found[1] not in allowed[folder.name] | ANYBODY | {folder.name}:
                    faults.append(f"{file.relative_to(root)}:{number}: {folder.name} may not import {found[1]}")
    return faults


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    faults = check(root)
    print("\n".join(faults) if faults else "every import is one that layers.txt allows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
