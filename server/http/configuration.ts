import { Problem } from '#shared/problem.ts';
import type { Configuration } from '../config/configuration.ts';
import { showConfiguration } from '../config/shown-configuration.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** What only a start reads, for whoever wonders why it did not change. */
const FROM_THE_START = ['PORT', 'HOST', 'LAYOVER_DATA', 'the master key', 'the database', 'every environment variable'];

/** `GET /api/configuration`: what is in force, without secrets. */
export async function getConfiguration(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  return respond(parts.configuration, parts);
}

/** `POST /api/configuration/reload`: reads the file again; 422 with what is wrong when it cannot be used. */
export async function reloadConfiguration(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const outcome = await parts.current.reload();
  if (outcome.kind === 'refused') throw new Problem('configuration_wrong', outcome.why);
  return respond(outcome.configuration, parts);
}

function respond(configuration: Configuration, { current }: HttpParts): Response {
  const { source, notices, ...settings } = showConfiguration(configuration);
  return Response.json(
    {
      source,
      loaded_at_ms: current.loadedAtMs,
      notices,
      at_next_start: current.atNextStart,
      from_the_start: FROM_THE_START,
      configuration: settings,
    },
    { headers: { 'cache-control': 'no-store' } },
  );
}
