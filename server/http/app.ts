import { Hono } from 'hono';
import { asProblem, Problem } from '#shared/problem.ts';
import { postAsk } from './asks.ts';
import { getBudgets, getSafeguard, postSafeguard } from './budgets.ts';
import { deleteBypass, getBypass, postBypass } from './bypass.ts';
import { getConfiguration, reloadConfiguration } from './configuration.ts';
import { shareWith } from './cors.ts';
import { deleteFault, listDeployments, postFault } from './deployments.ts';
import { getHealth, getPreflight, getReadiness } from './health.ts';
import { deleteAsk, getAsk } from './kept-asks.ts';
import { deleteKey, listKeys, postKey } from './keys.ts';
import { getSlo, listAsks } from './ledger.ts';
import { openLink, postLink } from './links.ts';
import { getModel, listModels, notServed } from './models.ts';
import type { HttpContext, HttpEnv, HttpParts } from './parts.ts';
import { respondProblem } from './problem-response.ts';
import { getRouter } from './router.ts';
import { secureHeaders } from './security.ts';
import { deletePin, listPins, postPin } from './pins.ts';
import { deleteSession, postSession } from './session.ts';
import { postTelemetry } from './telemetry.ts';
import { getTravel } from './travel.ts';
import { postForget, postPurge } from './upkeep.ts';
import { addressFrom } from './visit.ts';
import { postWarm } from './warm.ts';

type Handler = (c: HttpContext, parts: HttpParts) => Response | Promise<Response>;

/** Every address of the router but those of the page, by method. */
const ROUTES: Record<string, Partial<Record<'GET' | 'POST' | 'DELETE', Handler>>> = {
  '/ai': { POST: postAsk },
  '/ai/:id': { GET: getAsk, DELETE: deleteAsk },
  '/v1/chat/completions': { POST: postAsk },
  '/v1/models': { GET: listModels },
  '/v1/models/:id{.+}': { GET: getModel },
  '/v1/responses': { POST: notServed },
  '/v1/messages': { POST: notServed },
  '/v1/embeddings': { POST: notServed },
  '/healthz': { GET: getHealth },
  '/readyz': { GET: (_c, parts) => getReadiness(parts) },
  '/telemetry': { POST: postTelemetry },
  '/link/:token': { GET: openLink },
  '/api/router': { GET: getRouter },
  '/api/bypass': { GET: getBypass, POST: postBypass, DELETE: deleteBypass },
  '/api/travel': { GET: getTravel },
  '/api/preflight': { GET: getPreflight },
  '/api/session': { POST: postSession, DELETE: deleteSession },
  '/api/links': { POST: postLink },
  '/api/cache/purge': { POST: postPurge },
  '/api/forget': { POST: postForget },
  '/api/keys': { GET: listKeys, POST: postKey },
  '/api/keys/:id': { DELETE: deleteKey },
  '/api/budgets': { GET: getBudgets },
  '/api/safeguard': { GET: getSafeguard, POST: postSafeguard },
  '/api/warm': { POST: postWarm },
  '/api/slo': { GET: getSlo },
  '/api/asks': { GET: listAsks },
  '/api/configuration': { GET: getConfiguration },
  '/api/configuration/reload': { POST: reloadConfiguration },
  '/api/pins': { GET: listPins, POST: postPin, DELETE: deletePin },
  '/api/deployments': { GET: listDeployments },
  '/api/deployments/:id/fault': { POST: postFault, DELETE: deleteFault },
};

/** Addresses that are never a route of the page. */
const NOT_THE_PAGE = /^\/(?:v1|api|ai|telemetry|healthz|readyz|link|assets)(?:\/|$)/;

/** The router's HTTP surface; tests call it as a function: `app.request(…)`. */
export function createApp(parts: HttpParts): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(secureHeaders(parts.epoch));
  app.use(async (c, next) => {
    parts.callers.checkHost(addressFrom(c));
    await next();
  });
  app.use(shareWith(parts.own));
  for (const [path, handlers] of Object.entries(ROUTES)) {
    for (const [method, handler] of Object.entries(handlers)) app.on(method, path, (c) => handler(c, parts));
    app.all(path, () => {
      const allow = Object.keys(handlers).join(', ');
      const problem = new Problem('method_unknown', `This address takes ${allow}.`);
      return respondProblem(problem, { allow });
    });
  }
  app.get('*', (c) => respondPage(c, parts));
  app.notFound(() => respondProblem(new Problem('route_unknown', 'There is nothing at this address.')));
  app.onError((failure, c) => respondFailure(failure, c, parts));
  return app;
}

async function respondPage(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { path } = c.req;
  const mayBePage = !NOT_THE_PAGE.test(path) || path.startsWith('/assets/');
  const navigation =
    !NOT_THE_PAGE.test(path) && !/\.[^/]*$/.test(path) && (c.req.header('accept') ?? '').includes('text/html');
  if (mayBePage && parts.page !== null) {
    const response = await parts.page.respond({
      path,
      acceptEncoding: c.req.header('accept-encoding') ?? '',
      ifNoneMatch: c.req.header('if-none-match') ?? '',
      navigation,
    });
    if (response !== null) return response;
  }
  if (navigation) return c.text('The page is not built. Run `npm run build`, then start the router again.\n', 503);
  return respondProblem(new Problem('route_unknown', 'There is nothing at this address.'));
}

function respondFailure(failure: unknown, c: HttpContext, parts: HttpParts): Response {
  const requestId = c.get('requestId');
  const gone = c.req.raw.signal.aborted;
  const problem = asProblem(failure);
  if (problem.status >= 500 && problem.code !== 'not_served' && !gone) {
    parts.log.error({ request_id: requestId, code: problem.code, err: problem.cause ?? problem }, problem.message);
  }
  const headers: Record<string, string> = requestId === undefined ? {} : { 'x-request-id': requestId };
  // What is left of a body that is too large is not read; the connection cannot be used again.
  if (problem.code === 'too_large') headers['connection'] = 'close';
  return respondProblem(problem, headers);
}
