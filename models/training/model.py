"""The model: boosted trees over the dense columns beside a linear sum over hashed slots."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression

from data import BUCKETS, Data

# Weights are whole multiples of these, so that every sum of them is exact in single precision whatever
# the order of addition: a row's score cannot depend on its batch.
LEAF_STEP = 2.0**-14
SLOT_STEP = 2.0**-12
LEAST_SLOTS = 8


@dataclass
class Settings:
    seed: int = 20260821
    trees: int = 120
    leaves: int = 24
    learning_rate: float = 0.1
    linear_c: float = 4.0
    least_rows: int = 3
    linear_share: float = 1.5
    tree_share: float = 1.0


@dataclass
class Model:
    booster: lgb.Booster
    trees: list
    table: np.ndarray  # float32 [BUCKETS], entry 0 is the empty slot
    bias: float
    linear_share: float
    tree_share: float

    def linear(self, slots):
        # Sums of whole steps are exact; the rest is done as the network does it, in single precision.
        total = slots.dot(self.table.astype(np.float64)).astype(np.float32)
        filled = np.maximum(np.asarray(slots.sum(axis=1)).ravel(), LEAST_SLOTS).astype(np.float32)
        return total / np.sqrt(filled)

    def forest(self, dense):
        total = np.zeros(len(dense), np.float64)
        for tree in self.trees:
            total += tree.leaf_values[leaf_of(tree, dense)]
        return total.astype(np.float32)

    def margin(self, dense, slots):
        linear = self.linear(slots) * np.float32(self.linear_share)
        return linear + self.forest(dense) * np.float32(self.tree_share) + np.float32(self.bias)


@dataclass
class Tree:
    feature: np.ndarray  # -1 at a leaf
    threshold: np.ndarray  # float32: left when value <= threshold
    left: np.ndarray
    right: np.ndarray
    leaf_values: np.ndarray  # by node, whole multiples of LEAF_STEP
    cover: np.ndarray


def leaf_of(tree: Tree, dense):
    node = np.zeros(len(dense), int)
    while True:
        feature = tree.feature[node]
        inner = feature >= 0
        if not inner.any():
            return node
        value = dense[np.arange(len(dense)), np.maximum(feature, 0)]
        step = np.where(value <= tree.threshold[node], tree.left[node], tree.right[node])
        node = np.where(inner, step, node)


def fit(data: Data, rows: np.ndarray, settings: Settings) -> Model:
    table, intercept = fit_linear(data, rows, settings)
    booster = fit_trees(data, rows, settings)
    trees = [read_tree(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]
    return Model(booster, trees, table, settings.linear_share * intercept, settings.linear_share, settings.tree_share)


def fit_linear(data: Data, rows: np.ndarray, settings: Settings):
    slots = data.slots[rows]
    recorded = data.recorded[rows]
    support = np.asarray(slots[recorded].sum(axis=0)).ravel()
    kept = np.nonzero(support >= settings.least_rows)[0]
    filled = np.maximum(np.asarray(slots.sum(axis=1)).ravel(), LEAST_SLOTS)
    inputs = slots[:, kept].multiply(1 / np.sqrt(filled)[:, None]).tocsr()
    regression = LogisticRegression(
        C=settings.linear_c, solver="liblinear", tol=1e-3, max_iter=300, random_state=settings.seed
    )
    regression.fit(inputs, data.label[rows], sample_weight=data.weight[rows])
    table = np.zeros(BUCKETS, np.float32)
    table[kept] = np.round(regression.coef_[0] / SLOT_STEP) * SLOT_STEP
    table[0] = 0
    return table, float(np.round(regression.intercept_[0] / SLOT_STEP) * SLOT_STEP)


def fit_trees(data: Data, rows: np.ndarray, settings: Settings) -> lgb.Booster:
    parameters = dict(
        objective="binary",
        learning_rate=settings.learning_rate,
        num_leaves=settings.leaves,
        min_data_in_leaf=15,
        feature_fraction=0.35,
        bagging_fraction=0.7,
        bagging_freq=1,
        lambda_l2=8,
        path_smooth=5,
        max_bin=63,
        seed=settings.seed,
        num_threads=2,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )
    inputs = lgb.Dataset(data.dense[rows], data.label[rows], weight=data.weight[rows], feature_name=list(data.columns))
    return lgb.train(parameters, inputs, settings.trees)


def read_tree(root) -> Tree:
    nodes = []

    def visit(node):
        at = len(nodes)
        nodes.append(None)
        if "leaf_value" in node:
            value = round(node["leaf_value"] / LEAF_STEP) * LEAF_STEP
            nodes[at] = (-1, 0.0, -1, -1, value, node.get("leaf_count", 0))
        else:
            if node["decision_type"] != "<=":
                raise ValueError(f"decision {node['decision_type']} is not numeric")
            left = visit(node["left_child"])
            right = visit(node["right_child"])
            nodes[at] = (node["split_feature"], node["threshold"], left, right, 0.0, node["internal_count"])
        return at

    visit(root)
    feature, threshold, left, right, value, cover = (np.array(column) for column in zip(*nodes))
    return Tree(feature, round_down(threshold), left, right, value, cover)


def round_down(values):
    """The greatest single-precision number not above each double: `x <= t` keeps its answer for every single x."""
    single = values.astype(np.float32)
    above = single.astype(np.float64) > values
    return np.where(above, np.nextafter(single, np.float32(-np.inf)), single).astype(np.float32)
