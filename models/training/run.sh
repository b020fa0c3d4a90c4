#!/bin/sh
# One command for each step of the model, from the repository's root. Events: ../shared/data unless DATA says otherwise.
set -eu
cd "$(dirname "$0")/../.."
data=${DATA:-../shared/data}
work=build/model
python=models/training/.venv/bin/python
# Idle threads sleep: spinning ones starve the others where cores are shared.
export OMP_WAIT_POLICY=passive

environment() {
  [ -x "$python" ] && return
  python3.11 -m venv models/training/.venv
  "$python" -m pip install --quiet --require-hashes -r models/training/requirements.lock
}

matrix() {
  "$python" models/training/make_sigma_events.py "$data/sigma/rules" "$work/sigma"
  "$python" models/training/make_known_events.py "$work/known"
  node models/training/export-matrix.ts agent-v1 "$work/raw" "$data/process-events" "$work/sigma" "$work/known"
}

train() {
  "$python" models/training/train.py "$work" "$1"
  node models/training/measure-reference.ts "$1" "$data/process-events"
}

environment
case "${1:-}" in
  train)
    matrix
    train models/agent-v1
    ;;
  evaluate)
    [ -f "$work/sigma.json" ] || "$python" models/training/compare_sigma.py "$work" "$data/process-events" "$data/sigma/rules"
    "$python" models/training/evaluate.py "$work" models/agent-v1
    ;;
  ablate)
    node models/training/export-categories.ts elastic-g2 "$work/raw" "$work/elastic-g2" "$data/process-events" "$work/sigma" "$work/known"
    "$python" models/training/ablate_elastic.py "$work"
    "$python" models/training/ablate.py "$work"
    ;;
  verify)
    # Trains again beside the shipped bundle: the weights must be the same bytes.
    matrix
    train "$work/again/agent-v1"
    cmp models/agent-v1/model.onnx "$work/again/agent-v1/model.onnx"
    cmp models/agent-v1/explanation.json.gz "$work/again/agent-v1/explanation.json.gz"
    echo "the weights are reproduced"
    ;;
  *)
    echo "usage: run.sh train|evaluate|ablate|verify" >&2
    exit 2
    ;;
esac
