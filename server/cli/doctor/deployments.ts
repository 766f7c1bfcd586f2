import type { Configuration, Deployment } from '../../config/configuration.ts';
import { openProvider } from '../../providers/open.ts';
import { ProviderFailure, type FailureKind, type Provider } from '../../providers/provider.ts';
import type { Instruments } from './examine.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Longest wait for one deployment, ms. */
const CALL_MS = 15_000;

/** Most deployments that are called: each call costs a little. */
const MAX_CALLED = 20;

const MESSAGES = [{ role: 'user' as const, content: 'Say ok.' }];

/** Asks each deployment something tiny: by that its key, its model and its first token are known. */
export async function examineDeployments({ deployments }: Configuration, { clock }: Instruments): Promise<Finding[]> {
  // One that serves two aliases is called once.
  const different = new Map(
    deployments.map((one) => [JSON.stringify([one.wire, one.apiBase, one.apiKey, one.model]), one]),
  );
  const called = [...different.values()].slice(0, MAX_CALLED);
  const findings = await Promise.all(called.map((deployment) => examineOne(deployment, clock)));
  if (different.size <= MAX_CALLED) return findings;
  const says = `${different.size - MAX_CALLED} deployments were not called, as ${MAX_CALLED} are at most.`;
  return [...findings, warn('deployments', says, 'Try them with `layover ask`.')];
}

async function examineOne(deployment: Deployment, clock: Instruments['clock']): Promise<Finding> {
  const { name, state, firstTokenTimeoutMs } = deployment;
  if (state.kind === 'unconfigured')
    return warn(name, state.why, 'Set it, or take the deployment out of `model_list`.');
  const provider = openProvider({ ...deployment, clock });
  try {
    const outcome = await call(deployment, provider, clock);
    if (outcome instanceof ProviderFailure) return failed(name, outcome);
    const says = `It answers; the first word came after ${outcome.firstMs} ms.`;
    if (outcome.firstMs <= firstTokenTimeoutMs) return ok(name, says);
    const limit = `Its limit is ${firstTokenTimeoutMs} ms, so asks would go to the next one: raise \`stream_timeout\`.`;
    return warn(name, says, limit);
  } finally {
    await provider.close();
  }
}

/** As few tokens as may be. What newer models of one wire refuse about the limit is said by its newer name. */
async function call(
  deployment: Deployment,
  provider: Provider,
  clock: Instruments['clock'],
): Promise<{ firstMs: number } | ProviderFailure> {
  const first = await callOnce(deployment, provider, { clock, parameters: { max_tokens: 1 } });
  if (!(first instanceof ProviderFailure) || first.kind !== 'caller' || deployment.wire !== 'openai') return first;
  return callOnce(deployment, provider, { clock, parameters: { max_completion_tokens: 16 } });
}

async function callOnce(
  { model, extras }: Deployment,
  provider: Provider,
  { clock, parameters }: { clock: Instruments['clock']; parameters: Record<string, unknown> },
): Promise<{ firstMs: number } | ProviderFailure> {
  const limit = new AbortController();
  const takeBack = clock.after(CALL_MS, () =>
    limit.abort(new ProviderFailure('timeout', `It said nothing within ${CALL_MS / 1000} s.`)),
  );
  const startedMs = clock.monotonic();
  try {
    const wish = { model, messages: MESSAGES, parameters, headers: extras?.headers ?? {}, idleTimeoutMs: CALL_MS };
    for await (const event of provider.stream(wish, limit.signal))
      // A thinking model may spend its token without a word: then its end counts.
      if (event.type !== 'accepted') return { firstMs: Math.round(clock.monotonic() - startedMs) };
    return new ProviderFailure('cut', 'It ended without a word.');
  } catch (thrown) {
    if (thrown instanceof ProviderFailure) return thrown;
    throw thrown;
  } finally {
    takeBack();
  }
}

const REMEDIES: Record<FailureKind, string> = {
  unauthorized: 'Put a valid key into `api_key`, or into its variable.',
  'model-missing': 'Correct `model`: the provider has none of this name, or not for this key.',
  quota: 'Pay, or raise the limit, at the provider.',
  'rate-limited': 'Wait, or raise the limit at the provider.',
  unreachable: 'Check the network and `api_base`.',
  timeout: 'Try again; if it stays so, check `api_base` and the status of the provider.',
  rejected: 'Try again; if it stays so, see the status of the provider.',
  caller: 'It refuses a tiny ask; try one of yours with `layover ask`.',
  'context-length': 'It refuses a tiny ask; try one of yours with `layover ask`.',
  'content-policy': 'It refuses a tiny ask; try one of yours with `layover ask`.',
  cut: 'Try again; if it stays so, see the status of the provider.',
  stalled: 'Try again; if it stays so, see the status of the provider.',
};

/** Only for now, or only for this ask: the deployment may be well. */
const PASSING = new Set<FailureKind>(['rate-limited', 'caller', 'context-length', 'content-policy']);

function failed(name: string, failure: ProviderFailure): Finding {
  const told = PASSING.has(failure.kind) ? warn : fail;
  return told(name, failure.message, REMEDIES[failure.kind]);
}
