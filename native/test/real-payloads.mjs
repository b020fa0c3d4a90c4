// Turns the recorded kernel payloads into lines for real_payloads_test:
// opcode, version, pid, parent, session, exit status, flags, then six hexadecimal texts and the payload.
import { readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const hex = (text, encoding) => `x${Buffer.from(text ?? '', encoding).toString('hex')}`;
for (const { opcode, version, payloadHex, expected: e } of JSON.parse(readFileSync(file, 'utf8')).events) {
  const numbers = [opcode, version, e.processId, e.parentId, e.sessionId, e.exitStatus >>> 0, e.flags];
  const texts = [
    hex(e.userSid, 'latin1'),
    hex(e.imageFileName, 'latin1'),
    hex(e.commandLine, 'utf16le'),
    hex(e.packageFullName, 'utf16le'),
    hex(e.applicationId, 'utf16le'),
    `x${payloadHex}`,
  ];
  process.stdout.write(`${[...numbers, ...texts].join(' ')}\n`);
}
