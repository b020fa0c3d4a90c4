"""From an exported matrix to a bundle: python train.py <work folder> <bundle folder>."""

import gzip
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

import network
from data import load
from model import LEAST_SLOTS, SLOT_STEP, Settings, fit
from scores import cut_at, left_out_scores, summarize

DECISION_FALSE_POSITIVES = 0.005
HIGH_FALSE_POSITIVES = 0.001
# Of command lines of administration, under their parents, no more than this may reach the high cut: responses ask for it.
HIGH_ADMINISTRATION = 0.01
HIGH_PROBABILITY = 0.98


def main(work: str, bundle_folder: str) -> None:
    work, folder = Path(work), Path(bundle_folder)
    matrix_folder = work / "raw"
    data = load(matrix_folder)
    settings = Settings()
    held_out = left_out_scores(data, settings)
    np.savez(work / "held-out.npz", rows=held_out.rows, margin=held_out.margin, label=held_out.label)
    rows = np.nonzero(data.weight > 0)[0]
    model = fit(data, rows, settings)
    benign = held_out.margin[held_out.label == 0]
    admin = np.nonzero((data.group == "benign-admin") & (data.variant == "ownParent") & (data.label == 0))[0]
    administration = model.margin(data.dense[admin], data.slots[admin]).astype(np.float64)
    decision = cut_at(benign, DECISION_FALSE_POSITIVES)
    high = max(cut_at(benign, HIGH_FALSE_POSITIVES), cut_at(administration, HIGH_ADMINISTRATION))
    # Log-odds linear in the margin: 0 at the decision cut, those of 0.98 at the high cut.
    slope = float(np.float32(np.log(HIGH_PROBABILITY / (1 - HIGH_PROBABILITY)) / (high - decision)))
    offset = float(np.float32(decision))

    inputs = json.loads((matrix_folder / "columns.json").read_text())
    dense_width = len(data.columns)
    weights = network.build(model, dense_width, len(inputs) - dense_width, slope, offset)
    difference = compare(weights, model, data, matrix_folder, len(inputs), slope, offset)
    if not difference < 1e-5:
        raise SystemExit(f"the network differs from the trained model by {difference}")

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(weights)
    explanation = explain(model, slope, offset)
    (folder / "explanation.json.gz").write_bytes(explanation)
    recorded = data.recorded[rows]
    bundle = {
        "formatVersion": 1,
        "name": "agent-v1",
        "featureSet": {"name": "agent-v1", "version": 1},
        "inputs": inputs,
        "weights": {"sha256": hashlib.sha256(weights).hexdigest()},
        "classLabels": ["benign", "malicious"],
        "maliciousClass": 1,
        "decisionThreshold": 0.5,
        "highProbabilityThreshold": HIGH_PROBABILITY,
        "training": {
            "malicious": int((data.label[rows][recorded] == 1).sum()),
            "benign": int((data.label[rows][recorded] == 0).sum()),
            "rows": int(len(rows)),
            "denseColumns": dense_width,
            "settings": vars(settings),
            "calibration": {"slope": slope, "offset": offset, "highMargin": high},
            "explanation": {"sha256": hashlib.sha256(explanation).hexdigest()},
            "networkDifference": difference,
        },
        "metrics": summarize(held_out.label, held_out.margin),
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=1) + "\n")
    print(json.dumps({"sha256": bundle["weights"]["sha256"], "bytes": len(weights), "networkDifference": difference}))
    for name, mask in (("all", held_out.label >= 0), ("context", data.origin[held_out.rows] == "context"),
                       ("shells", data.shell[held_out.rows])):
        print(name, json.dumps(summarize(held_out.label[mask], held_out.margin[mask])))


def explain(model, slope, offset) -> bytes:
    """What src/problemchild/explanation-loader.ts reads: the trees and the linear weights."""
    buckets = np.nonzero(model.table)[0]
    document = {
        "slope": slope, "offset": offset, "bias": model.bias,
        "linearShare": model.linear_share, "treeShare": model.tree_share,
        "leastSlots": LEAST_SLOTS, "slotStep": SLOT_STEP,
        "buckets": np.diff(buckets, prepend=0).tolist(),
        "steps": np.round(model.table[buckets] / SLOT_STEP).astype(int).tolist(),
        "trees": [
            {"feature": tree.feature.tolist(), "threshold": tree.threshold.astype(float).tolist(),
             "left": tree.left.tolist(), "right": tree.right.tolist(), "value": tree.leaf_values.tolist(),
             "cover": np.maximum(tree.cover, 1).tolist()}
            for tree in model.trees
        ],
    }
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)


def compare(weights, model, data, matrix_folder, width, slope, offset) -> float:
    """Greatest difference between the network's probability and the trained model's, over every row."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    matrix = np.memmap(Path(matrix_folder) / "matrix.f32", dtype="<f4", mode="r").reshape(-1, width)
    worst = 0.0
    for at in range(0, len(matrix), 4096):
        found = session.run(None, {"input": np.array(matrix[at : at + 4096])})[0].ravel()
        margin = model.margin(data.dense[at : at + 4096], data.slots[at : at + 4096]).astype(np.float64)
        expected = 1 / (1 + np.exp(-slope * (margin - offset)))
        worst = max(worst, float(np.abs(found - expected).max()))
    return worst


if __name__ == "__main__":
    main(*sys.argv[1:])
