import { createKeywordScanner } from './keyword-scanner.ts';

/**
 * Generation 1's blocklist as it last stood: its 37th entry, `-embedding`, was dropped in package 2.0.0
 * because every COM server start carries it.
 */
const blocklist = [
  'dump',
  'privilege',
  'administrator',
  'password',
  'key',
  'shadowcopy',
  'delete',
  'masquerade',
  'evil',
  'bad',
  'anonymous',
  'allprofiles',
  '.hta',
  'createobject',
  'target',
  'suspicious',
  'obfuscated',
  'bypass',
  'bootstatuspolicy',
  'recoveryenabled',
  'systemstatebackup',
  'comspec',
  'base64string',
  '.text.encoding',
  '.compression.',
  'memorystream',
  'writeallbytes',
  'webclient',
  'downloadfile',
  'downloadstring',
  'bitstransfer',
  'invoke-exp',
  'invoke-web',
  'reflection.assembly',
  'assembly.gettype',
  'sockets',
] as const;

const scan = createKeywordScanner(blocklist);
const hits = new Uint8Array(blocklist.length);

/**
 * Whether generation 1 would set `blocklist_label` to 1 on an event its model calls benign: any keyword
 * anywhere in the text, no word boundaries (`key` is in `hkey_local_machine`).
 * @param commandLine fully normalised.
 */
export function matchesBlocklist(commandLine: string): boolean {
  return scan(commandLine, hits);
}
