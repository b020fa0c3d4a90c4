import type { ProcessEvent } from '../../event/index.ts';

/** 0 not known, 1 SYSTEM or a computer account, 2 another service account, 3 a person. */
export function classifyUser({ user }: ProcessEvent): number {
  const { id, name } = user;
  if (id === 'S-1-5-18' || name === 'SYSTEM') return 1;
  if (id === 'S-1-5-19' || id === 'S-1-5-20') return 2;
  if (name?.endsWith('$')) return 1;
  if (name !== undefined && (id === undefined || !id.startsWith('S-1-5-21'))) {
    const upper = name.toUpperCase();
    if (upper === 'SYSTEM') return 1;
    if (upper === 'LOCAL SERVICE' || upper === 'NETWORK SERVICE') return 2;
  }
  if (id?.startsWith('S-1-5-82') || id?.startsWith('S-1-5-80')) return 2;
  if (id?.startsWith('S-1-5-21') || id?.startsWith('S-1-12-1')) return 3;
  return name === undefined ? 0 : 3;
}

/** 0 not known, 1 low or untrusted, 2 medium, 3 high, 4 system or protected. */
export function classifyIntegrity({ process }: ProcessEvent): number {
  const { integrityLevel, mandatoryLabel } = process.token;
  if (integrityLevel !== undefined) {
    const first = integrityLevel.charCodeAt(0) | 32;
    if (first === 108 || first === 117) return 1;
    if (first === 109) return 2;
    if (first === 104) return 3;
    if (first === 115 || first === 112) return 4;
  }
  if (mandatoryLabel === undefined) return 0;
  const level = Number(mandatoryLabel.slice(mandatoryLabel.lastIndexOf('-') + 1));
  if (!(level >= 0)) return 0;
  return level < 8192 ? 1 : level < 12288 ? 2 : level < 16384 ? 3 : 4;
}
