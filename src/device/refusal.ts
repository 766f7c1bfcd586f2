import { parseJson } from '#shared/json.ts';

const NO_REASON = { code: 'broken', message: 'The router gave no reason.' };

/** Code and sentence of a failure of the router's, as its body has them. */
export function readRefusal(text: string): { code: string; message: string } {
  const json = parseJson(text);
  const body = json.ok ? json.value : null;
  const error = body !== null && typeof body === 'object' && 'error' in body ? body.error : null;
  if (error === null || typeof error !== 'object') return NO_REASON;
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : NO_REASON.code,
    message: 'message' in error && typeof error.message === 'string' ? error.message : NO_REASON.message,
  };
}
