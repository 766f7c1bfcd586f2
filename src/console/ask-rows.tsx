import { Mark } from '../look/mark.tsx';
import type { ToldAsk } from './reports.ts';
import { wayOf } from './way.ts';

/** The newest asks, each with the way it took. */
export function AskRows({ asks }: { asks: readonly ToldAsk[] }) {
  return (
    <section class="sheet all" aria-labelledby="asks">
      <header>
        <h2 id="asks">Last asks</h2>
        <span class="beside quiet">newest first, times in UTC</span>
      </header>
      <div class="body">
        {asks.length === 0 ? (
          <p class="beside">No ask has come yet. Each stands here as soon as it has ended.</p>
        ) : (
          <ul class="rows asks">
            <li class="head" aria-hidden="true">
              <span>UTC</span>
              <span>Feature</span>
              <span>Client</span>
              <span>Way</span>
              <span class="right">First token</span>
              <span class="right">Cost</span>
            </li>
            {asks.map((told) => (
              <AskRow key={`${told.ask.request_id} ${told.ask.run}`} told={told} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function AskRow({ told }: { told: ToldAsk }) {
  const { ask } = told;
  const { mark, words } = wayOf(told);
  const at = new Date(ask.arrived_at_ms).toISOString();
  return (
    <li>
      <time dateTime={at}>{at.slice(11, 19)}</time>
      <span class="title">{ask.feature}</span>
      <span class="desk">{ask.tenant_id}</span>
      <span class="how">
        <Mark name={mark} look={`small ${mark === 'is-bad' ? 'bad' : ''}`} />
        {words}
      </span>
      <span class="fig">
        <span class="unseen">First token </span>
        <b>{ask.ttft_ms === null ? '–' : `${(Math.ceil(ask.ttft_ms / 10) / 100).toFixed(2)} s`}</b>
      </span>
      <span class="fig">
        <span class="unseen">Cost </span>
        {ask.cost_nano_usd === null ? 'unknown' : `$${(Math.ceil(ask.cost_nano_usd / 1e5) / 1e4).toFixed(4)}`}
      </span>
    </li>
  );
}
