import { fileURLToPath } from 'node:url';

/** The model bundle that ships with the agent. */
export const shippedBundle = fileURLToPath(new URL('../../models/agent-v1', import.meta.url));

/** What is installed on receivers. */
export const siemAssetsFolder = fileURLToPath(new URL('../../siem', import.meta.url));
