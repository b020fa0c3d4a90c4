"""Plots as plain SVG, so that the card needs no plotting library and every run writes the same bytes."""

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

WIDTH, HEIGHT, LEFT, TOP = 480, 360, 60, 40
INNER_W, INNER_H = WIDTH - LEFT - 20, HEIGHT - TOP - 50


def write(folder, label, margin, probability):
    false, true, _ = roc_curve(label, margin)
    (folder / "roc.svg").write_text(chart("ROC on left-out groups", "false positive rate (log)", "recall",
                                          [(log_scale(false), true)], [(x, t) for x, t in zip(log_scale(TICKS), ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"])]))
    precision, recall, _ = precision_recall_curve(label, margin)
    (folder / "precision-recall.svg").write_text(chart("Precision and recall on left-out groups", "recall", "precision", [(recall, precision)]))
    bins = np.linspace(0, 1, 11)
    xs, ys = [], []
    for low, high in zip(bins, bins[1:]):
        mask = (probability >= low) & (probability <= high)
        if mask.sum() >= 5:
            xs.append(float(probability[mask].mean()))
            ys.append(float(label[mask].mean()))
    (folder / "calibration.svg").write_text(chart("Calibration on left-out groups", "probability given", "share malicious",
                                                  [(np.array(xs), np.array(ys)), (np.array([0, 1]), np.array([0, 1]))]))
    low, high = float(np.percentile(margin, 0.1)), float(np.percentile(margin, 99.9))
    edges = np.linspace(low, high, 41)
    series = []
    for value in (0, 1):
        counts, _ = np.histogram(np.clip(margin[label == value], low, high), edges)
        series.append(((edges[:-1] - low) / (high - low), counts / counts.max()))
    (folder / "scores.svg").write_text(chart("Margins: benign (first) and malicious (second)", "margin, low to high", "share of the tallest bin", series))


TICKS = np.array([1e-4, 1e-3, 1e-2, 1e-1, 1.0])


def log_scale(values):
    return (np.log10(np.maximum(values, 1e-4)) + 4) / 4


def chart(title, x_name, y_name, series, x_ticks=None):
    colours = ["#1f4e79", "#b5451b"]
    ticks = x_ticks or [(v, f"{v:g}") for v in (0, 0.25, 0.5, 0.75, 1)]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
             f"<title>{title}</title>",
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
             f'<text x="{LEFT}" y="22" font-size="14">{title}</text>']
    for value, name in ticks:
        x = LEFT + value * INNER_W
        parts.append(f'<path d="M{x:.1f} {TOP}V{TOP + INNER_H}" stroke="#ddd"/><text x="{x:.1f}" y="{TOP + INNER_H + 16}" text-anchor="middle">{name}</text>')
    for value in (0, 0.25, 0.5, 0.75, 1):
        y = TOP + (1 - value) * INNER_H
        parts.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + INNER_W}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for (xs, ys), colour in zip(series, colours):
        step = max(1, len(xs) // 600)
        points = " ".join(f"{LEFT + x * INNER_W:.1f},{TOP + (1 - y) * INNER_H:.1f}" for x, y in zip(xs[::step], ys[::step]))
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>')
    parts.append(f'<text x="{LEFT + INNER_W / 2}" y="{HEIGHT - 10}" text-anchor="middle">{x_name}</text>')
    parts.append(f'<text transform="translate(14 {TOP + INNER_H / 2}) rotate(-90)" text-anchor="middle">{y_name}</text></svg>')
    return "\n".join(parts) + "\n"
