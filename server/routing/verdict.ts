import { Problem } from '#shared/problem.ts';
import type { Deployment } from '../config/configuration.ts';
import type { FailureKind, ProviderFailure } from '../providers/provider.ts';

/** An attempt that failed, for the sentence that says so. */
export interface Failed {
  deployment: Deployment;
  failure: ProviderFailure;
}

/** Most characters of a provider's own words in a sentence of ours. */
const MAX_WORDS = 300;

/**
 * What a deployment did, for whoever asked. What it said word for word, and at which address, is for the operator: it
 * stands in the log, and in the health of the deployment.
 */
const DID: Record<FailureKind, string> = {
  unreachable: 'could not be reached',
  rejected: 'failed',
  'rate-limited': 'asked to slow down',
  quota: 'has no quota left',
  unauthorized: 'refused the key it was given',
  'model-missing': 'does not know the model',
  caller: 'refused the ask',
  'context-length': 'found the ask too long',
  'content-policy': 'refused the content',
  cut: 'broke off',
  stalled: 'fell silent',
  timeout: 'took too long',
};

/** The problem of an ask that got no content: what each deployment did. `retryAfterMs` when known, exactly. */
export function nothingCame(failed: readonly Failed[], retryAfterMs: number | null): Problem {
  const last = failed.at(-1);
  if (last !== undefined && !last.failure.meaning.failOver) return refused(last);
  // A deployment that was tried twice is named once, with what it did last.
  const lastKinds = new Map(failed.map(({ deployment, failure }) => [deployment.name, failure.kind]));
  const said = [...lastKinds].map(([name, kind]) => `\`${name}\` ${DID[kind]}.`).join(' ');
  const details = { ...(retryAfterMs === null ? {} : { retryAfterMs }), cause: last?.failure };
  return failed.every(({ failure }) => failure.kind === 'timeout')
    ? new Problem('timeout', `No provider gave a first word in time. ${said}`, details)
    : new Problem('providers_down', `No provider could answer. ${said}`, details);
}

/** The problem of an alias whose every deployment lacks its key or base. */
export function noneReady(alias: string, deployments: readonly Deployment[]): Problem {
  const whys = deployments.flatMap(({ name, state }) =>
    state.kind === 'unconfigured' ? [`\`${name}\`: ${sentence(state.why)}`] : [],
  );
  return new Problem('providers_down', [`No deployment of \`${alias}\` is ready.`, ...whys].join(' '));
}

/** The same problem, with why nobody else was asked. */
export function pinnedTo(pin: string, { code, message, retryAfterMs, cause }: Problem): Problem {
  const details = { ...(retryAfterMs === null ? {} : { retryAfterMs }), cause };
  return new Problem(code, `${message} The ask is pinned to \`${pin}\`, so nobody else was asked.`, details);
}

/** The problem of an ask for which every minute is full: `rpm` or `tpm` of each deployment is used up. */
export function allFull(alias: string, retryAfterMs: number | null): Problem {
  const details = retryAfterMs === null ? {} : { retryAfterMs };
  return new Problem(
    'too_many_asks',
    `Every deployment of \`${alias}\` has had as many asks this minute as it takes.`,
    details,
  );
}

/** The problem of an ask whose every deployment rests because its provider asked for it. */
export function allResting(alias: string, retryAfterMs: number | null): Problem {
  const details = retryAfterMs === null ? {} : { retryAfterMs };
  return new Problem('providers_down', `Every deployment of \`${alias}\` was asked by its provider to pause.`, details);
}

/** The problem of an ask that is longer than any deployment takes. */
export function longerThanAny(alias: string, deployments: readonly Deployment[]): Problem {
  const most = Math.max(...deployments.map(({ maxInputTokens }) => maxInputTokens ?? 0));
  return new Problem('context_too_long', `The ask is longer than the ${most} tokens that \`${alias}\` takes.`);
}

/** The problem of an answer that broke off after its first content. */
export function brokeOff({ deployment, failure }: Failed): Problem {
  const why = failure.kind === 'cut' ? '' : ` It ${DID[failure.kind]}.`;
  const message = `The answer of \`${deployment.name}\` broke off.${why}`;
  return new Problem('stream_incomplete', message, { cause: failure });
}

/** The problem of an answer that broke off, where the next deployment did not go on with it but began another. */
export function didNotFit({ deployment, failure }: Failed, next: Deployment): Problem {
  const message = `The answer of \`${deployment.name}\` broke off, and what \`${next.name}\` went on with does not fit it.`;
  return new Problem('stream_incomplete', message, { cause: failure });
}

/** The ask itself is at fault: no other deployment would take it. */
function refused({ deployment, failure }: Failed): Problem {
  const code = failure.kind === 'context-length' ? 'context_too_long' : 'provider_refused';
  // Its own words: only they say what to change.
  const why = failure.words === null ? '.' : `: ${sentence(failure.words)}`;
  const message = `\`${deployment.name}\` ${DID[failure.kind]}${why}`;
  return new Problem(code, message, { cause: failure });
}

function sentence(words: string): string {
  const plain = words.replaceAll(/\s+/g, ' ').trim();
  const short = plain.length <= MAX_WORDS ? plain : `${plain.slice(0, MAX_WORDS - 1).trimEnd()}…`;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}
