import { inspectStateFile, responseFileOf } from '../../store/index.ts';
import { openResponseDesk, type ResponseDesk } from '../response-desk.ts';
import { configOf, type DoctorContext, stateFileOf } from './doctor-context.ts';

/** Looks at the response's journal; `undefined` without one, as opening it would make it. */
export function withResponseDesk<T>(context: DoctorContext, use: (desk: ResponseDesk) => T): T | undefined {
  if (configOf(context).state.file === null) return undefined;
  if (inspectStateFile(responseFileOf(stateFileOf(context))) === undefined) return undefined;
  const desk = openResponseDesk(() => configOf(context), context.clock);
  try {
    return use(desk);
  } finally {
    desk.close();
  }
}
