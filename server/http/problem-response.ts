import { asProblem, errorBody, type Problem } from '#shared/problem.ts';

/** A failure as a response: OpenAI's error object, its true status, and whether and when a retry may help. */
export function respondProblem(thrown: unknown, more: Record<string, string> = {}): Response {
  const problem = asProblem(thrown);
  return Response.json(errorBody(problem), {
    status: problem.status,
    headers: { 'cache-control': 'no-store', ...retryHeaders(problem), ...more },
  });
}

function retryHeaders(problem: Problem): Record<string, string> {
  return {
    'x-should-retry': String(problem.canRetry),
    ...(problem.retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(problem.retryAfterMs / 1000)) }),
  };
}
