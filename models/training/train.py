"""From an exported matrix to a bundle: python train.py <matrix folder> <bundle folder>."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

import network
from data import load, unseen_rows
from model import Settings, fit
from scores import left_out_scores, cut_at

DECISION_FALSE_POSITIVES = 0.005
HIGH_FALSE_POSITIVES = 0.001
HIGH_PROBABILITY = 0.98


def main(matrix_folder: str, bundle_folder: str) -> None:
    data = load(matrix_folder)
    settings = Settings()
    held_out = left_out_scores(data, settings)
    benign = held_out.margin[held_out.label == 0]
    decision, high = cut_at(benign, DECISION_FALSE_POSITIVES), cut_at(benign, HIGH_FALSE_POSITIVES)
    # Log-odds linear in the margin: 0 at the decision cut, those of 0.98 at the high cut.
    slope = float(np.log(HIGH_PROBABILITY / (1 - HIGH_PROBABILITY)) / (high - decision))

    rows = np.nonzero(data.weight > 0)[0]
    model = fit(data, rows, settings)
    slot_width = json.loads((Path(matrix_folder) / "columns.json").read_text())
    inputs = slot_width
    dense_width = len(data.columns)
    weights = network.build(model, dense_width, len(inputs) - dense_width, slope, float(decision))
    difference = compare(weights, model, data, matrix_folder, len(inputs), slope, decision)
    if not difference < 1e-5:
        raise SystemExit(f"the network differs from the trained model by {difference}")

    folder = Path(bundle_folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(weights)
    bundle = {
        "formatVersion": 1,
        "name": folder.name,
        "featureSet": {"name": "agent-v1", "version": 1},
        "inputs": inputs,
        "weights": {"sha256": hashlib.sha256(weights).hexdigest()},
        "classLabels": ["benign", "malicious"],
        "maliciousClass": 1,
        "decisionThreshold": 0.5,
        "highProbabilityThreshold": HIGH_PROBABILITY,
        "training": {
            "rows": int(len(rows)),
            "distinctEvents": int(data.recorded[rows].sum()),
            "malicious": int((data.label[rows][data.recorded[rows]] == 1).sum()),
            "benign": int((data.label[rows][data.recorded[rows]] == 0).sum()),
            "settings": vars(settings),
            "corrections": data.corrections,
            "networkDifference": float(difference),
        },
        "metrics": {},
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=1) + "\n")
    print(json.dumps({"sha256": bundle["weights"]["sha256"], "bytes": len(weights), "networkDifference": difference,
                      "decision": float(decision), "high": float(high), "slope": slope}))


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
