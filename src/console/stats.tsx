import { useEffect, useRef } from 'preact/hooks';
import type { SloFigure, SloReport } from '#shared/console-wire.ts';
import { Mark } from '../look/mark.tsx';
import { countWords, upTo } from '../look/words.ts';

/** Success, first token and cost over the window; what the devices felt stands under each. */
export function Stats({ slo }: { slo: SloReport }) {
  const { router, device, window } = slo;
  const counted = router.answered + router.failed;
  return (
    <section class="sheet" aria-labelledby="numbers">
      <div class="stats-over">
        <h2 id="numbers">Last {window.days} days, rolling</h2>
        <p class="beside quiet">
          {countWords(counted, 'ask')}, {router.from_memory.toLocaleString('en')} from memory
        </p>
      </div>
      <div class="stats">
        <Stat
          name="Success"
          figure={router.success_percent}
          show={(value) => [value.toFixed(2), '%']}
          target={(value) => `≥ ${value} %`}
          side="at-least"
          more={deviceSuccess(device.success_percent, device.saved)}
        />
        <Stat
          name="First token, p95"
          figure={router.first_token_p95_seconds}
          show={(value) => [upTo(value, 2), 's']}
          target={(value) => `≤ ${value} s`}
          side="at-most"
          more={deviceFirst(device.first_token_p95_seconds)}
        />
        <Stat
          name="Cost of an ask"
          figure={router.cost_average_usd}
          show={(value) => [`$${upTo(value, 4)}`, '']}
          target={(value) => `≤ $${value}`}
          side="at-most"
          more={costMore(slo)}
        />
      </div>
    </section>
  );
}

function deviceSuccess(figure: SloFigure, saved: number): string {
  if (figure.n === 0) return 'No device has told yet.';
  const told = `${figure.n.toLocaleString('en')} told, ${saved.toLocaleString('en')} saved`;
  return figure.value === null
    ? `On devices: ${told}, too few to say`
    : `On devices ${figure.value.toFixed(2)} %: ${told}`;
}

function deviceFirst(figure: SloFigure): string {
  if (figure.value === null)
    return figure.n === 0 ? 'No device has told yet.' : `On devices: ${figure.n} told, too few to say`;
  return `On devices ${upTo(figure.value, 2)} s, saved answers counted`;
}

function costMore({ router }: SloReport): string {
  const p95 = router.cost_p95_usd.value === null ? '' : `p95 $${upTo(router.cost_p95_usd.value, 4)}`;
  const unknown = router.cost_unknown === 0 ? '' : `${router.cost_unknown.toLocaleString('en')} without a known price`;
  return [p95, unknown].filter(Boolean).join(', ') || 'Sum of all attempts';
}

interface StatProps {
  name: string;
  figure: SloFigure;
  /** Figure and unit. */
  show: (value: number) => [string, string];
  target: (value: number) => string;
  side: 'at-most' | 'at-least';
  more: string;
}

function Stat({ name, figure, show, target, side, more }: StatProps) {
  const [number, unit] = figure.value === null ? ['–', ''] : show(figure.value);
  return (
    <div class={`stat ${figure.value === null ? 'unknown' : ''}`}>
      <h3>{name}</h3>
      <p class={`number ${number.length > 5 ? 'long' : ''}`}>
        {number}
        {unit !== '' && <span class="unit">{unit}</span>}
      </p>
      <p class="target">
        {figure.target !== null && <span class="soft">target {target(figure.target)}</span>}
        <Inside figure={figure} />
      </p>
      {figure.value !== null && figure.target !== null && (
        <Stand value={figure.value} target={figure.target} side={side} outside={figure.met === false} />
      )}
      <p class="more">{more}</p>
    </div>
  );
}

function Inside({ figure }: { figure: SloFigure }) {
  if (!figure.enough) {
    return (
      <span class="state idle">
        <Mark name="is-unmeasured" look="small" />
        not enough data, {figure.n} of 20
      </span>
    );
  }
  return figure.met === false ? (
    <span class="state bad">
      <Mark name="is-bad" look="small" />
      outside
    </span>
  ) : (
    <span class="state good">
      <Mark name="is-good" look="small" />
      inside
    </span>
  );
}

/** Where the figure stands on the way to its gate: at half for what must be at least, at three quarters for what may be at most. */
function Stand({ value, target, side, outside }: { value: number; target: number; side: string; outside: boolean }) {
  const way = useRef<HTMLDivElement>(null);
  const gate = side === 'at-least' ? 50 : 75;
  const share =
    side === 'at-least' ? 50 + ((value - target) / Math.max(0.01, 100 - target)) * 50 : (value / target) * 75;
  useEffect(() => {
    way.current?.style.setProperty('--at', `${Math.min(97, Math.max(3, share))}%`);
    way.current?.style.setProperty('--gate', `${gate}%`);
  }, [share, gate]);
  return (
    <div ref={way} class={`stand ${side} ${outside ? 'outside' : ''}`} aria-hidden="true">
      <i class="inside" />
      <i class="gate" />
      <i class="at" />
    </div>
  );
}

/** How many asks may still fail. */
export function Budget({ slo }: { slo: SloReport }) {
  const { allowed, failed, left, left_percent: percent } = slo.error_budget;
  return (
    <section class="sheet five" aria-labelledby="budget">
      <header>
        <h2 id="budget">Error budget</h2>
        <span class="beside quiet">{slo.window.days} days, all clients</span>
      </header>
      <div class="body">
        <p class="burn-top">
          <span class="number large">{left}</span>
          <span class="soft">of {allowed} asks may still fail</span>
        </p>
        <p class="beside">
          {failed === 0 ? 'None has failed.' : `${countWords(failed, 'ask')} failed.`}
          {percent !== null && percent < 50 && ` ${Math.max(0, percent)} % is left.`}
        </p>
      </div>
    </section>
  );
}
