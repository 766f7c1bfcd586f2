import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Mark } from '../look/mark.tsx';
import type { Step } from '#device/rows.ts';
import type { AnswerView } from './answer-view.ts';
import { sinceWords, tellTimeline, type Stretch, type Timeline } from './timeline.ts';

/** The life of one ask: a line of where the time went, then each step in words, then what the router says of its part. */
export function WhatHappened({
  id,
  timeline,
  answer,
}: {
  id: string;
  timeline: readonly Step[] | null;
  answer: Extract<AnswerView, { kind: 'whole' | 'partial' | 'failed' }>;
}) {
  const told = tellTimeline(timeline, answer);
  return (
    <section class="happened" id={id} aria-label="What happened">
      {told.summary !== '' && <p>{told.summary}</p>}
      {told.stretches.length > 0 && <Line told={told} />}
      {told.moments.length > 1 && (
        <ol class="way">
          {told.moments.map((moment, at) => (
            <li key={at} class={moment.waits ? 'waited' : ''}>
              <span class="at">{moment.at}</span>
              <Mark name={moment.mark} look={moment.tone} />
              <div>
                <h3>{moment.what}</h3>
                {moment.more !== '' && <p>{moment.more}</p>}
              </div>
            </li>
          ))}
        </ol>
      )}
      {told.router.length > 0 && (
        <dl class="pairs">
          {told.router.map(({ name, value }) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      )}
      {told.missing.map((sentence) => (
        <p key={sentence} class="beside">
          {sentence}
        </p>
      ))}
    </section>
  );
}

/** Room for a stroke at either end, in pixels. */
const END = 4;

const NAMES: Record<Stretch['kind'], string> = {
  'in-line': 'in the line',
  waiting: 'waiting for words',
  arriving: 'words arriving',
  saved: 'from this device',
};

/** The same as the list of steps, drawn: dotted where it waited, dashed in the outbox, solid where words arrived. */
function Line({ told: { stretches, cutsMs, totalMs } }: { told: Timeline }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useSignal(320);
  // Drawn to the width there is, so that strokes and marks keep their size.
  useEffect(() => {
    const box = root.current;
    if (box === null) return undefined;
    const watch = new ResizeObserver(() => (width.value = Math.max(100, box.clientWidth)));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const x = (ms: number): number => END + (totalMs === 0 ? 0 : (Math.max(0, ms) / totalMs) * (width.value - 2 * END));
  const kinds = (Object.keys(NAMES) as Stretch['kind'][]).filter((kind) => stretches.some((one) => one.kind === kind));
  return (
    <div class="journey" ref={root} aria-hidden="true">
      <svg width={width.value} height="18" viewBox={`0 0 ${width.value} 18`}>
        {stretches.map(({ kind, fromMs, toMs }) => (
          <path key={fromMs} class={kind} d={`M${x(fromMs).toFixed(1)} 9H${x(toMs).toFixed(1)}`} />
        ))}
        {cutsMs.map((ms) => (
          <path key={ms} class="lost" d={`M${(x(ms) - 4).toFixed(1)} 5l8 8m0 -8l-8 8`} />
        ))}
      </svg>
      <p>
        <span>0</span>
        <span>{sinceWords(totalMs)}</span>
      </p>
      <ul class="keys">
        {kinds.map((kind) => (
          <li key={kind}>
            <svg width="22" height="12" viewBox="0 0 22 12">
              <path class={kind} d="M3 6h16" />
            </svg>
            {NAMES[kind]}
          </li>
        ))}
      </ul>
    </div>
  );
}
