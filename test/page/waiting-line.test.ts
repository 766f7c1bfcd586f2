import { describe, expect, it } from 'vitest';
import type { LineState } from '#shared/line.ts';
import { LINE_WORDS } from '../../src/app/line-words.ts';
import { createLine } from '../../src/app/line.ts';
import { fakeClock } from '../fakes/clock.ts';

describe('a line that flaps', () => {
  it('[G13] says at most one thing of ten changes in five seconds', async () => {
    const clock = fakeClock();
    const line = createLine(clock);
    const said: string[] = [];
    line.settled.subscribe((state) => void (LINE_WORDS[state].aloud !== '' && said.push(LINE_WORDS[state].aloud)));
    for (let at = 0; at < 10; at++) {
      const state: LineState = at % 2 === 0 ? 'offline' : 'online';
      line.hear({ type: 'state', line: state, evidence: [], scenario: null, database: null, waiting: 0 });
      await clock.advance(500);
    }
    expect(said.length).toBeLessThanOrEqual(1);
    await clock.advance(10_000);
    expect(said).toEqual(['Online.']);
    expect(clock.timers()).toBe(0);
  });
});
