import type { ApiOptions } from './options.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\b/i;
const STREAM_TYPE = /^text\/event-stream\b/i;

/** What a response of the network is: the API's answer, the API's refusal, or somebody else's. */
export type Judgement = 'answer' | 'refusal' | 'foreign';

export function isJson(response: Response): boolean {
  return JSON_TYPE.test(response.headers.get('content-type') ?? '');
}

/**
 * Who gave this, as far as it can be told without a header of ours. A redirect and HTML are never the API's; a refusal counts where it
 * is JSON (but for a 511, which the device knows). `proof` decides over 2xx; whether an answer is whole is found out by reading it.
 */
export async function judgeResponse(response: Response, proof: ApiOptions['proof']): Promise<Judgement> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status >= 400) return isJson(response) ? 'refusal' : 'foreign';
  if (response.status < 200 || response.status >= 300 || /^(text\/html|application\/xhtml)/i.test(type))
    return 'foreign';
  const proved =
    proof === undefined
      ? response.status === 200 && (isJson(response) || STREAM_TYPE.test(type))
      : await proof(response);
  return proved ? 'answer' : 'foreign';
}
