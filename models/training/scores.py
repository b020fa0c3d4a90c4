"""Scores of events by models that never saw their group."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from data import Data, unseen_rows
from model import Settings, fit


@dataclass
class HeldOut:
    rows: np.ndarray
    margin: np.ndarray
    label: np.ndarray


def left_out_scores(data: Data, settings: Settings, adjust=None) -> HeldOut:
    """Every fold's unseen rows, scored by a model trained on all the other groups."""
    parts = []
    for fold in sorted(set(data.fold) - {""}):
        rows = unseen_rows(data, fold)
        if len(rows) == 0:
            continue
        training = np.nonzero((data.fold != fold) & (data.weight > 0))[0]
        model = fit(data, training, settings)
        parts.append((rows, model.margin(data.dense[rows], data.slots[rows])))
    rows = np.concatenate([part[0] for part in parts])
    return HeldOut(rows, np.concatenate([part[1] for part in parts]).astype(np.float64), data.label[rows])


def cut_at(benign: np.ndarray, share: float) -> float:
    """The margin that at most `share` of the benign reach."""
    ordered = np.sort(benign)[::-1]
    allowed = int(np.floor(share * len(ordered)))
    return float((ordered[allowed - 1] + ordered[allowed]) / 2) if allowed > 0 else float(ordered[0] + 1e-3)


def recall_at(label: np.ndarray, margin: np.ndarray, share: float) -> float:
    benign = np.sort(margin[label == 0])[::-1]
    cut = benign[min(int(np.floor(share * len(benign))), len(benign) - 1)]
    return float((margin[label == 1] > cut).mean())


def summarize(label: np.ndarray, margin: np.ndarray) -> dict:
    out = {"events": int(len(label)), "malicious": int(label.sum()), "benign": int((label == 0).sum())}
    if 0 < label.sum() < len(label):
        out["auc"] = float(roc_auc_score(label, margin))
        out["averagePrecision"] = float(average_precision_score(label, margin))
        for share in (0.001, 0.005, 0.01):
            out[f"recallAt{share * 100:g}%"] = recall_at(label, margin, share)
    return out
