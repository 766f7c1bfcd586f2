import { countWords } from '../look/words.ts';
import type { MarkName } from '../look/mark.tsx';
import type { SloReport } from '#shared/console-wire.ts';
import type { Deployment } from './reports.ts';

/** One sentence that a person at 2 AM can act on, and the line of evidence under it. */
export interface Verdict {
  mark: MarkName;
  tone: 'good' | 'warn' | 'bad' | 'idle';
  says: string;
  evidence: string;
}

/** The worst thing first: nobody answers, somebody does not, a target is missed, too little is known, all is well. */
export function judge(slo: SloReport, deployments: readonly Deployment[]): Verdict {
  const used = deployments.filter((each) => each.health.kind !== 'unconfigured');
  const down = used.filter((each) => isPassedOver(each, used));
  const up = used.filter((each) => !down.includes(each));
  if (used.length === 0) {
    return say(
      'is-bad',
      'bad',
      'No provider is configured.',
      'Put a key into the environment, then start the router again.',
    );
  }
  const silent = aliasesOf(down).filter((alias) => !up.some((each) => each.alias === alias));
  if (silent.length > 0) {
    const resting = down.filter((each) => silent.includes(each.alias));
    const whose = up.length === 0 ? '' : ` for ${silent.join(' and ')}`;
    return say(
      'is-bad',
      'bad',
      `No provider answers${whose}.`,
      `${namesOf(resting)} ${resting.length === 1 ? 'cools' : 'cool'} down${onPurpose(resting)}. Asks get old answers, or a refusal with a reason.`,
    );
  }
  if (down.length > 0) {
    const instead = namesOf(up.filter((each) => down.some((gone) => gone.alias === each.alias)));
    // What we broke ourselves is no news about the provider.
    const meant = down.every((each) => each.fault !== null);
    return say(
      'is-warn',
      'warn',
      meant ? 'A fault is on, on purpose.' : 'It is the provider, not the network.',
      `${meant ? `${namesOf(down)}. Undo ends it now.` : whysOf(down)} Asks go through ${instead} instead.`,
    );
  }
  const faulty = used.filter((each) => each.fault !== null);
  if (faulty.length > 0) {
    return say(
      'is-warn',
      'warn',
      'A fault is on, on purpose.',
      `${namesOf(faulty)}. It ends by itself; Undo ends it now.`,
    );
  }
  return judgeFigures(slo);
}

function judgeFigures({ router, error_budget: budget, window }: SloReport): Verdict {
  const { success_percent: success, first_token_p95_seconds: first, cost_average_usd: cost } = router;
  if (budget.left < 0) {
    return say(
      'is-bad',
      'bad',
      'The error budget is spent.',
      `${countWords(budget.failed, 'ask')} failed; ${budget.allowed} may.`,
    );
  }
  if (success.met === false) {
    return say(
      'is-bad',
      'bad',
      'Too many asks fail.',
      `${String(success.value)} % of ${success.n} succeeded, target ${String(success.target)} %.`,
    );
  }
  if (first.met === false) {
    return say(
      'is-warn',
      'warn',
      'The first token is late.',
      `p95 ${String(first.value)} s over ${first.n} asks, target ${String(first.target)} s.`,
    );
  }
  if (cost.met === false) {
    return say(
      'is-warn',
      'warn',
      'Asks cost more than they may.',
      `$${String(cost.value)} each over ${cost.n} asks, target $${String(cost.target)}.`,
    );
  }
  if (!success.enough) {
    return say(
      'is-unmeasured',
      'idle',
      'Not enough data yet.',
      `${countWords(success.n, 'ask')} in ${window.days} days, 20 are needed. Every provider is ready.`,
    );
  }
  return say(
    'is-good',
    'good',
    'All is well.',
    `${countWords(router.answered, 'ask')} answered in ${window.days} days, every target is met.`,
  );
}

function say(mark: MarkName, tone: Verdict['tone'], says: string, evidence: string): Verdict {
  return { mark, tone, says, evidence };
}

/** Half-open, it still gets no ask while another of its alias is healthy. */
function isPassedOver({ alias, health }: Deployment, among: readonly Deployment[]): boolean {
  if (health.kind !== 'half-open') return health.kind === 'open';
  return among.some((each) => each.alias === alias && each.health.kind === 'closed');
}

function aliasesOf(deployments: readonly Deployment[]): string[] {
  return [...new Set(deployments.map((each) => each.alias))];
}

/** Each reason once, however many give it. */
function whysOf(deployments: readonly Deployment[]): string {
  return [...new Set(deployments.map((each) => ('why' in each.health ? each.health.why : '')))].join(' ');
}

function onPurpose(deployments: readonly Deployment[]): string {
  return deployments.every((each) => each.fault !== null) ? ', broken on purpose: Undo ends it' : '';
}

function namesOf(deployments: readonly Deployment[]): string {
  return deployments.map((each) => each.name).join(' and ');
}
