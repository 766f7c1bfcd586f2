import { expect, test } from 'vitest';
import { parametersFor } from '../../../server/routing/parameters.ts';
import { answer } from '../../fakes/provider/script.ts';
import { never, openRig } from '../ask/rig.ts';
import { mistakesOf, read, withParams } from '../config/reading.ts';

const extras = {
  defaults: { temperature: 0.2, max_tokens: 20 },
  headers: {},
  drop: ['logit_bias'],
  refuseUnsaid: false,
};

test('[K25] a deployment’s own parameters are for asks that say nothing of them; what it must not get is left out', () => {
  expect(parametersFor({ extras }, { logit_bias: {}, seed: 1 })).toEqual({ temperature: 0.2, max_tokens: 20, seed: 1 });
  expect(parametersFor({ extras }, { temperature: 1 })).toEqual({ temperature: 1, max_tokens: 20 });
  expect(parametersFor({}, { temperature: 1 })).toEqual({ temperature: 1 });
});

test('[K25] of the two names for the limit of an answer the ask’s own stands alone', () => {
  expect(parametersFor({ extras }, { max_completion_tokens: 5 })).toEqual({
    temperature: 0.2,
    max_completion_tokens: 5,
  });
});

test('[K25] own parameters and headers reach the provider; no header can take the place of the router’s own', async () => {
  const [deployment] = read(
    withParams(
      'temperature: 0.25\norganization: org-1\nadditional_drop_params: [seed]\nextra_headers: {X-Team: blue, Authorization: Bearer other, content-length: "1"}',
    ),
  ).deployments;
  const rig = await openRig({ first: { extras: deployment?.extras } });
  rig.first.script(answer('Hello'));
  await rig.answer({ prompt: 'Hi', seed: 7 });
  const call = await rig.first.called(1);
  expect(call.body).toMatchObject({ temperature: 0.25 });
  expect(call.body).not.toHaveProperty('seed');
  expect(call.headers).toMatchObject({
    'x-team': 'blue',
    'openai-organization': 'org-1',
    authorization: `Bearer ${rig.first.apiKey}`,
  });
});

test('[K25] headers are bounded, and one that HTTP does not allow stops the start without showing its value', () => {
  const many = Array.from({ length: 21 }, (_, index) => `x-${index}: a`).join(', ');
  expect(mistakesOf(withParams(`extra_headers: {${many}}`))).toEqual([
    '5:22 `extra_headers` has too many entries; at most 20 are allowed.',
  ]);
  expect(mistakesOf(withParams('extra_headers: {"x y": a, x-ok: "hid\\nden"}'))).toEqual([
    '5:23 a header has a name that HTTP does not allow: letters, digits and `-`.',
    '5:39 `model_list[0].litellm_params.extra_headers.x-ok` is a value that is not shown here; it must be letters, digits and signs of ASCII.',
  ]);
});

test('[PW4] [K25] with `drop_params: false` an ask with a parameter that a wire has no word for is refused, and goes nowhere else', async () => {
  const strict = { defaults: {}, headers: {}, drop: [], refuseUnsaid: true };
  const rig = await openRig({ first: { order: 3 }, second: { order: 1, extras: strict } });
  const refused = (await rig.ask({ prompt: 'Hi', seed: 7 })).opening(never);
  await expect(refused).rejects.toMatchObject({
    code: 'provider_refused',
    message: expect.stringContaining('`seed` cannot be said to this provider, and `drop_params` is false.') as unknown,
  });
  expect(rig.first.calls).toHaveLength(0);
  expect((await rig.answer({ prompt: 'Hi', temperature: 1, n: 1 })).text).toBe('This is the fake answer.');
  expect(rig.second.calls).toHaveLength(1);
});

test('[K25] `drop_params` of a deployment goes before that of the file', () => {
  const strictness = (params: string, all: string): (boolean | undefined)[] =>
    read(`${withParams(params)}litellm_settings: {drop_params: ${all}}\n`).deployments.map(
      ({ extras: own }) => own?.refuseUnsaid,
    );
  expect(strictness('drop_params: true', 'false')).toEqual([undefined]);
  expect(strictness('drop_params: false', 'true')).toEqual([true]);
  expect(strictness('order: 1', 'false')).toEqual([true]);
});
