/** Addresses that belong to the router: no page of ours stands there. */
const ROUTER_PATHS = [/^\/(api|v1|ai|link|status|telemetry)(\/|$)/, /^\/(healthz|readyz|metrics)$/];

const ASK_PATHS = ['/ai', '/v1/chat/completions'];

export function isRouters(pathname: string): boolean {
  return ROUTER_PATHS.some((path) => path.test(pathname));
}

export function isAsk(pathname: string): boolean {
  return ASK_PATHS.includes(pathname);
}
