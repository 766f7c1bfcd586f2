import { describe, expect, it } from 'vitest';
import type { Scenario } from '#shared/scenario.ts';
import { PLACES } from '../../src/developer/presets.ts';
import { readScenarioText, readScenarioValue, readScenarioWord, wordOf } from '../../src/developer/read-scenario.ts';
import { scenario, scenarioText } from '../fakes/scenarios.ts';

function mistakes(text: string): string[] {
  const reading = readScenarioText(text);
  return reading.ok ? [] : reading.mistakes;
}

describe('a scenario from a person', () => {
  it('[G43] is JSON or YAML, and the same in both', () => {
    const tunnel = scenario('tunnel');
    expect(tunnel).toMatchObject({ name: 'tunnel', repeat: true, steps: [{ for_ms: 20_000 }, { offline: true }] });
    expect(readScenarioText(JSON.stringify(tunnel, null, '\t'))).toEqual({ ok: true, scenario: tunnel });
    expect(readScenarioValue(tunnel)).toEqual({ ok: true, scenario: tunnel });
  });

  it('[G43] has each mistake named by its line, with what is allowed there', () => {
    const found = mistakes(scenarioText('broken'));
    expect(found).toHaveLength(4);
    expect(found).toEqual(
      expect.arrayContaining([
        'Line 2: `latency_ms` is "fast". It must be a number of milliseconds from 0 to 120000, or {p50: …, p95: …}.',
        expect.stringMatching(/^Line 3: `stepz` is not known here\. Known are `name`, .*`steps`, .*`only`\.$/),
        'Line 5: `portal` is 511. It must be "redirect", "page" or "511".',
        'Line 6: `status` is 200. It must be a number from 400 to 599.',
      ]),
    );
  });

  it.each([
    ['{"offline": true', /^Line 1: this is neither JSON nor YAML\. /],
    ['- offline: true', /^A scenario is one object .* this is \[\{"offline":true\}\]\.$/],
    ['', 'Nothing stands here. A scenario is JSON or YAML.'],
    ['kind: offline', /^Line 1: `kind` is not known here\. Scenarios with `kind` are of an earlier version\./],
    ['steps:\n  - offline: true\n  - for_ms: 5', /^Line 2: Say `for_ms`/],
    ['steps:\n  - for_ms: 5\n    speed: 2', /^Line 3: `speed` is not known here\. Known are `for_ms`, /],
    ['steps:\n  - 5', /^Line 2: A step is an object .* this is 5\.$/],
    ['steps: [{for_ms: 5}]\nspeed: 0', 'Line 2: `speed` is 0. It must be a number from 0.01 to 1000.'],
    ['latency_ms:\n  p50: 9\n  p95: 3', 'Line 3: `p95` cannot be less than `p50`.'],
    ['respond: {}', 'Line 1: `status` is missing. It must be a number from 400 to 599.'],
    ['speed: 2\noffline: true', 'Line 1: Only a scenario with `steps` has a pace and can repeat.'],
    ['a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b]', /^This YAML cannot be read: /],
    [`# ${'x'.repeat(20_000)}`, 'It has 20002 characters; a scenario has 20000 at most.'],
  ])('[G43] %j says what is wrong with it', (text, sentence) => {
    expect(mistakes(text)[0]).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('[G41] [G46] goes into a link by its name, or whole, and comes out the same', () => {
    expect(wordOf(PLACES[0]?.scenario as Scenario)).toBe('café');
    const own: Scenario = { name: 'Mérida ☕', drop_rate: 0.5, steps: [{ for_ms: 5, portal: '511' }] };
    expect(wordOf(own)).toMatch(/^[\w-]+$/);
    expect(readScenarioWord(wordOf(own))).toEqual({ ok: true, scenario: own });
    // A preset that was changed is no preset.
    const changed: Scenario = { name: 'café', offline: true };
    expect(readScenarioWord(wordOf(changed))).toEqual({ ok: true, scenario: changed });
    expect(readScenarioWord('Hotel-Portal')).toMatchObject({ ok: true, scenario: { name: 'hotel portal' } });
    expect(readScenarioWord('eyJ')).toMatchObject({ ok: false });
    expect(readScenarioWord('nowhere')).toMatchObject({
      mistakes: [expect.stringMatching(/^There is no scenario "nowhere"\. Known are “café”, /)],
    });
  });
});
