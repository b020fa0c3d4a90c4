const space = 0x20;
const tab = 0x09;
const quoteMark = 0x22;
const backslash = 0x5c;

/**
 * A command line in the arguments a C program sees, by the rules of CommandLineToArgvW:
 * the program's name ends at white space, or at the closing quote when it begins with one, and knows no
 * escapes; after it, 2n backslashes before a quote are n backslashes and the quote opens or closes, 2n+1
 * are n and a literal quote, other backslashes are literal, and `""` inside quotes is a literal quote.
 */
export function splitCommandLine(line: string): string[] {
  if (line === '') return [];
  const args: string[] = [];
  let at = takeProgram(line, args);
  while (at < line.length) {
    if (isBlank(line.charCodeAt(at))) at += 1;
    else at = takeArgument(line, at, args);
  }
  return args;
}

function takeProgram(line: string, args: string[]): number {
  if (line.charCodeAt(0) === quoteMark) {
    const close = line.indexOf('"', 1);
    const end = close === -1 ? line.length : close;
    args.push(line.slice(1, end));
    return end + 1;
  }
  let end = 0;
  while (end < line.length && !isBlank(line.charCodeAt(end))) end += 1;
  args.push(line.slice(0, end));
  return end;
}

function takeArgument(line: string, start: number, args: string[]): number {
  let argument = '';
  let quoted = false;
  let at = start;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (!quoted && isBlank(code)) break;
    if (code === quoteMark) {
      if (quoted && line.charCodeAt(at + 1) === quoteMark) {
        argument += '"';
        at += 2;
      } else {
        quoted = !quoted;
        at += 1;
      }
      continue;
    }
    if (code !== backslash) {
      argument += line[at];
      at += 1;
      continue;
    }
    let end = at;
    while (line.charCodeAt(end) === backslash) end += 1;
    const count = end - at;
    at = end;
    if (line.charCodeAt(at) !== quoteMark) {
      argument += '\\'.repeat(count);
    } else {
      argument += '\\'.repeat(count >> 1);
      if (count % 2 === 1) {
        argument += '"';
        at += 1;
      }
    }
  }
  args.push(argument);
  return at;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}
