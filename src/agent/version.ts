import manifest from '../../package.json' with { type: 'json' };

/** As released. */
export const agentVersion: string = manifest.version;
