import { useModels } from '../app/models.ts';
import type { Failure } from '../app/api.ts';
import type { Report, Watch } from './watch.ts';
import { Switch } from './switch.tsx';
import { SWITCH_MINUTES } from './watch.ts';

/** What an operator can turn on for a while. */
export function Switches({ report, watch }: { report: Report; watch: Watch }) {
  const { bypass, safeguard, pins, deployments } = report;
  const { toasts } = useModels();
  const say = (failure: Failure | null): void => {
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
        {deployments
          .filter(({ health }) => health.kind !== 'unconfigured')
          .map(({ id, name }) => {
            const pin = pins.find(({ feature, deployment }) => feature === null && deployment === id);
            return (
              <Switch
                key={id}
                id={`switch-pin-${id}`.replaceAll(/[^a-z0-9-]/gi, '-')}
                what={`Pin ${name}`}
                effect="Every ask goes there alone. Should it fail, nobody stands in."
                on={pin !== undefined}
                untilMs={pin?.untilMs ?? null}
                ends="It ends by itself, and with the router."
                asks={`Nobody stands in for ${name} for ${SWITCH_MINUTES} min.`}
                onTurn={(on) => void watch.pin(on ? id : null).then(say)}
              />
            );
          })}
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
          onTurn={fromEnvironment ? null : (on) => void watch.setBypass(on).then(say)}
        />
        <Switch
          id="switch-safeguard"
          what="Safeguard"
          effect="Cheaper model, shorter context, for every client. By itself at 95 % of a client’s month."
          on={byHand !== undefined}
          untilMs={byHand?.until_ms ?? null}
          ends="It ends by itself, and with the router."
          asks={`Answers are cheaper and know less of what was said before, for ${SWITCH_MINUTES} min.`}
          onTurn={(on) => void watch.setSafeguard(on).then(say)}
        />
      </div>
    </section>
  );
}
