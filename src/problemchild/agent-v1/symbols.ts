/**
 * One-byte stand-ins for what must not be learnt by heart: a particular number, address or name.
 * They are control characters, which no command line holds after normalisation.
 */
export const symbol = {
  hex: 1,
  guid: 2,
  number: 3,
  publicAddress: 4,
  privateAddress: 5,
  loopback: 6,
  base64: 7,
  user: 8,
  nonAscii: 11,
  variable: 12,
  laboratory: 14,
  decoded: 15,
} as const;

const names: Readonly<Record<number, string>> = {
  [symbol.hex]: '<hex>',
  [symbol.guid]: '<guid>',
  [symbol.number]: '<number>',
  [symbol.publicAddress]: '<ip>',
  [symbol.privateAddress]: '<private-ip>',
  [symbol.loopback]: '<loopback>',
  [symbol.base64]: '<base64>',
  [symbol.user]: '<user>',
  [symbol.nonAscii]: '<non-ascii>',
  [symbol.variable]: '<variable>',
  [symbol.laboratory]: '<lab>',
  [symbol.decoded]: '<decoded>',
};

/** Normal text as a person reads it: printable ASCII only. */
export function spellOut(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the stand-ins are control characters
  return text.replaceAll(/[\x00-\x1f\x7f]/g, (unit) => names[unit.charCodeAt(0)] ?? '?');
}
