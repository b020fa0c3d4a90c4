import type { JsonObject } from './json-value.ts';
import type { RecordPosition } from './process-event.ts';

/** A JSON document on its way through a decoder: parsed, with the text and place it came from. */
export interface JsonRecord {
  readonly document: JsonObject;
  readonly text: string;
  readonly position: RecordPosition;
}
