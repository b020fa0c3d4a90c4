"""SigmaHQ's rules on the same left-out events: compare_sigma.py <work folder> <events folder> <rules folder>."""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

from data import load
from sigma_rules import compile_rule, read_rules

LEVELS = {"critical": 4, "high": 3, "medium": 2, "low": 1, "informational": 0}


def main(work: str, events_folder: str, rules_folder: str) -> None:
    work = Path(work)
    data = load(work / "raw")
    held = np.load(work / "held-out.npz")
    rows, label = held["rows"], held["label"]
    wanted = {data.rows[row]["id"]: i for i, row in enumerate(rows)}
    events = [None] * len(rows)
    for path in sorted(Path(events_folder).glob("*.ndjson.gz")):
        if path.name.startswith("labels"):
            continue
        with gzip.open(path, "rt") as lines:
            for line in lines:
                document = json.loads(line)
                at = wanted.get(document["event"]["id"])
                if at is not None:
                    events[at] = sysmon_fields(document)
    level = np.full(len(rows), -1)
    for rule in read_rules(f"{rules_folder}/rules") + read_rules(f"{rules_folder}/rules-emerging-threats"):
        matches, value = compile_rule(rule), LEVELS[rule.level]
        for i, event in enumerate(events):
            if level[i] < value and matches(event):
                level[i] = value
    context = data.origin[rows] == "context"
    out = {}
    for name, least in (("Sigma, high and above", 3), ("Sigma, medium and above", 2)):
        called = level >= least
        out[name] = {
            "recall": float(called[label == 1].mean()),
            "falsePositiveRate": float(called[label == 0].mean()),
            "recallContext": float(called[(label == 1) & context].mean()),
        }
        # The model at the same number of false alarms.
        share = max(out[name]["falsePositiveRate"], 1e-9)
        benign = np.sort(held["margin"][label == 0])[::-1]
        cut = benign[min(len(benign) - 1, int(np.floor(share * len(benign))))]
        flagged = held["margin"] > cut
        out[f"agent-v1 at as many false positives as {name}"] = {
            "recall": float(flagged[label == 1].mean()),
            "falsePositiveRate": float(flagged[label == 0].mean()),
            "recallContext": float(flagged[(label == 1) & context].mean()),
        }
    (work / "sigma.json").write_text(json.dumps(out, indent=1) + "\n")
    print(json.dumps(out, indent=1))


def sysmon_fields(document) -> dict:
    process = document.get("process", {})
    parent, pe, data = process.get("parent", {}), process.get("pe", {}), document.get("winlog", {}).get("event_data", {})
    user = document.get("user", {})
    fields = {
        "Image": process.get("executable"), "CommandLine": process.get("command_line"),
        "OriginalFileName": pe.get("original_file_name"), "Description": pe.get("description"),
        "Product": pe.get("product"), "Company": pe.get("company"), "ParentImage": parent.get("executable"),
        "ParentCommandLine": parent.get("command_line"), "CurrentDirectory": process.get("working_directory"),
        "IntegrityLevel": data.get("IntegrityLevel"), "LogonId": data.get("LogonId"),
        "User": "\\".join(part for part in (user.get("domain"), user.get("name")) if part),
        "Hashes": ",".join(f"{k.upper()}={v}" for k, v in process.get("hash", {}).items())
        + (f",IMPHASH={pe['imphash']}" if "imphash" in pe else ""),
    }
    return {name: value for name, value in fields.items() if value}


if __name__ == "__main__":
    main(*sys.argv[1:])
