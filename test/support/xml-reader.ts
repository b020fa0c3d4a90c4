/** An element as a reference tool printed it. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: ReadElement[];
  /** Character data of the element itself, white space between elements left out. */
  text: string;
}

const token = /<\/[^>]*>|<([^\s/>!?]+)((?:\s+[^\s=]+="[^"]*")*)\s*(\/?)>|<[?!][^>]*>|[^<]+/g;
const attribute = /([^\s=]+)="([^"]*)"/g;

/** Reads the elements of an XML text, without a schema or a declaration. Enough for what tools print of events. */
export function readXml(xml: string): ReadElement[] {
  const root: ReadElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  for (const match of xml.matchAll(token)) {
    const [found, name, attributes, isEmpty] = match;
    const parent = open.at(-1)!;
    if (found.startsWith('</')) {
      if (parent.children.length > 0 && parent.text.trim() === '') parent.text = '';
      open.pop();
    } else if (name !== undefined) {
      const pairs = [...attributes!.matchAll(attribute)].map(([, key, value]) => [key, unescapeXml(value!)]);
      const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      parent.children.push(element);
      if (isEmpty === '') open.push(element);
    } else if (!found.startsWith('<')) {
      parent.text += unescapeXml(found);
    }
  }
  return root.children;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (found, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? found;
  });
}
