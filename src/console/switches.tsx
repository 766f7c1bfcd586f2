import { useModels } from '../app/models.ts';
import type { Failure } from '../app/api.ts';
import type { Bypass, Safeguard } from './reports.ts';
import { Switch } from './switch.tsx';
import { SWITCH_MINUTES, type Watch } from './watch.ts';

/** What an operator can turn on for a while. */
export function Switches({ bypass, safeguard, watch }: { bypass: Bypass; safeguard: Safeguard; watch: Watch }) {
  const { toasts } = useModels();
  const report = (failure: Failure | null): void => {
    if (failure !== null) toasts.show({ text: failure.message });
  };
  const byHand = safeguard.switches.find(({ tenant, on }) => tenant === null && on);
  const fromEnvironment = bypass.by === 'environment';
  return (
    <section class="sheet five" aria-labelledby="switches">
      <header>
        <h2 id="switches">Switches</h2>
        <span class="beside quiet">each ends by itself and can be undone</span>
      </header>
      <div class="body">
        <Switch
          id="switch-bypass"
          what="Bypass the router"
          effect={`Straight to ${bypass.primary ?? 'the first choice'}. No memory, no failover, no guardrails.`}
          on={bypass.state === 'on'}
          untilMs={bypass.until_ms}
          ends={
            fromEnvironment
              ? '`BYPASS_ROUTER` in the environment holds it on. Take it away there, and start the router again.'
              : 'It ends by itself, and with the router.'
          }
          asks={`Every ask goes past memory, failover and caps for ${SWITCH_MINUTES} min.`}
          onTurn={fromEnvironment ? null : (on) => void watch.setBypass(on).then(report)}
        />
        <Switch
          id="switch-safeguard"
          what="Safeguard"
          effect="Cheaper model, shorter context, for every client. By itself at 95 % of a client’s month."
          on={byHand !== undefined}
          untilMs={byHand?.until_ms ?? null}
          ends="It ends by itself, and with the router."
          asks={`Answers are cheaper and know less of what was said before, for ${SWITCH_MINUTES} min.`}
          onTurn={(on) => void watch.setSafeguard(on).then(report)}
        />
      </div>
    </section>
  );
}
