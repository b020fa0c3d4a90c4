import { AgentError } from '../errors/index.ts';
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
}

/** Opens secrets and remembers them, so that the log can be told what never to print. */
export class SecretOpener {
  readonly #sources: SecretSources;
  readonly #opened = new Set<string>();

  constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** @throws AgentError PC_FORWARD_SECRET */
  open(ref: SecretRef): string {
    const secret = this.#read(ref);
    this.#opened.add(secret);
    return secret;
  }

  openOptional(ref: SecretRef | null | undefined): string | undefined {
    return ref === null || ref === undefined ? undefined : this.open(ref);
  }

  /** Every secret opened so far. */
  get opened(): readonly string[] {
    return [...this.#opened];
  }

  #read(ref: SecretRef): string {
    if (typeof ref === 'string') return ref;
    if ('file' in ref) return readSecretFile(ref.file);
    if ('env' in ref) {
      const value = this.#sources.env[ref.env];
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
