import type { XmlChild, XmlElement } from './xml-tree.ts';

/** The event as XML text, indented by two spaces, one element a line; text as it is, escaped. */
export function renderXmlTree(nodes: readonly XmlChild[]): string {
  return nodes.map((node) => renderChild(node, '')).join('\n');
}

function renderChild(node: XmlChild, indent: string): string {
  if (typeof node === 'string') return escapeXml(node);
  return 'target' in node ? `${indent}<?${node.target} ${node.data}?>` : renderElement(node, indent);
}

function renderElement(element: XmlElement, indent: string): string {
  const attributes = element.attributes.map(({ name, value }) => ` ${name}="${escapeXml(value)}"`).join('');
  const start = `${indent}<${element.name}${attributes}`;
  if (element.children.length === 0) return `${start}/>`;
  if (element.children.some((child) => typeof child === 'string')) {
    return `${start}>${element.children.map((child) => renderChild(child, '')).join('')}</${element.name}>`;
  }
  const children = element.children.map((child) => renderChild(child, `${indent}  `)).join('\n');
  return `${start}>\n${children}\n${indent}</${element.name}>`;
}

const unsafe = /[<>&"\r]|[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const references: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
};

/** Characters that XML cannot hold, not even as references, come out as references all the same: visibly. */
function escapeXml(text: string): string {
  return text.replace(unsafe, (found) => references[found] ?? `&#x${found.codePointAt(0)!.toString(16)};`);
}
