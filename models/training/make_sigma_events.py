"""Examples of what SigmaHQ's rules describe, as labelled ECS documents: make_sigma_events.py <rules folder> <folder>."""

import gzip
import hashlib
import json
import sys
from pathlib import Path

from sigma_rules import examples, read_rules

EXAMPLES = {"critical": 8, "high": 8, "medium": 6, "low": 3, "informational": 0}


def main(rules_folder: str, out_folder: str) -> None:
    folder = Path(out_folder)
    folder.mkdir(parents=True, exist_ok=True)
    events, labels = [], []
    for rule in [*read_rules(f"{rules_folder}/rules"), *read_rules(f"{rules_folder}/rules-emerging-threats")]:
        for fields, excused in examples(rule, EXAMPLES[rule.level], 20260821):
            identity = hashlib.sha256(json.dumps([rule.id, excused, fields], sort_keys=True).encode()).hexdigest()[:20]
            events.append(document(identity, fields))
            labels.append({
                "event.id": identity, "group": "sigma-rules", "provider": "rule",
                "label": "benign" if excused else "malicious", "origin": rule.level, "why": rule.title,
                "technique": rule.technique, "synthetic_parent": "ParentImage" not in fields,
            })
    write(folder / "sigma-rules.ndjson.gz", events)
    write(folder / "labels-sigma-rules.ndjson.gz", labels)
    print(json.dumps({"events": len(events), "excused": sum(row["label"] == "benign" for row in labels)}))


def document(identity: str, fields: dict) -> dict:
    process = {}
    if "Image" in fields:
        if "\\" in fields["Image"]:
            process["executable"] = fields["Image"]
        process["name"] = fields["Image"].rsplit("\\", 1)[-1]
    if "CommandLine" in fields:
        process["command_line"] = fields["CommandLine"]
    if fields.get("OriginalFileName"):
        process["pe"] = {"original_file_name": fields["OriginalFileName"]}
    if "ParentImage" in fields:
        process["parent"] = {"name": fields["ParentImage"].rsplit("\\", 1)[-1]}
        if "\\" in fields["ParentImage"]:
            process["parent"]["executable"] = fields["ParentImage"]
        if "ParentCommandLine" in fields:
            process["parent"]["command_line"] = fields["ParentCommandLine"]
    event = {
        "event": {"id": identity, "kind": "event", "category": ["process"], "type": ["start"], "action": "start"},
        "host": {"os": {"type": "windows"}},
        "process": process,
    }
    if "Account" in fields:
        domain, name, sid = fields["Account"]
        event["user"] = {"domain": domain, "name": name, "id": sid}
    if "IntegrityLevel" in fields and fields["IntegrityLevel"].isalpha():
        process["Ext"] = {"token": {"integrity_level_name": fields["IntegrityLevel"].lower()}}
    return event


def write(path: Path, rows: list) -> None:
    # No name and no time in the header: the same rules make the same bytes.
    with open(path, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
        for row in rows:
            out.write((json.dumps(row) + "\n").encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
