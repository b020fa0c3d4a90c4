import { AgentError, type ErrorCode } from '../../errors/index.ts';
import { measureClockSkew, openRoute, readCertificateLives } from '../../forward/index.ts';
import { createSurroundings, listDestinations, probeDestinations } from '../forwarding.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { configOf, type DoctorContext } from './doctor-context.ts';

const dayMs = 86_400_000;
const expiresSoonDays = 30;
/** Elastic, Splunk and most others sort by the host's time; a minute off already misleads. */
const skewWarnMs = 60_000;
const skewFailMs = 600_000;

export const destinationChecks: readonly Check[] = [
  {
    id: 'destinations',
    title: 'Somebody is told of alerts, as configured',
    needs: ['configuration'],
    remedy: 'Name a receiver in forward.destinations; docs/siem.md shows each kind.',
    async look(context) {
      const names = [...listDestinations(configOf(context)).keys()];
      const faults = await openAll(context, 'PC_FORWARD_CONFIG');
      if (faults.length > 0) return fail(faults.join('; '));
      const others = names.filter((name) => name !== 'record');
      if (others.length > 0) return ok(names.join(', '));
      return warn(names.length === 0 ? 'none is configured' : 'only the local record is written');
    },
  },
  openCheck('PC_FORWARD_SECRET', {
    id: 'destination-secrets',
    title: 'The secrets of the destinations can be opened',
    remedy: 'Set the variable, or create the file and make it readable by the account of the agent only.',
  }),
  openCheck('PC_FORWARD_TLS', {
    id: 'destination-certificates',
    title: 'The certificate files of the destinations can be used',
    remedy: 'Name readable files in PEM form; convert DER or PFX files with openssl first.',
  }),
  {
    id: 'certificate-expiry',
    title: 'No certificate file has run out or is about to',
    needs: ['configuration'],
    remedy: 'Have the certificate renewed and exchange the file; the agent reads it when it starts.',
    look(context) {
      const lives = [...listDestinations(configOf(context)).values()].flatMap(livesOf);
      if (lives.length === 0) return ok('no certificate files are configured');
      const nowMs = context.clock.nowMs();
      const days = (validToMs: number) => Math.floor((validToMs - nowMs) / dayMs);
      const describe = (each: (typeof lives)[number]) =>
        `${each.subject} in ${each.file} until ${new Date(each.validToMs).toISOString().slice(0, 10)}`;
      const expired = lives.filter(({ validToMs }) => validToMs <= nowMs);
      if (expired.length > 0) return fail(`run out: ${expired.map(describe).join('; ')}`);
      const soon = lives.filter(({ validToMs }) => days(validToMs) < expiresSoonDays);
      if (soon.length > 0) return warn(`good for less than 30 days: ${soon.map(describe).join('; ')}`);
      return ok(`the first runs out in ${Math.min(...lives.map(({ validToMs }) => days(validToMs)))} days`);
    },
  },
  {
    id: 'proxy',
    title: 'The proxy is what it should be',
    needs: ['configuration'],
    remedy: 'Correct HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or set proxy on the destination.',
    look(context) {
      const routes = [...listDestinations(configOf(context))].flatMap(([name, settings]) =>
        'proxy' in settings ? [{ name, proxy: settings.proxy }] : [],
      );
      if (routes.length === 0) return skip('no destination is reached by HTTP');
      const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];
      const given = names.filter((name) => (context.env[name] ?? '') !== '');
      const bad = given.filter((name) => !/^https?:\/\/[^\s/]/.test(context.env[name] ?? ''));
      const isAsked = routes.some(({ proxy }) => proxy === 'environment');
      if (isAsked && bad.length > 0) return fail(`no URL with http or https: ${bad.join(', ')}`);
      return ok(routes.map(({ name, proxy }) => `${name}: ${describeProxy(proxy, given)}`).join('; '));
    },
  },
  {
    id: 'destination-answers',
    title: 'Each destination takes a test alert',
    needs: ['configuration', 'probe'],
    remedy: 'Run `problemchild forward test`: it says what the receiver said.',
    async look(context) {
      const results = await probeDestinations({ config: configOf(context), env: context.env }, []);
      if (results.length === 0) return skip('no destinations are configured');
      const failed = results.filter((result) => !result.ok);
      if (failed.length === 0) return ok(results.map(({ destination }) => destination).join(', '));
      return fail(
        failed.map(({ destination, what, detail }) => `${destination}: ${what} (${detail ?? ''})`).join('; '),
        failed[0]?.remedy ?? 'Run `problemchild forward test`: it says what the receiver said.',
      );
    },
  },
  {
    id: 'clock-skew',
    title: "The clock agrees with the destinations'",
    needs: ['configuration', 'probe'],
    remedy: 'Set the clock by the time server that the receivers use.',
    async look(context) {
      const surroundings = await createSurroundings({ config: configOf(context), env: context.env });
      const measured: { name: string; skewMs: number }[] = [];
      for (const [name, settings] of listDestinations(configOf(context))) {
        const skewMs = await measureClockSkew(settings, surroundings).catch(() => undefined);
        if (skewMs !== undefined) measured.push({ name, skewMs });
      }
      if (measured.length === 0) return skip('no destination told the time');
      const worstMs = Math.max(...measured.map(({ skewMs }) => Math.abs(skewMs)));
      const said = measured.map(({ name, skewMs }) => `${name}: ${(skewMs / 1_000).toFixed(0)} s ahead`);
      if (worstMs >= skewFailMs) return fail(said.join(', '));
      return worstMs >= skewWarnMs ? warn(said.join(', ')) : ok(said.join(', '));
    },
  },
];

/** Holds that no destination fails with this code when it is opened. */
function openCheck(code: ErrorCode, check: Pick<Check, 'id' | 'title' | 'remedy'>): Check {
  return {
    ...check,
    needs: ['configuration'],
    async look(context) {
      const faults = await openAll(context, code);
      return faults.length === 0 ? ok('all of them') : fail(faults.join('; '));
    },
  };
}

/** Opens every destination, connects nowhere, and returns what this code has against them. */
async function openAll(context: DoctorContext, code: ErrorCode): Promise<string[]> {
  const config = configOf(context);
  const faults: string[] = [];
  for (const [name, settings] of listDestinations(config)) {
    try {
      const surroundings = await createSurroundings({ config, env: context.env });
      await openRoute(name, settings, surroundings).destination.close();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      if (error.code === code) faults.push(`${name}: ${error.message}`);
    }
  }
  return faults;
}

/** None of a file that cannot be read: destination-certificates tells of that. */
function livesOf(settings: Parameters<typeof readCertificateLives>[0]) {
  try {
    return readCertificateLives(settings);
  } catch (error) {
    if (error instanceof AgentError) return [];
    throw error;
  }
}

function describeProxy(
  proxy: 'none' | 'environment' | { readonly url: string },
  given: readonly string[],
): string {
  if (proxy === 'none') return 'none';
  if (proxy !== 'environment') return new URL(proxy.url).host;
  return given.length === 0 ? 'none in the environment' : `as ${given.join(' and ')} say`;
}
