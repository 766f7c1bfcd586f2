import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeDirectBody } from '../../../server/bypass/raw-body.ts';

const cases: [what: string, given: string, wanted: string][] = [
  [
    'only the model changes: blanks, escapes, forms of numbers, unknown and repeated fields stay',
    '\n{ "messages" : [ {"role":"user","content":"a \\u00e9 \\"model\\": 1 🚆"} ],"model":  "app/chat" , "seed":12345678901234567890,"t":1.0,"t":1e0,\t"x":{"model":"mine"} }\n',
    '\n{ "messages" : [ {"role":"user","content":"a \\u00e9 \\"model\\": 1 🚆"} ],"model":  "north" , "seed":12345678901234567890,"t":1.0,"t":1e0,\t"x":{"model":"mine"} }\n',
  ],
  ['a model that is not named is put in front', '{ "messages":[] }', '{ "model":"north","messages":[] }'],
  ['also into nothing', ' {}', ' {"model":"north"}'],
  ['a model of any other form is replaced too', '{"model":{"a":[1,"}"]},"n":1}', '{"model":"north","n":1}'],
  ['a model that is named twice is the same twice', '{"model":"a","model":null}', '{"model":"north","model":"north"}'],
  ['a name may be written with escapes', '{"\\u006dodel":"a"}', '{"\\u006dodel":"north"}'],
  ['our feature is taken out', '{"feature":"chat", "n":1}', '{"model":"north","n":1}'],
  ['also from the middle and the end', '{"model":"a", "feature":"x" ,"n":1,"feature":2}', '{"model":"north" ,"n":1}'],
  ['and alone', '{"feature":"chat"}', '{"model":"north"}'],
  [
    'a prompt of ours becomes one message, in its own words',
    '{"prompt":"Why \\u003f","stream":true}',
    '{"model":"north","messages":[{"role":"user","content":"Why \\u003f"}],"stream":true}',
  ],
  [
    'beside messages a prompt is none of ours',
    '{"prompt":"a","messages":[]}',
    '{"model":"north","prompt":"a","messages":[]}',
  ],
];

test.each(cases)('[BY2] %s', (_what, given, wanted) => {
  expect(writeDirectBody(given, 'north')).toBe(wanted);
});

test('[BY2] of any object, however it is written, nothing but the model changes', () => {
  const blanks = fc.constantFrom('', ' ', '\n\t', '  ');
  const written = fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 4), blanks, blanks)
    .map(
      ([object, indent, before, after]) =>
        before + JSON.stringify({ ...object, model: 'app/chat' }, null, indent) + after,
    );
  fc.assert(
    fc.property(written, fc.string(), (text, model) => {
      const direct = writeDirectBody(text, model);
      const { feature: _feature, ...rest } = JSON.parse(text) as Record<string, unknown>;
      expect(JSON.parse(direct)).toEqual({ ...asMessages(rest), model });
      if (_feature === undefined && !('prompt' in rest)) {
        const back = writeDirectBody(direct, 'app/chat');
        expect(back).toBe(text);
      }
    }),
  );
});

function asMessages({ prompt, ...rest }: Record<string, unknown>): Record<string, unknown> {
  if (prompt === undefined) return rest;
  return 'messages' in rest ? { prompt, ...rest } : { ...rest, messages: [{ role: 'user', content: prompt }] };
}

test('[BY2] a body of 1 MB of members is written in proportion to its length', () => {
  const text = `{${'"feature":"x","a":[{}],'.repeat(40_000)}"z":1}`;
  const startedMs = performance.now();
  const direct = writeDirectBody(text, 'north');
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(direct).toBe(`{"model":"north",${'"a":[{}],'.repeat(40_000)}"z":1}`);
});
