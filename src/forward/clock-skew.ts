import type { DestinationSettings } from './destination-settings.ts';
import { type DestinationSurroundings, openHttp } from './open-destination.ts';

/**
 * How many milliseconds this host's clock is ahead of a receiver's, by the Date of its answer, give or take the
 * second that HTTP rounds to. `undefined` for receivers that speak no HTTP, and where the answer has no date.
 * @throws DeliveryFailure when there is no answer
 */
export async function measureClockSkew(
  settings: DestinationSettings,
  surroundings: DestinationSurroundings,
): Promise<number | undefined> {
  const url = addressOf(settings, surroundings);
  if (url === undefined || !('proxy' in settings)) return undefined;
  const client = openHttp(settings, surroundings);
  try {
    const signal = AbortSignal.timeout(surroundings.timeoutMs);
    const { dateMs } = await client.request({ method: 'HEAD', url: new URL('/', url).href, signal });
    return dateMs === undefined ? undefined : surroundings.clock.nowMs() - dateMs;
  } finally {
    await client.close();
  }
}

function addressOf(settings: DestinationSettings, { secrets }: DestinationSurroundings): string | undefined {
  switch (settings.type) {
    case 'elasticsearch':
      return settings.hosts[0];
    case 'splunk':
    case 'otlp':
      return settings.url;
    case 'webhook':
      return secrets.open(settings.url);
    default:
      return undefined;
  }
}
