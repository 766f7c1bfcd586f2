import { useModels } from '../app/models.ts';
import { Mark, type MarkName } from '../look/mark.tsx';
import { durationWords, placeWords } from '../look/words.ts';
import type { Deployment, FaultKind } from './reports.ts';
import { Switch } from './switch.tsx';
import { FAULT_MINUTES, type Watch } from './watch.ts';

const FAULTS: { kind: FaultKind; word: string; effect: string }[] = [
  { kind: 'revoked-key', word: 'Revoke its key', effect: 'A wrong key is sent in place of ours.' },
  { kind: 'blocked', word: 'Block it', effect: 'No connection is made.' },
  { kind: 'slow-first-token', word: 'Slow its first token', effect: 'Answers are held back.' },
];

/** The providers in order, how they are, and what may be broken on purpose. */
export function Deployments({ deployments, watch }: { deployments: readonly Deployment[]; watch: Watch }) {
  return (
    <section class="sheet seven" aria-labelledby="providers">
      <header>
        <h2 id="providers">Providers</h2>
        <span class="beside quiet">in the order in which they are tried</span>
      </header>
      <div class="body">
        {deployments.map((deployment) => (
          <DeploymentCard key={deployment.id} deployment={deployment} watch={watch} />
        ))}
      </div>
    </section>
  );
}

function DeploymentCard({ deployment, watch }: { deployment: Deployment; watch: Watch }) {
  const { clock } = useModels();
  const nowMs = clock.now();
  const { mark, tone, word, because } = healthWords(deployment, nowMs);
  return (
    <article class="deployment" aria-label={`${deployment.name}, ${word}`}>
      <h3>
        {deployment.name}{' '}
        <small>
          {placeWords(deployment.order)} choice{deployment.demo ? ', demo' : ''}
        </small>
      </h3>
      <span class={`state ${tone}`}>
        <Mark name={mark} look="small" />
        {word}
      </span>
      <p class="because">{because}</p>
      {deployment.health.kind !== 'unconfigured' && <Faults deployment={deployment} watch={watch} />}
    </article>
  );
}

function healthWords(
  { fault, health }: Deployment,
  nowMs: number,
): { mark: MarkName; tone: string; word: string; because: string } {
  switch (health.kind) {
    case 'unconfigured':
      return { mark: 'is-idle', tone: 'idle', word: 'Not configured', because: health.why };
    case 'open': {
      const leftMs = health.untilMs - nowMs;
      const because = `${health.why} Next test ${leftMs > 0 ? `in ${durationWords(leftMs)}` : 'now'}.`;
      return { mark: 'is-paused', tone: 'warn', word: 'Left alone', because };
    }
    case 'half-open':
      return health.probing
        ? { mark: 'is-paused', tone: 'warn', word: 'Being tested', because: `${health.why} One call tests it now.` }
        : {
            mark: 'is-paused',
            tone: 'warn',
            word: 'Waits for a test',
            because: `${health.why} One call tests it before asks go there again.`,
          };
    case 'closed':
      if (fault !== null) {
        const because = `It is broken by hand: ${health.recentFails} of its calls failed in the last minute.`;
        return { mark: 'is-warn', tone: 'warn', word: 'Failing on purpose', because };
      }
      return health.recentFails === 0
        ? { mark: 'is-good', tone: 'good', word: 'Healthy', because: 'No failure in the last minute.' }
        : {
            mark: 'is-good',
            tone: 'good',
            word: 'Healthy',
            because: `${health.recentFails} of its calls failed in the last minute.`,
          };
    default:
      return health satisfies never;
  }
}

function Faults({ deployment, watch }: { deployment: Deployment; watch: Watch }) {
  const { toasts } = useModels();
  const { fault, id } = deployment;
  const report = (failure: { message: string } | null): void => {
    if (failure !== null) toasts.show({ text: failure.message });
  };
  return (
    <details class="fold faults" open={fault !== null}>
      <summary>
        Break it on purpose
        <span class="unseen">, {deployment.name}</span>
        <Mark name="down" look="small" />
      </summary>
      {FAULTS.map(({ kind, word, effect }) => {
        const on = fault?.kind === kind;
        const label = `${id}-${kind}`.replaceAll(/[^a-z0-9-]/gi, '-');
        return (
          <Switch
            key={kind}
            id={label}
            what={word}
            of={deployment.name}
            effect={effect}
            on={on}
            untilMs={on ? fault.untilMs : null}
            ends={`It ends by itself after ${FAULT_MINUTES} min, and with the router.`}
            onTurn={(turnOn) => void (turnOn ? watch.setFault(id, kind) : watch.clearFault(id)).then(report)}
          />
        );
      })}
    </details>
  );
}
