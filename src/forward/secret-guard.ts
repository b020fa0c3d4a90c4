import { DeliveryFailure, type Destination, type SendResult, type Verdict } from './destination.ts';

/**
 * A destination whose receiver may repeat what it was sent, a token above all: what it says goes into logs, dead letters
 * and heartbeats, and leaves its secrets here.
 */
export function guardSecrets(destination: Destination, redact: (text: string) => string): Destination {
  function cleanVerdict(verdict: Verdict): Verdict {
    return typeof verdict === 'string' ? verdict : { rejected: redact(verdict.rejected) };
  }
  function cleanFailure(failure: DeliveryFailure): DeliveryFailure {
    const { message, scope, retryAfterMs, code, peer } = failure;
    // Without the cause: it may hold the whole request.
    return new DeliveryFailure(redact(message), { scope, retryAfterMs, code, peer });
  }
  return {
    async send(entries, signal): Promise<SendResult> {
      try {
        const { verdicts, failure } = await destination.send(entries, signal);
        return { verdicts: verdicts.map(cleanVerdict), failure: failure && cleanFailure(failure) };
      } catch (error) {
        throw error instanceof DeliveryFailure ? cleanFailure(error) : error;
      }
    },
    close: () => destination.close(),
  };
}
