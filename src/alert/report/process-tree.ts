import { escapeHtml, shortenEnd, shortenMiddle } from '../../text/index.ts';
import type { IncidentDocument } from '../incident/index.ts';

type Story = IncidentDocument['problemchild']['incident'];

/** A process in the drawing. */
interface TreeNode {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly line: string;
  /** `undefined` for a process that is there only as an ancestor. */
  readonly score: number | undefined;
  readonly time: string;
  readonly children: TreeNode[];
}

const rowHeight = 26;
const indent = 24;
const margin = 14;
const maxDepth = 12;
const nodesDrawn = 150;
const nameLength = 40;
const lineLength = 110;
const characterWidth = 7.3;

/** The incident's processes as a tree, drawn as SVG: a row each, below the one that started it. */
export function drawProcessTree(story: Story): string {
  const roots = buildForest(story);
  const rows: { readonly node: TreeNode; readonly depth: number; readonly parentRow: number | undefined }[] =
    [];
  const place = (node: TreeNode, depth: number, parentRow: number | undefined): void => {
    if (rows.length === nodesDrawn) return;
    const row = rows.length;
    rows.push({ node, depth: Math.min(depth, maxDepth), parentRow });
    for (const child of node.children) place(child, depth + 1, row);
  };
  for (const root of roots) place(root, 0, undefined);
  const marks: string[] = [];
  let width = 600;
  for (const [row, { node, depth, parentRow }] of rows.entries()) {
    const x = margin + depth * indent;
    const y = margin + row * rowHeight;
    if (parentRow !== undefined) {
      const px = margin + rows[parentRow]!.depth * indent;
      const py = margin + parentRow * rowHeight;
      marks.push(`<path class="link" d="M${px} ${py + 6}V${y}H${x - 6}"/>`);
    }
    const name = shortenEnd(node.name, nameLength);
    const line = shortenMiddle(node.line, lineLength);
    const score = node.score === undefined ? '' : ` ${node.score.toFixed(3)}`;
    width = Math.max(width, x + 20 + characterWidth * (name.length + score.length + line.length + 4));
    marks.push(
      `<g><title>${escapeHtml(`${node.time} ${node.line}`)}</title><circle class="dot ${dotClass(node.score)}" cx="${x}" cy="${y}" r="5"/>` +
        `<text x="${x + 12}" y="${y + 4}">${escapeHtml(name)}<tspan class="soft">${escapeHtml(`${score}  ${line}`)}</tspan></text></g>`,
    );
  }
  const height = 2 * margin + Math.max(0, rows.length - 1) * rowHeight;
  const drawing = `<svg role="img" aria-label="Process tree" width="${Math.ceil(width)}" height="${height}" viewBox="0 0 ${Math.ceil(width)} ${height}">${marks.join('')}</svg>`;
  const further = new Set(story.timeline.map(idOf)).size + story.ancestors.length - rows.length;
  const note = further > 0 ? `<p class="soft">and ${further} more processes</p>` : '';
  return `<div class="drawing">${drawing}</div>${note}`;
}

/** How a score is coloured. */
export function dotClass(score: number | undefined): string {
  if (score === undefined) return 'known';
  if (score > 0.98) return 'severe';
  return score >= 0.5 ? 'flagged' : '';
}

function buildForest({ timeline, ancestors }: Story): TreeNode[] {
  const nodes = new Map<string, TreeNode>();
  for (const ancestor of ancestors) {
    nodes.set(ancestor.entity_id, {
      id: ancestor.entity_id,
      parentId: ancestor.parent_entity_id,
      name: ancestor.name ?? '?',
      line: ancestor.command_line ?? '',
      score: undefined,
      time: ancestor.start ?? '',
      children: [],
    });
  }
  for (const member of timeline) {
    const id = idOf(member);
    if (nodes.has(id)) continue;
    nodes.set(id, {
      id,
      parentId: member.parent_entity_id,
      name: member.name ?? '?',
      line: member.command_line ?? '',
      score: member.malicious_probability,
      time: member['@timestamp'] ?? '',
      children: [],
    });
  }
  const roots: TreeNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.parentId === undefined ? undefined : nodes.get(node.parentId);
    // A document that was tampered with may hold a circle: whoever comes second in it becomes a root.
    if (parent === undefined || descends(parent, node, nodes)) roots.push(node);
    else parent.children.push(node);
  }
  const byTime = (a: TreeNode, b: TreeNode): number => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0);
  for (const node of nodes.values()) node.children.sort(byTime);
  return roots.sort(byTime);
}

function descends(node: TreeNode, from: TreeNode, nodes: ReadonlyMap<string, TreeNode>): boolean {
  const seen = new Set<TreeNode>();
  for (let at: TreeNode | undefined = node; at !== undefined && !seen.has(at); ) {
    if (at === from) return true;
    seen.add(at);
    at = at.parentId === undefined ? undefined : nodes.get(at.parentId);
  }
  return false;
}

function idOf({ entity_id, event_id }: Story['timeline'][number]): string {
  return entity_id ?? event_id;
}
