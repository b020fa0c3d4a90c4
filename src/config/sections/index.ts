import { agent } from './agent.ts';
import { alert } from './alert.ts';
import { anomaly } from './anomaly.ts';
import { control } from './control.ts';
import { detection } from './detection.ts';
import { forward } from './forward.ts';
import { lineage } from './lineage.ts';
import { log } from './log.ts';
import { model } from './model.ts';
import { native } from './native.ts';
import { output } from './output.ts';
import { response } from './response.ts';
import { source } from './source.ts';
import { state } from './state.ts';

/** Every section, in the order in which they are documented. A new section is a file here and a line below. */
export const sections = {
  log,
  source,
  model,
  state,
  lineage,
  anomaly,
  detection,
  alert,
  response,
  forward,
  control,
  native,
  agent,
  output,
};
