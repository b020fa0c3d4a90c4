"""The starts of known_starts.py as labelled ECS documents: make_known_events.py <folder>."""

import hashlib
import json
import random
import re
import sys
from pathlib import Path

from known_starts import BENIGN, BENIGN_LATER, FILLINGS, MALICIOUS, MALICIOUS_LATER
from make_sigma_events import document, write

FILLED = 4

# Started by these, a process runs as the system; by others, as a person, elevated or not. Both classes alike.
SERVICE_PARENTS = {"services.exe", "svchost.exe", "WmiPrvSE.exe", "CcmExec.exe", "agent.exe", "TaniumClient.exe", "w3wp.exe", "spoolsv.exe", "lsass.exe", "PSEXESVC.exe"}
PERSON = "S-1-5-21-2041781513-1104329871-1801674531-"

TABLES = (
    ("malicious", "expert", MALICIOUS),
    ("benign", "expert", BENIGN),
    ("malicious", "expert later", MALICIOUS_LATER),
    ("benign", "expert later", BENIGN_LATER),
)


def main(out_folder: str) -> None:
    folder = Path(out_folder)
    folder.mkdir(parents=True, exist_ok=True)
    events, labels, seen = [], [], set()
    for label, origin, table in TABLES:
        for technique, images, parents, lines in table:
            for line in lines:
                for fields in filled(images, parents, line):
                    identity = hashlib.sha256(json.dumps([label, fields], sort_keys=True).encode()).hexdigest()[:20]
                    if identity in seen:
                        continue
                    seen.add(identity)
                    events.append(document(identity, fields))
                    labels.append({
                        "event.id": identity, "group": "known-starts", "provider": "expert", "label": label, "origin": origin,
                        "why": "written by hand", "technique": technique, "synthetic_parent": False,
                    })
    write(folder / "known-starts.ndjson.gz", events)
    write(folder / "labels-known-starts.ndjson.gz", labels)
    print(json.dumps({"events": len(events), "malicious": sum(row["label"] == "malicious" for row in labels)}))


def filled(images: str, parents: str, line: str):
    """The line under several of its parents, with other fillings each time; the same at every run."""
    chance = random.Random(f"{images}|{line}")
    choices = parents.split("|")
    for parent in chance.sample(choices, min(FILLED, len(choices))) if len(choices) > 1 else choices * FILLED:
        image = fill(chance.choice(images.split("|")), chance)
        runs_as_system = parent.rsplit("\\", 1)[-1] in SERVICE_PARENTS
        yield {
            "Account": ("NT AUTHORITY", "SYSTEM", "S-1-5-18") if runs_as_system
            else ("CORP", fill("{user}", chance), PERSON + str(chance.randrange(1100, 1900))),
            "IntegrityLevel": "System" if runs_as_system else chance.choice(("Medium", "High")),
            "Image": image, "CommandLine": fill(line, chance), "OriginalFileName": image.rsplit("\\", 1)[-1],
            "ParentImage": parent, "ParentCommandLine": f'"{parent}"',
        }


def fill(text: str, chance: random.Random) -> str:
    while (changed := re.sub(r"\{(\w+)\}", lambda match: pick(match, chance), text)) != text:
        text = changed
    return text


def pick(match: re.Match, chance: random.Random) -> str:
    return chance.choice(FILLINGS[match[1]]) if match[1] in FILLINGS else match[0]


if __name__ == "__main__":
    main(*sys.argv[1:])
