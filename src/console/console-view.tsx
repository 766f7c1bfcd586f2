import { useEffect, useMemo } from 'preact/hooks';
import type { Failure } from '../app/api.ts';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { ageWords } from '../look/words.ts';
import { ConfigurationSheet } from './configuration.tsx';
import { AskRows } from './ask-rows.tsx';
import { Budget, Stats } from './stats.tsx';
import { Deployments } from './deployments.tsx';
import { Keys } from './keys.tsx';
import { Spend } from './spend.tsx';
import { Switches } from './switches.tsx';
import { judge } from './verdict.ts';
import { createWatch } from './watch.ts';
import './console.css';

/** What an operator must know at 2 AM: one sentence, then the figures it stands on. */
export function ConsoleView() {
  const { api, clock } = useModels();
  const watch = useMemo(() => createWatch(api, clock), []);
  useEffect(() => {
    document.title = 'Console · Layover';
    const left = new AbortController();
    watch.run(() => document.visibilityState === 'visible', left.signal);
    return () => left.abort();
  }, []);
  const { report, failure } = watch.state.value;
  if (failure?.status === 401 || failure?.status === 403) return <SignIn failure={failure} />;
  if (report === null) return <Unknown failure={failure} />;
  const verdict = judge(report.slo, report.deployments);
  return (
    <main class="page console" id="main" tabIndex={-1}>
      {failure !== null && (
        <p class="stale" role="status">
          <Mark name="line-offline" look="small" />
          The router cannot be reached. These are its last figures, {ageWords(clock.now() - report.atMs)}; they are not
          live.
        </p>
      )}
      {report.bypass.state === 'on' && (
        <p class="stale" role="status">
          <Mark name="is-warn" look="small" />
          The router is bypassed: asks go straight to {report.bypass.primary ?? 'the first choice'}, without memory,
          failover or caps.
        </p>
      )}
      <section class="verdict" aria-labelledby="verdict">
        <Mark name={verdict.mark} look={verdict.tone === 'idle' ? 'quiet' : verdict.tone} />
        <h2 class="says" id="verdict">
          {verdict.says}
        </h2>
        <p>{verdict.evidence}</p>
      </section>
      <Stats slo={report.slo} />
      <div class="grid">
        <Deployments deployments={report.deployments} watch={watch} />
        <Budget slo={report.slo} />
        <Spend budgets={report.budgets} />
        <Switches report={report} watch={watch} />
        <Keys keys={report.keys} watch={watch} />
        <AskRows asks={report.asks} />
        <ConfigurationSheet />
      </div>
    </main>
  );
}

function SignIn({ failure }: { failure: Failure }) {
  const session = useModels().session.state.value;
  // The router calls whoever is no operator signed out at this address; the rail beside calls the same person a guest.
  const guest = session.kind === 'ready' && session.policy.guest;
  const who = guest
    ? 'You are a guest here.'
    : failure.status === 401
      ? 'You are signed out.'
      : 'You are signed in as an asker.';
  return (
    <main class="page" id="main" tabIndex={-1}>
      <section class="sheet">
        <div class="empty">
          <Mark name="is-paused" />
          <h2>The Console is the operator’s</h2>
          <p>
            {who} Open the Console link that <code>npm start</code> prints, or make one with{' '}
            <code>npx layover link --operator</code>.
          </p>
        </div>
      </section>
    </main>
  );
}

function Unknown({ failure }: { failure: Failure | null }) {
  return (
    <main class="page" id="main" tabIndex={-1}>
      {failure !== null && (
        <section class="sheet">
          <div class="empty">
            <Mark name="line-offline" />
            <h2>The Console cannot be reached</h2>
            <p>{failure.message} It tries again every 5 s.</p>
          </div>
        </section>
      )}
    </main>
  );
}
