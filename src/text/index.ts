/**
 * Text that comes from events, files or the network is escaped here before it reaches a terminal, a log
 * or a page. A leaf: any room may import it.
 */
export {
  cutEnd,
  escapeForTerminal,
  escapeHidden,
  escapeYamlHidden,
  shortenEnd,
  shortenForTerminal,
  shortenMiddle,
} from './escape.ts';
export { escapeHtml } from './html.ts';
export { escapeJsonControlBytes, escapeJsonControls } from './json.ts';
export { memoize } from './memo.ts';
export { findNearest } from './nearest.ts';
export { contains, formatNetwork, type Network, parseNetwork } from './network.ts';
