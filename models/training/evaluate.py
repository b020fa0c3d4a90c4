"""What the model does on groups it never saw: evaluate.py <work folder> <bundle folder> [events folder] [rules folder].

Reads held-out.npz (train.py wrote it) and writes metrics.json, MODEL_CARD.md and the plots.
"""

import json
import sys
from pathlib import Path

import numpy as np

import card
import plots
from data import load
from scores import recall_at, summarize

RESAMPLES = 300


def main(work: str, bundle_folder: str, events: str = "", rules: str = "") -> None:
    work, bundle_folder = Path(work), Path(bundle_folder)
    data = load(work / "raw")
    held = np.load(work / "held-out.npz")
    rows, margin, label = held["rows"], held["margin"], held["label"]
    bundle = json.loads((bundle_folder / "bundle.json").read_text())
    cut = bundle["training"]["calibration"]
    probability = 1 / (1 + np.exp(-cut["slope"] * (margin - cut["offset"])))
    high = bundle["highProbabilityThreshold"]

    masks = {
        "all": np.ones(len(rows), bool),
        "context labels": data.origin[rows] == "context",
        "text labels": data.origin[rows] == "text",
        "shells and LOLBins": data.shell[rows],
    }
    metrics = {
        "protocol": "Groups left out whole; one row per normalised key; no key that training on the other groups sees.",
        "overall": {name: summarize(label[mask], margin[mask]) for name, mask in masks.items()},
        "intervals": {name: intervals(data, rows[mask], label[mask], margin[mask]) for name, mask in masks.items()},
        "atThresholds": {
            name: at_threshold(label, probability, threshold)
            for name, threshold in (("decision", 0.5), ("high", high))
        },
        "groups": {
            group: summarize(label[data.group[rows] == group], margin[data.group[rows] == group])
            for group in sorted(set(data.group[rows]))
        },
        "calibration": calibration(label, probability),
        "techniques": by_technique(data, rows, label, probability, high),
        "lolbins": by_program(data, rows, label, probability, high),
        "falsePositives": false_positives(data, rows, label, probability),
        "missed": missed(data, rows, label, probability),
        "labelCorrections": data.corrections,
    }
    for name in ("ablations.json", "elastic.json", "sigma.json"):
        path = work / name
        if path.exists():
            metrics[path.stem] = json.loads(path.read_text())
    (bundle_folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    plots.write(bundle_folder, label, margin, probability)
    (bundle_folder / "MODEL_CARD.md").write_text(card.render(bundle, metrics))
    print(json.dumps({"overall": metrics["overall"], "atThresholds": metrics["atThresholds"]}, indent=1))


def at_threshold(label, probability, threshold):
    called = probability >= threshold
    return {"threshold": threshold, "recall": float(called[label == 1].mean()),
            "falsePositiveRate": float(called[label == 0].mean()), "falsePositives": int(called[label == 0].sum())}


def intervals(data, rows, label, margin):
    """95 % intervals: whole clusters (a program within a group) are drawn again, not rows, which resemble each other."""
    clusters = {}
    for i, row in enumerate(rows):
        clusters.setdefault((data.group[row], data.rows[row]["program"]), []).append(i)
    members = [np.array(value) for value in clusters.values()]
    chooser = np.random.default_rng(20260821)
    found = {"auc": [], "recallAt0.1%": [], "recallAt0.5%": [], "recallAt1%": []}
    from sklearn.metrics import roc_auc_score

    for _ in range(RESAMPLES):
        drawn = np.concatenate([members[k] for k in chooser.integers(0, len(members), len(members))])
        y, s = label[drawn], margin[drawn]
        if not 0 < y.sum() < len(y):
            continue
        found["auc"].append(roc_auc_score(y, s))
        for share in (0.001, 0.005, 0.01):
            found[f"recallAt{share * 100:g}%"].append(recall_at(y, s, share))
    return {name: [float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))] for name, values in found.items()}


def calibration(label, probability):
    edges = [0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0001]
    out = []
    for low, high in zip(edges, edges[1:]):
        mask = (probability >= low) & (probability < high)
        if mask.any():
            out.append({"from": low, "to": min(1, high), "events": int(mask.sum()),
                        "meanProbability": float(probability[mask].mean()), "maliciousShare": float(label[mask].mean())})
    return out


def by_technique(data, rows, label, probability, high):
    found = {}
    for i, row in enumerate(rows):
        if label[i] != 1:
            continue
        for technique in (data.rows[row].get("technique") or "none recorded").split(",")[:3]:
            found.setdefault(technique, []).append(probability[i])
    return {name: recall_of(np.array(values), high) for name, values in sorted(found.items())}


def by_program(data, rows, label, probability, high):
    found = {}
    for i, row in enumerate(rows):
        if label[i] == 1 and data.shell[row]:
            found.setdefault(str(data.name[row]), []).append(probability[i])
    return {name: recall_of(np.array(values), high) for name, values in sorted(found.items())}


def recall_of(values, high):
    return {"events": len(values), "recallAtDecision": float((values >= 0.5).mean()), "recallAtHigh": float((values >= high).mean())}


def false_positives(data, rows, label, probability):
    found = {}
    for i in np.argsort(-probability):
        if label[i] == 0 and probability[i] >= 0.5:
            row = data.rows[rows[i]]
            entry = found.setdefault(row["program"] or "unnamed", {"events": 0, "examples": []})
            entry["events"] += 1
            if len(entry["examples"]) < 2:
                entry["examples"].append(example(row))
    benign = {}
    for i, row in enumerate(rows):
        if label[i] == 0:
            name = data.rows[row]["program"] or "unnamed"
            benign[name] = benign.get(name, 0) + 1
    return {name: {**entry, "ofBenign": benign[name]} for name, entry in found.items()}


def missed(data, rows, label, probability):
    worst = [i for i in np.argsort(probability) if label[i] == 1][:15]
    return [example(data.rows[rows[i]]) for i in worst]


def example(row):
    """A line in normal spelling, cut, and the program that started it."""
    return {"line": row["text"][:70].strip(), "parent": row["parent"] or None}


if __name__ == "__main__":
    main(*sys.argv[1:])
