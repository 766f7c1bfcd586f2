import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ConfigurationError } from '../../../server/config/configuration-error.ts';
import { describeConfiguration } from '../../../server/config/describe-configuration.ts';
import { schemaKeys } from '../../../server/config/schema-keys.ts';
import { read } from './reading.ts';

/** What reading says, whatever it is; throws what is neither a configuration nor a ConfigurationError. */
function said(text: string, environment?: Record<string, string>): string {
  try {
    return describeConfiguration(read(text, environment)).join('\n');
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    return thrown.message;
  }
}

const words = [...new Set(schemaKeys().flatMap((key) => key.split('.')))];
const word = fc.constantFrom(...words, '__proto__', 'constructor', '<<', '', '0', 'x');
const leaf = fc.oneof(
  fc.constantFrom(
    'openai/x',
    'os.environ/K1',
    'os.environ/NONE',
    '[A B]',
    'a‑b',
    '1e999',
    '-0',
    '1e-07',
    'true',
    '~',
    'app/chat',
    'azure/x',
    '*',
  ),
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const settings = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(word, tie('node'), { maxKeys: 6 }),
  ),
})).node;

test('[K12] any text ends in a configuration or in a ConfigurationError', () => {
  const pieces = fc.constantFrom(
    '\n',
    '  ',
    ': ',
    '- ',
    '&a ',
    '*a',
    '<<: ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|\n',
    '>',
    '?',
    '!!x ',
    '%YAML 1.1\n',
    '---',
    '\t',
    '#',
    ',',
    'model_list',
    'features',
    '\u0000',
    '\ud800',
    '﻿',
    '1',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (parts) => void said(parts.join(''))),
    { numRuns: 500 },
  );
});

test('[K12] any settings end in a configuration or in a ConfigurationError', () => {
  const deployment = { model_name: 'app/chat', litellm_params: { model: 'openai/x', api_key: 'os.environ/K1' } };
  fc.assert(
    fc.property(fc.dictionary(word, settings, { maxKeys: 8 }), fc.boolean(), (sections, good) => {
      said(stringify(good ? { ...sections, model_list: [deployment] } : sections));
    }),
    { numRuns: 500 },
  );
});

const SECRET = 'sk-Zq7secretZq7';
const holding: [place: string, text: string][] = [
  ['a key with a blank', `model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: "${SECRET} x"}}]`],
  ['a key in a list', `model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: [${SECRET}]}}]`],
  ['a key in place of a model', `model_list: [{model_name: a, litellm_params: {model: ${SECRET}/x}}]`],
  [
    'a key in place of a number',
    `model_list: [{model_name: a, litellm_params: {model: openai/x, timeout: ${SECRET}}}]`,
  ],
  ['a key as a key', `model_list: []\n${SECRET}: 1`],
  ['a key after a quote', `model_list: []\napi_key: "a" ${SECRET}`],
  ['a key without a blank after its colon', `model_list:\n  - api_key:${SECRET}\n    model: x`],
  ['a master key in a section', `model_list: []\ngeneral_settings: {master_key: {${SECRET}: 1}}`],
  ['a master key with a look-alike hyphen', `model_list: []\ngeneral_settings: {master_key: ${SECRET}‑a}`],
  ['a database address', `model_list: []\nlitellm_settings: {database_url: "postgres://u:${SECRET}@h/d", cache: x}`],
  ['a wrong webhook', `model_list: []\nalerts: {slack_url: [${SECRET}]}`],
  [
    'a variable with a wrong value',
    'model_list: [{model_name: a, litellm_params: {model: openai/x, timeout: os.environ/S}}]',
  ],
  [
    'a variable with a wrong address',
    'model_list: [{model_name: a, litellm_params: {model: openai/x, api_base: os.environ/S}}]',
  ],
];

test.each(holding)('[K13] no message shows a secret: %s', (_place, text) => {
  expect(said(text, { S: SECRET })).not.toContain('Zq7');
});
