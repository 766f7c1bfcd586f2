import type { PriceList } from './price-table.ts';

/**
 * Prices of makers, as each of them listed them: model, then dollars per million tokens of input, output, input read from the prompt cache, input written to
 * it, input written for an hour; then, where a long prompt makes the whole call dearer, above how many input tokens, and the same five.
 * A `-` is a price that the list does not have.
 */
export const makersPrices: PriceList[] = [
  {
    prefix: 'openai',
    source: 'https://developers.openai.com/api/docs/pricing',
    date: '2026-09-23',
    rows: `
chatgpt-4o-latest        5 15 - - -
codex-mini               1.5 6 0.375 - -
gpt-3.5-0301             1.5 2 - - -
gpt-3.5-turbo            0.5 1.5 - - -
gpt-3.5-turbo-0125       0.5 1.5 - - -
gpt-3.5-turbo-0301       1.5 2 - - -
gpt-3.5-turbo-0613       1.5 2 - - -
gpt-3.5-turbo-1106       1 2 - - -
gpt-3.5-turbo-16k        3 4 - - -
gpt-3.5-turbo-16k-0613   3 4 - - -
gpt-3.5-turbo-instruct   1.5 2 - - -
gpt-4                    30 60 - - -
gpt-4-turbo              10 30 - - -
gpt-4-turbo-0125-preview 10 30 - - -
gpt-4-turbo-preview      10 30 - - -
gpt-4.1                  2 8 0.5 - -
gpt-4.1-mini             0.4 1.6 0.1 - -
gpt-4.1-nano             0.1 0.4 0.025 - -
gpt-4.5-preview          75 150 37.5 - -
gpt-4o                   2.5 10 1.25 - -
gpt-4o-2024-05-13        5 15 - - -
gpt-4o-mini              0.15 0.6 0.075 - -
gpt-5                    1.25 10 0.125 - -
gpt-5-chat               1.25 10 0.125 - -
gpt-5-codex              1.25 10 0.125 - -
gpt-5-mini               0.25 2 0.025 - -
gpt-5-nano               0.05 0.4 0.005 - -
gpt-5-pro                15 120 - - -
gpt-5.1                  1.25 10 0.125 - -
gpt-5.1-chat             1.25 10 0.125 - -
gpt-5.1-codex            1.25 10 0.125 - -
gpt-5.1-codex-max        1.25 10 0.125 - -
gpt-5.1-codex-mini       0.25 2 0.025 - -
gpt-5.2                  1.75 14 0.175 - -
gpt-5.2-chat             1.75 14 0.175 - -
gpt-5.2-codex            1.75 14 0.175 - -
gpt-5.2-pro              21 168 - - -
gpt-5.3                  1.75 14 0.175 - -
gpt-5.3-chat             1.75 14 0.175 - -
gpt-5.3-codex            1.75 14 0.175 - -
gpt-5.4                  2.5 15 0.25 - - 272000 5 22.5 0.5 - -
gpt-5.4-mini             0.75 4.5 0.075 - -
gpt-5.4-nano             0.2 1.25 0.02 - -
gpt-5.4-pro              30 180 - - - 272000 60 270 - - -
gpt-5.5                  5 30 0.5 - - 272000 10 45 1 - -
gpt-5.5-chat             5 30 0.5 - - 272000 10 45 1 - -
gpt-5.5-codex            5 30 0.5 - - 272000 10 45 1 - -
gpt-5.5-pro              30 180 - - - 272000 60 270 - - -
gpt-5.6                  4 20 0.4 5 - 272000 8 30 0.8 10 -
gpt-5.6-luna             0.2 1.2 0.02 0.25 - 272000 0.4 1.8 0.04 0.5 -
gpt-5.6-sol              4 20 0.4 5 - 272000 8 30 0.8 10 -
gpt-5.6-terra            2 12 0.2 2.5 - 272000 4 18 0.4 5 -
gpt-6-astra              10 50 1 12.5 - 272000 20 75 2 25 -
gpt-6-luna               0.1 0.5 0.01 0.125 - 272000 0.2 0.75 0.02 0.25 -
gpt-6-sol                2 10 0.2 2.5 - 272000 4 15 0.4 5 -
gpt-chat-latest          5 30 0.5 - -
o1                       15 60 7.5 - -
o1-mini                  1.1 4.4 0.55 - -
o1-preview               15 60 7.5 - -
o1-pro                   150 600 - - -
o3                       2 8 0.5 - -
o3-mini                  1.1 4.4 0.55 - -
o3-mini-high             1.1 4.4 0.55 - -
o3-pro                   20 80 - - -
o4-mini                  1.1 4.4 0.275 - -
o4-mini-high             1.1 4.4 0.275 - -
`,
  },
  {
    prefix: 'anthropic',
    source: 'https://www.anthropic.com/pricing#api',
    date: '2026-09-23',
    rows: `
claude-3-5-haiku  0.8 4 0.08 1 1.6
claude-3-5-sonnet 3 15 0.3 3.75 6
claude-3-7-sonnet 3 15 0.3 3.75 6
claude-3-haiku    0.25 1.25 0.03 0.3 0.5
claude-3-opus     15 75 1.5 18.75 30
claude-3-sonnet   3 15 0.3 3.75 6
claude-fable-5    10 50 1 12.5 20
claude-fable-5-1  10 50 0.25 12.5 20
claude-haiku-4-5  1 5 0.1 1.25 2
claude-opus-4     15 75 1.5 18.75 30
claude-opus-4-0   15 75 1.5 18.75 30
claude-opus-4-1   15 75 1.5 18.75 30
claude-opus-4-5   5 25 0.5 6.25 10
claude-opus-4-6   5 25 0.5 6.25 10
claude-opus-4-7   5 25 0.5 6.25 10
claude-opus-4-8   5 25 0.5 6.25 10
claude-opus-5     5 25 0.5 6.25 10
claude-opus-5-5   4 20 0.2 5 8
claude-sonnet-3-7 3 15 0.3 3.75 6
claude-sonnet-4   3 15 0.3 3.75 6
claude-sonnet-4-0 3 15 0.3 3.75 6
claude-sonnet-4-5 3 15 0.3 3.75 6 200000 6 22.5 0.6 7.5 12
claude-sonnet-4-6 3 15 0.3 3.75 6
claude-sonnet-5   2 10 0.2 2.5 4
`,
  },
  {
    prefix: 'anthropic',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    date: '2026-10-09',
    rows: `
claude-haiku-5-5  0.1 0.5 0.01 0.125 - 100000 0.5 2.5 0.05 0.625 -
claude-sonnet-5-5 2 10 0.1 2.5 -
`,
  },
  {
    prefix: 'gemini',
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    date: '2026-09-23',
    rows: `
gemini-1.0-pro                   0.125 0.375 - - -
gemini-1.0-pro-vision-001        0.125 0.375 - - -
gemini-1.5-flash                 0.075 0.3 0.01875 - - 128000 0.15 0.6 0.0375 - -
gemini-1.5-pro                   1.25 5 - - - 128000 2.5 10 - - -
gemini-2.0-flash                 0.1 0.4 0.025 - -
gemini-2.0-flash-lite            0.075 0.3 - - -
gemini-2.5-flash                 0.3 2.5 0.03 - -
gemini-2.5-flash-lite            0.1 0.4 0.01 - -
gemini-2.5-flash-preview-09-2025 0.3 2.5 0.03 - -
gemini-2.5-pro                   1.25 10 0.125 - - 200000 2.5 15 0.25 - -
gemini-3-flash-preview           0.5 3 0.05 - -
gemini-3-pro-preview             2 12 0.2 - - 200000 4 18 0.4 - -
gemini-3.1-flash-lite            0.25 1.5 0.025 - -
gemini-3.1-flash-lite-preview    0.25 1.5 0.025 - -
gemini-3.1-pro-preview           2 12 0.2 - - 200000 4 18 0.4 - -
gemini-3.5-flash                 1.5 9 0.15 - -
gemini-3.5-flash-lite            0.3 2.5 0.03 - -
gemini-3.5-flash-preview         1.5 9 0.15 - -
gemini-3.6-flash                 0.75 3.75 0.075 - -
gemini-3.7-flash                 0.75 3.75 0.075 - -
gemini-3.8-flash                 0.75 3.75 0.075 - -
gemini-flash-1.5                 0.075 0.3 0.01875 - - 128000 0.15 0.6 0.0375 - -
gemini-flash-1.5-8b              0.0375 0.15 0.01 - - 128000 0.075 0.3 0.02 - -
gemini-pro                       0.125 0.375 - - -
gemini-pro-1.5                   1.25 5 0.3125 - - 128000 2.5 10 0.625 - -
`,
  },
  {
    prefix: 'groq',
    source: 'https://console.groq.com/docs/models',
    date: '2026-09-23',
    rows: `
deepseek-r1-distill-llama-70b                 0.75 0.99 - - -
llama-3.1-405b-reasoning                      0.59 0.79 - - -
llama-3.1-70b-versatile                       0.59 0.79 - - -
llama-3.1-8b-instant                          0.05 0.08 - - -
llama-3.2-1b-preview                          0.04 0.04 - - -
llama-3.2-3b-preview                          0.06 0.06 - - -
llama-3.3-70b-specdec                         0.59 0.99 - - -
llama-3.3-70b-versatile                       0.59 0.79 - - -
llama2-70b-4096                               0.7 0.8 - - -
llama3-70b-8192                               0.59 0.79 - - -
llama3-8b-8192                                0.05 0.08 - - -
llama3-groq-70b-8192-tool-use-preview         0.89 0.89 - - -
llama3-groq-8b-8192-tool-use-preview          0.19 0.19 - - -
meta-llama/llama-4-maverick-17b-128e-instruct 0.2 0.6 - - -
meta-llama/llama-4-scout-17b-16e-instruct     0.11 0.34 - - -
mixtral-8x7b-32768                            0.24 0.24 - - -
moonshotai/kimi-k2-instruct                   1 3 0.5 - -
moonshotai/kimi-k2-instruct-0905              1 3 0.5 - -
openai/gpt-oss-120b                           0.15 0.6 0.075 - -
openai/gpt-oss-20b                            0.075 0.3 0.0375 - -
qwen/qwen3-32b                                0.29 0.59 - - -
`,
  },
  {
    prefix: 'mistral',
    source: 'https://mistral.ai/pricing/api',
    date: '2026-09-23',
    rows: `
codestral                       0.3 0.9 - - -
codestral-2501                  0.3 0.9 - - -
codestral-2508                  0.3 0.9 0.03 - -
devstral-2512                   0.4 2 0.04 - -
magistral-medium                2 5 - - -
magistral-small                 0.5 1.5 - - -
ministral-14b-2512              0.2 0.2 0.02 - -
ministral-3b                    0.04 0.04 - - -
ministral-3b-2512               0.1 0.1 0.01 - -
ministral-8b                    0.1 0.1 - - -
ministral-8b-2410               0.1 0.1 - - -
ministral-8b-2512               0.15 0.15 0.015 - -
ministral-8b-latest             0.15 0.15 0.015 - -
mistral-7b                      0.25 0.25 - - -
mistral-large                   2 6 - - -
mistral-large-2407              2 6 - - -
mistral-large-2411              2 6 - - -
mistral-large-2512              0.5 1.5 0.05 - -
mistral-medium                  0.4 2 0.04 - -
mistral-medium-2312             2.7 8.1 - - -
mistral-medium-2505             0.4 2 0.04 - -
mistral-medium-2508             0.4 2 0.04 - -
mistral-medium-3                1.5 7.5 0.15 - -
mistral-medium-3-1              0.4 2 0.04 - -
mistral-medium-3-5              1.5 7.5 0.15 - -
mistral-medium-3.5              1.5 7.5 0.15 - -
mistral-medium-latest           1.5 7.5 0.15 - -
mistral-nemo                    0.15 0.15 - - -
mistral-small-24b-instruct-2501 0.05 0.08 - - -
mistral-small-2603              0.15 0.6 0.015 - -
mistral-small-3.1-24b-instruct  0.351 0.555 - - -
mistral-small-3.2-24b-instruct  0.075 0.2 - - -
mistral-small-latest            0.1 0.3 - - -
mixtral-8x22b-instruct          0.9 0.9 - - -
mixtral-8x7b                    0.7 0.7 - - -
open-mistral-7b                 0.25 0.25 - - -
open-mistral-nemo               0.15 0.15 - - -
open-mixtral-8x7b               0.7 0.7 - - -
`,
  },
  {
    prefix: 'deepseek',
    source: 'https://api-docs.deepseek.com/quick_start/pricing',
    date: '2026-09-23',
    rows: `
deepseek-chat          0.27 1.1 0.07 - -
deepseek-chat-v3-0324  0.27 1.1 0.07 - -
deepseek-r1            0.55 2.19 0.14 - -
deepseek-r1-0528       0.55 2.19 0.14 - -
deepseek-reasoner      0.55 2.19 0.14 - -
deepseek-v3.1-terminus 0.27 0.95 0.13 - -
deepseek-v3.2          0.2288 0.3432 - - -
deepseek-v3.2-exp      0.27 0.41 - - -
deepseek-v4-flash      0.44 1.32 0.014 - -
deepseek-v4-pro        1.32 3.96 0.044 - -
`,
  },
  {
    prefix: 'xai',
    source: 'https://docs.x.ai/docs/models',
    date: '2026-09-23',
    rows: `
grok-2-vision               2 10 - - -
grok-2-vision-1212          2 10 - - -
grok-3                      3 15 0.75 - -
grok-3-beta                 3 15 0.75 - -
grok-3-fast                 5 25 1.25 - -
grok-3-fast-beta            5 25 1.25 - -
grok-3-mini                 0.3 0.5 0.075 - -
grok-3-mini-beta            0.3 0.5 0.075 - -
grok-3-mini-fast            0.6 4 0.15 - -
grok-3-mini-fast-beta       0.6 4 0.15 - -
grok-4                      3 15 0.75 - -
grok-4-0709                 3 15 0.75 - -
grok-4-1-fast               0.2 0.5 0.05 - -
grok-4-1-fast-non-reasoning 0.2 0.5 0.05 - -
grok-4-1-fast-reasoning     0.2 0.5 0.05 - -
grok-4-fast                 0.2 0.5 0.05 - -
grok-4-fast-non-reasoning   0.2 0.5 0.05 - -
grok-4-fast-reasoning       0.2 0.5 0.05 - -
grok-4.20                   1.25 2.5 0.2 - - 199999 2.5 5 0.4 - -
grok-4.20-multi-agent       2 6 0.2 - -
grok-4.3                    1.25 2.5 0.2 - - 199999 2.5 5 0.4 - -
grok-4.5                    2 6 0.3 - - 199999 4 12 0.6 - -
grok-4.6                    2 6 0.5 - - 199999 4 12 1 - -
grok-build-0.1              1 2 0.2 - - 199999 2 4 0.4 - -
grok-code-fast              0.2 1.5 0.02 - -
grok-code-fast-1            0.2 1.5 0.02 - -
grok-code-fast-1-0825       0.2 1.5 0.02 - -
grok-latest                 2 6 0.3 - - 199999 4 12 0.6 - -
`,
  },
  {
    prefix: 'cerebras',
    source: 'https://www.cerebras.ai/pricing#pricing',
    date: '2026-09-23',
    rows: `
gpt-oss-120b 0.35 0.75 - - -
`,
  },
];
