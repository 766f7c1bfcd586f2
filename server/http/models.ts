import { Problem } from '#shared/problem.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

interface Model {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

/** `GET /v1/models`: every alias with a deployment that has its key, by each name that is not hidden. */
export async function listModels(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identify(visitFrom(c));
  return Response.json({ object: 'list', data: models(parts) });
}

/** `GET /v1/models/{id}`; an alias may hold slashes. */
export async function getModel(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identify(visitFrom(c));
  const id = decodeId(c.req.path.slice('/v1/models/'.length));
  const model = models(parts).find((each) => each.id === id);
  if (model === undefined) throw new Problem('model_unknown', 'No model of this name is served here.');
  return Response.json(model);
}

function models(parts: HttpParts): Model[] {
  const ready = parts.configuration.deployments.filter((deployment) => deployment.state.kind === 'ready');
  const served = new Set(ready.map((deployment) => deployment.alias));
  const others = [...parts.configuration.routing.modelAliases].filter(([, to]) => !to.hidden && served.has(to.model));
  return [...new Set([...served, ...others.map(([alias]) => alias)])].map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'layover',
  }));
}

function decodeId(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new Problem('model_unknown', 'The name of the model is not encoded as a URL needs it.', { cause });
  }
}

const NOT_SERVED: Record<string, string> = {
  '/v1/responses': 'The Responses API is not served here.',
  '/v1/messages': 'The Messages API is not served here; Anthropic models answer on chat completions.',
  '/v1/embeddings': 'Embeddings are not served here.',
};

/** An honest 501 for what an SDK may well try. */
export function notServed(c: HttpContext): never {
  throw new Problem('not_served', NOT_SERVED[c.req.path] ?? 'This API is not served here.');
}
