import { escapeHidden } from './escape.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for HTML content or a quoted attribute: hidden characters spelt out, markup made harmless. */
export function escapeHtml(text: string): string {
  return escapeHidden(text).replace(/[&<>"'`]/g, (character) => entities[character] ?? character);
}
