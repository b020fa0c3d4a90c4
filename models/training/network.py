"""The model as ONNX: float32 [N, dense + slots] in, P(malicious) as float32 [N, 1] out."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model import LEAST_SLOTS, Model


def build(model: Model, dense_width: int, slot_width: int, slope: float, offset: float) -> bytes:
    """P = sigmoid(slope * (margin - offset))."""
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    axis = constant("axis1", np.array([1], np.int64))
    split = constant("split", np.array([dense_width], np.int64))
    width = constant("width", np.array([dense_width + slot_width], np.int64))
    zero_index = constant("zero_index", np.array([0], np.int64))
    dense = node("Slice", ["input", zero_index, split, axis], "dense")
    slots = node("Slice", ["input", split, width, axis], "slots")

    # A slot that is no bucket (NaN, negative, too great) becomes one that exists; the agent writes none.
    index = node("Clip", [node("Cast", [slots], "slot_number", to=TensorProto.INT32),
                          constant("first_bucket", np.int32(0)),
                          constant("last_bucket", np.int32(len(model.table) - 1))], "bucket")
    table = constant("table", model.table)
    total = node("ReduceSum", [node("Gather", [table, index], "slot_weights", axis=0), axis], "slot_total", keepdims=1)
    filled = node("ReduceSum", [node("Min", [index, constant("one", np.int32(1))], "filled"), axis], "filled_total", keepdims=1)
    count = node("Max", [node("Cast", [filled], "filled_number", to=TensorProto.FLOAT),
                         constant("least", np.float32(LEAST_SLOTS))], "count")
    linear = node("Div", [total, node("Sqrt", [count], "root")], "linear")

    nodes.append(make_forest(model))
    share = node("Mul", [linear, constant("linear_share", np.float32(model.linear_share))], "linear_part")
    trees = node("Mul", ["forest", constant("tree_share", np.float32(model.tree_share))], "tree_part")
    margin = node("Add", [node("Add", [share, trees], "sum"), constant("bias", np.float32(model.bias))], "margin")
    shifted = node("Sub", [margin, constant("offset", np.float32(offset))], "shifted")
    node("Sigmoid", [node("Mul", [shifted, constant("slope", np.float32(slope))], "log_odds")], "probability")

    graph = helper.make_graph(
        nodes,
        "agent-v1",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", dense_width + slot_width])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["N", 1])],
        constants,
    )
    network = helper.make_model(
        graph,
        producer_name="problemchild-agent",
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
    )
    network.ir_version = 8
    onnx.checker.check_model(network)
    return network.SerializeToString(deterministic=True)


def make_forest(model: Model):
    columns = {name: [] for name in (
        "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes", "nodes_truenodeids",
        "nodes_falsenodeids", "nodes_missing_value_tracks_true", "nodes_hitrates",
        "target_treeids", "target_nodeids", "target_ids", "target_weights",
    )}

    def put(**values):
        for name, value in values.items():
            columns[name].append(value)

    for tree_id, tree in enumerate(model.trees):
        for at in range(len(tree.feature)):
            leaf = tree.feature[at] < 0
            put(
                nodes_treeids=tree_id, nodes_nodeids=at, nodes_featureids=0 if leaf else int(tree.feature[at]),
                nodes_values=float(tree.threshold[at]), nodes_modes="LEAF" if leaf else "BRANCH_LEQ",
                nodes_truenodeids=0 if leaf else int(tree.left[at]),
                nodes_falsenodeids=0 if leaf else int(tree.right[at]),
                nodes_missing_value_tracks_true=0, nodes_hitrates=1.0,
            )
            if leaf:
                put(target_treeids=tree_id, target_nodeids=at, target_ids=0, target_weights=float(tree.leaf_values[at]))
    return helper.make_node(
        "TreeEnsembleRegressor", ["dense"], ["forest"], name="forest", domain="ai.onnx.ml",
        n_targets=1, aggregate_function="SUM", post_transform="NONE", **columns,
    )
