import type { MarkName } from '../look/mark.tsx';
import type { Attempt, ToldAsk } from './reports.ts';

/** How one ask went, in words: `north late, then south`. */
export function wayOf({ ask, attempts }: ToldAsk): { mark: MarkName; words: string } {
  if (ask.delivery === 'router-cache') return { mark: 'from-router', words: 'router’s memory' };
  if (ask.delivery === 'joined') return { mark: 'from-router', words: 'joined a like ask under way' };
  if (ask.delivery === 'replay') return { mark: 'from-router', words: 'told again, same key' };
  const steps = mergeSteps(attempts.map(stepWords));
  const ending = ask.outcome === 'answered' ? [] : [outcomeWords(ask.outcome, ask.problem)];
  const words = [...steps, ...ending].join(', then ');
  if (ask.outcome !== 'answered') return { mark: 'is-bad', words };
  return {
    mark: steps.length > 1 ? 'hop' : 'from-provider',
    words: words === '' ? (ask.provider ?? 'unknown') : words,
  };
}

function stepWords({ provider, status }: Attempt): string {
  return status === 'ok' ? provider : `${provider} ${failureWords(status)}`;
}

/** The same step twice in a row is told once. */
function mergeSteps(steps: string[]): string[] {
  return steps.flatMap((step, at) => {
    if (steps[at - 1] === step) return [];
    let times = 1;
    while (steps[at + times] === step) times++;
    return [times === 1 ? step : `${step}, ${times} times`];
  });
}

/** A kind of provider failure as people say it; a kind nobody named here is said as it is. */
export function failureWords(status: string): string {
  if (status.startsWith('fault:')) return `${failureWords(status.slice('fault:'.length))} on purpose`;
  return FAILURES[status] ?? status.replaceAll('-', ' ');
}

const FAILURES: Record<string, string> = {
  unreachable: 'could not be reached',
  rejected: 'failed',
  'rate-limited': 'asked to slow down',
  quota: 'had no quota left',
  unauthorized: 'refused the key',
  'model-missing': 'does not know the model',
  caller: 'refused the ask',
  'context-length': 'found it too long',
  'content-policy': 'refused the content',
  cut: 'broke off',
  stalled: 'fell silent',
  timeout: 'was late',
  'revoked-key': 'refused the key',
  blocked: 'was blocked',
  'slow-first-token': 'was slow',
  cancelled: 'was stopped',
};

function outcomeWords(outcome: string, problem: string | null): string {
  return problem === null ? outcome : `${outcome}: ${problem.replaceAll('_', ' ')}`;
}
