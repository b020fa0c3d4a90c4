import { AgentError } from '../errors/index.ts';
import { createRedactor } from '../log/index.ts';
import { readSecretFile } from './secret-file.ts';

/** A secret, or where it is kept. */
export type SecretRef =
  | string
  | { readonly env: string }
  | { readonly file: string }
  | { readonly dpapi: string };

export interface SecretSources {
  /** `process.env`, injected. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opens what Windows sealed for this machine (base64); absent where there is no DPAPI. */
  readonly unprotect?: ((base64: string) => string) | undefined;
  /** Told of each secret, and of what is made of it for a header or a URL. */
  readonly onOpened?: ((secret: string) => void) | undefined;
}

/** Opens secrets and remembers them, so that nothing that is said or kept may hold one. */
export class SecretOpener {
  readonly #sources: SecretSources;
  readonly #known = new Set<string>();

  constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** @throws AgentError PC_FORWARD_SECRET */
  open(ref: SecretRef): string {
    const secret = this.#read(ref);
    this.note(secret);
    return secret;
  }

  /** Remembers what is as good as a secret: a header or a URL made of one. */
  note(secret: string): void {
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      if (this.#known.has(form)) continue;
      this.#known.add(form);
      this.#sources.onOpened?.(form);
    }
  }

  /**
   * A secret that becomes the value of a header as it is.
   *
   * @throws AgentError PC_FORWARD_SECRET also when it holds what no header may: it would fail with every request
   */
  openForHeader(ref: SecretRef, what: string): string {
    const secret = this.open(ref);
    if (/^[\x20-\x7e]+$/.test(secret)) return secret;
    throw new AgentError(
      'PC_FORWARD_SECRET',
      `${what} holds a line end or another character that no HTTP header may hold`,
    );
  }

  openOptional(ref: SecretRef | null | undefined): string | undefined {
    return ref === null || ref === undefined ? undefined : this.open(ref);
  }

  /** Text of a receiver or of the system without any secret: some receivers repeat what they were sent. */
  redact(text: string): string {
    return createRedactor([...this.#known])(text);
  }

  #read(ref: SecretRef): string {
    if (typeof ref === 'string') return ref;
    if ('file' in ref) return readSecretFile(ref.file);
    if ('env' in ref) {
      const value = this.#sources.env[ref.env]?.replace(/[\r\n]+$/, '');
      if (value === undefined || value === '') {
        throw new AgentError('PC_FORWARD_SECRET', `the environment variable ${ref.env} is not set`);
      }
      return value;
    }
    if (this.#sources.unprotect === undefined) {
      throw new AgentError('PC_FORWARD_SECRET', 'secrets sealed with DPAPI can be opened on Windows only');
    }
    return this.#sources.unprotect(ref.dpapi);
  }
}
