export { agentV1 } from './feature-set.ts';
