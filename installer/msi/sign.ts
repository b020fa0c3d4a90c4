import { renameSync, rmSync } from 'node:fs';
import { runTool } from '../run-tool.ts';

/** What to sign with: a certificate with its key, or both in one PKCS#12 file. */
export interface Signing {
  readonly with: readonly string[];
}

/**
 * From PC_SIGN_CERT and PC_SIGN_KEY (PEM), or PC_SIGN_PKCS12; PC_SIGN_PASSWORD_FILE names a file with the password,
 * PC_SIGN_TIMESTAMP a time-stamping service. `undefined` when nothing is to be signed.
 *
 * @throws Error when only half of it is given
 */
export function readSigning(env: Readonly<Record<string, string | undefined>>): Signing | undefined {
  const { PC_SIGN_CERT: cert, PC_SIGN_KEY: key, PC_SIGN_PKCS12: pkcs12 } = env;
  const { PC_SIGN_PASSWORD_FILE: password, PC_SIGN_TIMESTAMP: timestamp } = env;
  const rest = [...(password ? ['-readpass', password] : []), ...(timestamp ? ['-ts', timestamp] : [])];
  if (pkcs12) return { with: ['-pkcs12', pkcs12, ...rest] };
  if (cert && key) return { with: ['-certs', cert, '-key', key, ...rest] };
  if (cert || key) throw new Error('PC_SIGN_CERT and PC_SIGN_KEY go together');
  return undefined;
}

/** Signs a file in its place (Authenticode, SHA-256). */
export function signFile(file: string, signing: Signing): void {
  const signed = `${file}.signed`;
  rmSync(signed, { force: true });
  const what = ['-h', 'sha256', '-n', 'ProblemChild agent', '-in', file, '-out', signed];
  runTool('osslsigncode', ['sign', ...signing.with, ...what]);
  renameSync(signed, file);
}
