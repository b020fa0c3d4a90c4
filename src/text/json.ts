/** DEL, the C1 controls and the two separators that some readers take for the end of a line. */
const controls = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * JSON as `JSON.stringify` writes it, with the control characters that it leaves as they are written as `\u` escapes: a
 * terminal obeys them, and some line readers end a line there. It parses to the same value.
 */
export function escapeJsonControls(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
