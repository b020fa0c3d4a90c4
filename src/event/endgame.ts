import { booleanOf, isObject, type JsonObject, objectOf, textOf } from './json-value.ts';
import type { ProcessEvent } from './process-event.ts';

/** The start with what the `endgame` object of its document says, if there is one. @throws FieldFault */
export function withEndgame(event: ProcessEvent, document: JsonObject): ProcessEvent {
  const endgame = document['endgame'];
  if (!isObject(endgame)) return event;
  const token = objectOf(objectOf(objectOf(document['process'])['Ext'])['token']);
  return {
    ...event,
    endgame: {
      commandLine: textOf(endgame['command_line'], 'endgame.command_line'),
      elevationType: textOf(endgame['elevation_type'], 'endgame.elevation_type'),
      // Only Defend's own field comes before it; the event's may be winlog's, which comes after.
      integrityLevel:
        textOf(token['integrity_level_name'], 'process.Ext.token.integrity_level_name') ??
        textOf(endgame['integrity_level'], 'endgame.integrity_level'),
      elevated: booleanOf(endgame['elevated'], 'endgame.elevated'),
    },
  };
}
