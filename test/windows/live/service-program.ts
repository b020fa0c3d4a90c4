import { appendFileSync } from 'node:fs';
import { defaultFfi, WindowsService } from '../../../src/windows/index.ts';
import { openTestLibrary } from './open-test-library.ts';

/** What the service test installs: writes down what the service controller asks of it, and stops when told. */
const [diary, name, failure] = process.argv.slice(2);

function note(line: string): void {
  appendFileSync(diary!, `${line}\n`);
}

const library = await openTestLibrary(defaultFfi());
const service = WindowsService.start(library, name!);
if (service === undefined) {
  note('no service');
  process.exit(1);
}
service.report('running');
note('running');
for await (const { control, missed } of service.controls(new AbortController().signal)) {
  note(`${control} ${missed}`);
  if (control === 'stop') {
    service.report('stopping', { waitHintMs: 5_000 });
    service.report('stopped', { failure: Number(failure ?? 0) });
  }
}
note('ended');
