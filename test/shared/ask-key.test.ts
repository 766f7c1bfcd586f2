import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAsk, exactAsk, hmacHex, sha256Hex, type AskScope } from '#shared/ask-key.ts';
import { canonicalJson } from '#shared/canonical.ts';
import { chatRequestSchema, notReusable } from '#shared/chat.ts';
import { plainNormalization } from '#shared/prompt.ts';

const scope: AskScope = {
  tenant: 'costa',
  scope: { kind: 'tenant' },
  feature: 'default',
  promptVersion: 1,
  modelAlias: 'app/chat',
  normalization: plainNormalization,
};
const ask = (body: unknown) => chatRequestSchema.parse(body);
const hello = ask({ prompt: 'Hello  there' });

describe('canonical JSON', () => {
  it('[N6] is the same for any order of keys and with undefined left out', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson({ ...turned, gone: undefined })).toBe(canonicalJson(value));
      }),
    );
  });

  it('[N6] reads back as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('[N6] refuses what is nested too deep instead of running out of stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(RangeError);
  });
});

describe('the canonical form of an ask', () => {
  it('[N7] reads the same for prompt, message and text part', () => {
    const plain = canonicalAsk(hello, scope);
    expect(plain.startsWith('k1:')).toBe(true);
    expect(canonicalAsk(ask({ messages: [{ role: 'user', content: 'Hello there' }] }), scope)).toBe(plain);
    expect(
      canonicalAsk(ask({ messages: [{ role: 'user', content: [{ type: 'text', text: ' Hello there' }] }] }), scope),
    ).toBe(plain);
  });

  it.each([
    ['tenant', { tenant: 'other' }],
    ['scope', { scope: { kind: 'user' as const, user: 'u1' } }],
    ['feature', { feature: 'notes' }],
    ['prompt version', { promptVersion: 2 }],
    ['model alias', { modelAlias: 'app/small' }],
  ])('[N7] differs by %s', (_name, change) => {
    expect(canonicalAsk(hello, { ...scope, ...change })).not.toBe(canonicalAsk(hello, scope));
  });

  it.each([
    ['temperature', { temperature: 0 }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['an unknown parameter', { frobnicate: true }],
    ['reasoning_effort', { reasoning_effort: 'high' }],
  ])('[N7] differs by %s', (_name, more) => {
    expect(canonicalAsk(ask({ prompt: 'Hello there', ...more }), scope)).not.toBe(canonicalAsk(hello, scope));
  });

  it.each([
    ['stream', { stream: true }],
    ['stream_options', { stream_options: { include_usage: true } }],
    ['user', { user: 'u9' }],
    ['metadata', { metadata: { feature: 'default' } }],
  ])('[N7] is the same whatever %s says', (_name, more) => {
    expect(canonicalAsk(ask({ prompt: 'Hello there', ...more }), scope)).toBe(canonicalAsk(hello, scope));
  });

  it('[N7] holds the whole history', () => {
    const turns = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ];
    expect(canonicalAsk(ask({ messages: turns }), scope)).not.toBe(
      canonicalAsk(ask({ messages: turns.slice(2) }), scope),
    );
  });

  it('[N8] binds an idempotency key to the words as typed, not as normalized', () => {
    expect(exactAsk(hello, 'default', 'app/chat')).not.toBe(
      exactAsk(ask({ prompt: 'Hello there' }), 'default', 'app/chat'),
    );
    expect(exactAsk(ask({ prompt: 'Hello  there', stream: true }), 'default', 'app/chat')).toBe(
      exactAsk(hello, 'default', 'app/chat'),
    );
  });

  it('[N9] keys are SHA-256 on the router and an HMAC under its own key on a device', async () => {
    expect(await sha256Hex('abc', crypto.subtle)).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const make = () => crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const [one, other] = [await make(), await make()];
    expect(await hmacHex('abc', one, crypto.subtle)).toMatch(/^[0-9a-f]{64}$/);
    expect(await hmacHex('abc', one, crypto.subtle)).not.toBe(await hmacHex('abc', other, crypto.subtle));
  });
});

describe('what may be given again', () => {
  it.each([
    [{ prompt: 'a' }, null],
    [{ prompt: 'a', n: 2 }, 'more than one choice'],
    [{ prompt: 'a', tools: [{}] }, 'tools'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }] },
      'images or files',
    ],
    [{ messages: [{ role: 'tool', content: 'x', tool_call_id: 'y' }] }, 'tool results'],
  ])('[N10] %j: %s', (body, reason) => {
    expect(notReusable(ask(body))).toBe(reason);
  });
});
