"""The same left-out groups with Elastic's features instead: ablate_elastic.py <work folder>.

Plain boosted trees over each feature's target mean and frequency, the two encodings of Elastic's own models.
A fold's encodings come from its training events alone, and each training group's target means from the other
training groups, so that a rare value cannot tell the trees its own label. Respelled, renamed and field-poor
copies of events are agent-v1's and are not used here.
"""

import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np

from data import load, unseen_rows
from model import Settings
from scores import summarize

# Texts that Elastic cuts into bigrams: whole, they name one event rather than a kind.
WHOLE_TEXTS = {f"feature_{name}" for name in ("process_name", "process_parent_name", "process_executable",
                                              "process_parent_executable", "command_line")}
PRIOR_ROWS = 10


def main(work: str) -> None:
    work = Path(work)
    data = load(work / "raw")
    names = json.loads((work / "elastic-g2/columns.json").read_text())
    codes = np.fromfile(work / "elastic-g2/codes.i32", dtype="<i4").reshape(-1, len(names))
    # A column at a time is what everything below reads.
    codes = np.ascontiguousarray(codes[:, [column["name"] not in WHOLE_TEXTS for column in names]].T)
    matrix_rows = np.array(json.loads((work / "elastic-g2/rows.json").read_text()))
    place = np.full(len(data.rows), -1)
    place[matrix_rows] = np.arange(len(matrix_rows))

    rows, margin = [], []
    for fold in sorted(set(data.fold) - {""}):
        unseen = unseen_rows(data, fold)
        if len(unseen) == 0:
            continue
        training = np.nonzero((data.fold != fold) & (data.weight > 0) & data.recorded)[0]
        inputs = encode_training(codes[:, place[training]], data, training)
        booster = train(inputs, data.label[training], data.weight[training])
        held = encode(codes[:, place[unseen]], *tables(codes[:, place[training]], data, training))
        rows.append(unseen)
        margin.append(booster.predict(held, raw_score=True))
        print(fold, len(training), len(unseen), flush=True)
    rows, margin = np.concatenate(rows), np.concatenate(margin)
    label = data.label[rows]
    found = {
        part: summarize(label[mask], margin[mask])
        for part, mask in {
            "all": label >= 0,
            "context labels": data.origin[rows] == "context",
            "shells and LOLBins": data.shell[rows],
        }.items()
    }
    (work / "elastic.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def tables(codes, data, rows):
    """By column, the target mean and the frequency of each value; the last entry is that of an unseen one."""
    weight, label = data.weight[rows], data.label[rows]
    prior = float((weight * label).sum() / weight.sum())
    means, frequencies = [], []
    for column in codes:
        known = column >= 0
        width = int(column.max(initial=-1)) + 2
        count = np.bincount(column[known], weight[known], width)
        hits = np.bincount(column[known], (weight * label)[known], width)
        means.append((hits + PRIOR_ROWS * prior) / (count + PRIOR_ROWS))
        frequencies.append(count / weight.sum())
    return means, frequencies


def encode(codes, means, frequencies):
    out = np.full((codes.shape[1], 2 * len(codes)), np.nan, np.float32, order="F")
    for i, column in enumerate(codes):
        known = column >= 0
        value = np.minimum(column[known], len(means[i]) - 1)
        out[known, 2 * i] = means[i][value]
        out[known, 2 * i + 1] = frequencies[i][value]
    return out


def encode_training(codes, data, rows):
    out = encode(codes, *tables(codes, data, rows))
    for fold in set(data.fold[rows]):
        inside = data.fold[rows] == fold
        means, frequencies = tables(codes[:, ~inside], data, rows[~inside])
        out[inside, ::2] = encode(codes[:, inside], means, frequencies)[:, ::2]
    return out


def train(inputs, label, weight):
    settings = Settings()
    parameters = dict(objective="binary", learning_rate=settings.learning_rate, num_leaves=settings.leaves,
                      min_data_in_leaf=15, feature_fraction=0.35, bagging_fraction=0.7, bagging_freq=1, lambda_l2=8,
                      max_bin=63, seed=settings.seed, num_threads=1, deterministic=True, force_row_wise=True, verbose=-1)
    return lgb.train(parameters, lgb.Dataset(inputs, label, weight=weight), settings.trees)


if __name__ == "__main__":
    main(*sys.argv[1:])
