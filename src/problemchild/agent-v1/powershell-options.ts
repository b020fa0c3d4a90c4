/**
 * PowerShell takes any unambiguous beginning of an option's name, so `-e`, `-enc` and
 * `-EncodedCommand` are one option. The shortest beginning that PowerShell accepts, and our spelling.
 */
const options: readonly (readonly [name: string, least: number, spelling: string])[] = [
  ['encodedcommand', 1, 'enc'],
  ['executionpolicy', 2, 'ep'],
  ['noprofile', 3, 'nop'],
  ['noninteractive', 4, 'noni'],
  ['nologo', 3, 'nol'],
  ['noexit', 3, 'noe'],
  ['windowstyle', 1, 'w'],
  ['command', 1, 'c'],
  ['file', 1, 'f'],
  ['version', 1, 'v'],
  ['inputformat', 3, 'inp'],
  ['outputformat', 1, 'o'],
];

/** The spelling of the option in `bytes[start, end)` (without its dash), if it is one of PowerShell's. */
export function psOptionOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 2) {
    const first = bytes[start];
    const second = bytes[start + 1];
    if (first === 101 && second === 99) return 'enc'; // -ec
    if (first === 101 && second === 112) return 'ep'; // -ep
  }
  for (const [name, least, spelling] of options) {
    if (length < least || length > name.length) continue;
    let i = 0;
    while (i < length && bytes[start + i] === name.charCodeAt(i)) i++;
    if (i === length) return spelling;
  }
  return undefined;
}
