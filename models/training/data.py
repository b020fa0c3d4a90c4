"""The exported matrix with its labels, corrected by the rules written down here, and weighted."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

BUCKETS = 2**17

# Sources that share a laboratory leave together: a fold is what the model never saw.
FOLDS = {
    "evtx-attack-samples": "evtx-attack-samples",
    "evtx-to-mitre-attack": "evtx-to-mitre-attack",
    "mstic": "mstic",
    "otrf-atomic": "otrf",
    "otrf-compound": "otrf",
    "splunk-range": "splunk",
    "splunk-capattack": "splunk",
    "dfirartifactmuseum": "dfirartifactmuseum",
    # Six small collections with little in common leave in one go, which is stricter and six times as fast.
    "msticpy-pub": "small",
    "python-evtx": "small",
    "sigma": "small",
    "evtx": "small",
    "velociraptor": "small",
    "whids": "small",
}

SHELLS_AND_LOLBINS = set(
    "cmd powershell pwsh wscript cscript mshta rundll32 regsvr32 certutil bitsadmin wmic schtasks at sc net net1 reg "
    "netsh msbuild installutil regasm regsvcs csc msiexec wevtutil vssadmin bcdedit forfiles pcalua hh whoami curl ftp "
    "cmstp odbcconf".split()
)


@dataclass
class Data:
    columns: list
    dense: np.ndarray
    slots: sp.csr_matrix
    rows: list
    label: np.ndarray  # 1 malicious, 0 benign, -1 not used
    weight: np.ndarray
    group: np.ndarray
    fold: np.ndarray
    variant: np.ndarray
    key: np.ndarray
    origin: np.ndarray
    name: np.ndarray
    shell: np.ndarray
    corrections: dict

    @property
    def recorded(self):
        return self.variant == "asRecorded"


def load(folder: str) -> Data:
    folder = Path(folder)
    columns = json.loads((folder / "columns.json").read_text())
    dense_width = sum(not name.startswith("slot.") for name in columns)
    matrix = np.fromfile(folder / "matrix.f32", dtype="<f4").reshape(-1, len(columns))
    rows = [json.loads(line) for line in (folder / "rows.ndjson").read_text().splitlines()]
    buckets = matrix[:, dense_width:].astype(np.int64)
    at_row, at_slot = np.nonzero(buckets)
    slots = sp.csr_matrix(
        (np.ones(len(at_row), np.float32), (at_row, buckets[at_row, at_slot])), shape=(len(rows), BUCKETS)
    )

    def field(name):
        return np.array([row.get(name) or "" for row in rows])

    group, variant, name = field("group"), field("variant"), field("name")
    label, corrections = correct_labels(rows)
    data = Data(
        columns=columns[:dense_width],
        dense=matrix[:, :dense_width].copy(),
        slots=slots,
        rows=rows,
        label=label,
        weight=np.ones(len(rows)),
        group=group,
        fold=np.array([FOLDS.get(g, "") for g in group]),
        variant=variant,
        key=field("key"),
        origin=field("origin"),
        name=name,
        shell=np.isin(name, list(SHELLS_AND_LOLBINS)),
        corrections=corrections,
    )
    data.weight = weigh(data)
    return data


# Rules of correction, in order; the first that matches decides. Each names what is wrong with the labels it
# changes. `None` leaves the row out of training and of every score.
CORRECTIONS = [
    (
        "console hosts carry no evidence of their own",
        lambda r: r["label"] == "malicious" and r["program"] == "conhost" and "--headless" not in r["text"]
        and r["folder"] == 0,
        None,
    ),
    (
        "Azure's Network Watcher runs netsh trace and its helpers by itself",
        lambda r: r["label"] == "malicious"
        and ("networkwatcher" in r["parentText"] or (r["program"] in ("netsh", "dispdiag") and "\\<guid>.etl" in r["parentText"] + r["text"])),
        "benign",
    ),
    (
        "a security product's own notice quotes the attack it blocked",
        lambda r: r["label"] == "malicious" and r["program"] == "elastic-endpoint",
        "benign",
    ),
    (
        "crash reports and remoting hosts start around an attack without being one",
        lambda r: r["label"] == "malicious"
        and r["program"] in ("werfault", "wermgr", "wsmprovhost", "dispdiag")
        and r["folder"] in (0, 1),
        None,
    ),
    (
        "the batch file that drives an exercise is not the attack",
        lambda r: r["label"] == "malicious" and re.search(r"simulate(attack|detections|alerts)", r["text"]) is not None,
        None,
    ),
    (
        "a monitoring agent's script that ran inside an attack window",
        lambda r: r["label"] == "malicious" and "monitorknowledgediscovery" in r["text"],
        "benign",
    ),
    (
        "waiting, by ping of a fixed count, is done by everyone",
        lambda r: r["label"] == "malicious" and r["group"] == "mstic" and r["program"] == "ping",
        None,
    ),
    (
        "a program that the update client's DLL loader started",
        lambda r: r["label"] == "benign" and "-updatedeploymentprovider c:\\programdata" in r["parentText"],
        "malicious",
    ),
]


def correct_labels(rows):
    values = {"malicious": 1, "benign": 0, "unknown": -1, None: -1}
    label = np.empty(len(rows), int)
    counts = {}
    for i, row in enumerate(rows):
        given = row["label"]
        for why, matches, instead in CORRECTIONS:
            if matches(row):
                given = instead
                if row["variant"] == "asRecorded":
                    counts[why] = counts.get(why, 0) + row["count"]
                break
        label[i] = values[given]
    return label, counts


GROUP_WEIGHTS = {"benign-admin": 0.35, "atomic-red-team": 0.5, "lolbas": 0.5, "sigma-rules": 0.3, "known-starts": 1.0}
VARIANT_WEIGHTS = {"asRecorded": 1.0, "ownParent": 0.0, "borrowedParent": 0.0, "withoutParent": 0.25, "sparse": 0.25, "respelled": 0.25, "renamed": 0.15, "asSystem": 0.08}


def weigh(data: Data) -> np.ndarray:
    weight = np.array([VARIANT_WEIGHTS[v] for v in data.variant])
    weight *= np.array([GROUP_WEIGHTS.get(g, 1.0) for g in data.group])
    # A thousand spellings of one native-image job are one job.
    weight[np.isin(data.name, ["mscorsvw", "ngen"])] *= 0.05
    # benign-admin's generator dressed ordinary scripts as hidden or encoded commands: its style, not its world's.
    admin = data.group == "benign-admin"
    weight[admin & (column(data, "line.base64") > 0)] *= 0.05
    weight[admin & (column(data, "line.family.hiddenShell") > 0)] *= 0.3
    weight[data.label < 0] = 0
    return weight


def column(data: Data, name: str) -> np.ndarray:
    return data.dense[:, data.columns.index(name)]


def unseen_rows(data: Data, fold: str) -> np.ndarray:
    """Recorded rows of a fold, one per key, without any key that training on the other folds sees."""
    known = set(data.key[(data.fold != fold) & data.recorded & (data.label >= 0)])
    seen, rows = set(), []
    for i in np.nonzero((data.fold == fold) & data.recorded & (data.label >= 0))[0]:
        if data.key[i] in known or (data.key[i], data.label[i]) in seen:
            continue
        seen.add((data.key[i], data.label[i]))
        rows.append(i)
    return np.array(rows, int)
