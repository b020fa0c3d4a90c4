/** One sample of a page of metrics. */
export interface ExposedSample {
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const comment = /^# (HELP|TYPE) (\S+) ([^\n]*)$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/y;
const number = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i;
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/**
 * Reads the Prometheus text format 0.0.4 and throws at whatever it does not allow: a sample before its TYPE, a
 * metric in two places, a second sample with the same labels, a counter that is not called one.
 */
export function readExposition(text: string): ExposedSample[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const reader = new ExpositionReader();
  for (const line of text.split('\n').slice(0, -1)) reader.take(line);
  return reader.samples;
}

class ExpositionReader {
  readonly samples: ExposedSample[] = [];
  readonly #seen = new Set<string>();
  readonly #names = new Set<string>();
  #name = '';
  #help: string | undefined;
  #type: string | undefined;

  take(line: string): void {
    const told = comment.exec(line);
    if (told === null) this.#takeSample(line);
    else this.#declare(told[1] ?? '', told[2] ?? '', told[3] ?? '');
  }

  #declare(kind: string, name: string, text: string): void {
    if (!metricName.test(name)) throw new Error(`no name: ${name}`);
    if (name !== this.#name) {
      if (this.#names.has(name)) throw new Error(`${name} comes twice`);
      this.#names.add(name);
      this.#name = name;
      this.#help = undefined;
      this.#type = undefined;
    }
    if (kind === 'HELP') {
      if (this.#help !== undefined || /(?<!\\)(?:\\\\)*\\(?![\\n])/.test(text))
        throw new Error(`HELP of ${name}`);
      this.#help = text;
    } else {
      if (this.#type !== undefined || !/^(counter|gauge|untyped)$/.test(text))
        throw new Error(`TYPE of ${name}`);
      this.#type = text;
    }
  }

  #takeSample(line: string): void {
    const [, name, labelText = '', value = ''] = sampleLine.exec(line) ?? [];
    const type = this.#type;
    if (name === undefined) throw new Error(`no sample: ${line}`);
    if (name !== this.#name || type === undefined || this.#help === undefined) {
      throw new Error(`${name} is not declared`);
    }
    if (!number.test(value)) throw new Error(`no number: ${value}`);
    if (type === 'counter' && !(name.endsWith('_total') && Number(value) >= 0))
      throw new Error(`no counter: ${line}`);
    const labels = readLabels(labelText);
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (this.#seen.has(key)) throw new Error(`twice: ${line}`);
    this.#seen.add(key);
    this.samples.push({ name, type, labels, value: Number(value) });
  }
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; at = label.lastIndex) {
    label.lastIndex = at;
    const [, name, value] = label.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no labels: ${text}`);
    if (name in labels) throw new Error(`label ${name} comes twice`);
    labels[name] = value.replaceAll(/\\[\\"n]/g, (pair) => escapes[pair] ?? pair);
  }
  return labels;
}
