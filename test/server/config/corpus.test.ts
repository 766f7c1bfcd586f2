import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFiles } from './reading.ts';

const folder = new URL('../../fixtures/config/litellm/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Every variable that the files name, but one. */
const environment = {
  OPENAI_API_KEY: 'key-openai',
  ANTHROPIC_API_KEY: 'key-anthropic',
  GROQ_API_KEY: 'key-groq',
  AZURE_API_BASE: 'https://azure.example.com',
  AZURE_API_KEY: 'key-azure',
  PROXY_MASTER_KEY: 'lk-master',
  LITELLM_MASTER_KEY: 'lk-master',
  DATABASE_URL: 'postgres://nobody',
  REDIS_HOST: 'redis.example.com',
  REDIS_PORT: '6379',
  REDIS_PASSWORD: 'key-redis',
  REDIS_URL: 'redis://nobody',
  SLACK_WEBHOOK_URL: 'https://hooks.example.com/key-slack',
  FIRST_SECONDS: '1.5',
  ALLOWED_FAILS: '2',
};

test('[K24] the corpus covers every section of a file of LiteLLM', () => {
  const texts = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const sections = ['model_list', 'router_settings', 'litellm_settings', 'general_settings', 'environment_variables'];
  for (const section of [...sections, 'callback_settings', 'guardrails', 'mcp_servers', 'credential_list'])
    expect(texts).toMatch(new RegExp(`^${section}:`, 'm'));
  expect(files.length).toBeGreaterThanOrEqual(15);
});

test.each(files)('[K24] %s works as it is, and what is not followed in it is told line by line', async (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const { deployments, features, notices } = readFiles({ 'litellm_config.yaml': text }, environment);
  const feature = features.get('default');
  const told = [
    ...deployments.map(
      ({ alias, name: model, order, weight, state }) => `${alias}: ${model}, ${order}, ${weight}, ${state.kind}`,
    ),
    `cache ${feature?.cache.ttlSeconds ?? 0} s`,
    '',
    ...notices,
    '',
  ].join('\n');
  expect(told).not.toMatch(/key-|lk-master|sk-/);
  await expect(told).toMatchFileSnapshot(new URL(name.replace('.yaml', '.told.txt'), folder).pathname);
});
