"""Left-out runs with one thing changed each: ablate.py <work folder>. Takes several minutes a run."""

import json
import sys
from pathlib import Path

import numpy as np

from card import WITHOUT_COPIES
from data import load
from model import Settings
from scores import left_out_scores, summarize


def main(work: str, *only: str) -> None:
    work = Path(work)
    path = work / "ablations.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    for name, change in RUNS.items():
        if only and name not in only:
            continue
        data, settings = load(work / "raw"), Settings()
        change(data, settings)
        held = left_out_scores(data, settings)
        found[name] = {
            part: summarize(held.label[mask], held.margin[mask])
            for part, mask in {
                "all": held.label >= 0,
                "context labels": data.origin[held.rows] == "context",
                "shells and LOLBins": data.shell[held.rows],
            }.items()
        }
        path.write_text(json.dumps(found, indent=1) + "\n")
        print(name, json.dumps(found[name]["all"]))


def without_admin(data, settings):
    data.weight[data.group == "benign-admin"] = 0


def shuffled_parents(data, settings):
    admin = (data.group == "benign-admin") & (data.label == 0)
    moved = data.weight[admin & (data.variant == "sparse")]
    data.weight[admin & (data.variant == "sparse")] = 0
    data.weight[admin & (data.variant == "borrowedParent")] = moved[0] if len(moved) else 0


def without_rules(data, settings):
    data.weight[data.group == "sigma-rules"] = 0


def without_known(data, settings):
    data.weight[data.group == "known-starts"] = 0


def without_later_known(data, settings):
    data.weight[(data.group == "known-starts") & (data.origin == "expert later")] = 0


def without_variants(data, settings):
    data.weight[data.variant != "asRecorded"] = 0


def linear_only(data, settings):
    settings.trees, settings.tree_share = 1, 0.0


def trees_only(data, settings):
    settings.linear_share = 0.0


RUNS = {
    "trees alone": trees_only,
    "linear part alone": linear_only,
    "without benign-admin": without_admin,
    "benign-admin with shuffled parents": shuffled_parents,
    "without examples of Sigma rules": without_rules,
    "without starts written by hand": without_known,
    "without those written after looking at errors": without_later_known,
    WITHOUT_COPIES: without_variants,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
