import type { PriceList } from './price-table.ts';

/**
 * Prices of gateways, as they listed them: model, then dollars per million tokens of input, output, input read from the prompt cache, input written to
 * it, input written for an hour; then, where a long prompt makes the whole call dearer, above how many input tokens, and the same five.
 * A `-` is a price that the list does not have.
 */
export const gatewaysPrices: PriceList[] = [
  {
    prefix: 'openrouter',
    source: 'https://openrouter.ai/models',
    date: '2026-09-23',
    rows: `
anthropic/claude-2                           8 24 - - -
anthropic/claude-2.0                         8 24 - - -
anthropic/claude-2.1                         8 24 - - -
anthropic/claude-3-haiku                     0.25 1.25 - - -
anthropic/claude-3-opus                      15 75 - - -
anthropic/claude-3-sonnet                    3 15 - - -
anthropic/claude-3.5-haiku                   0.8 4 - - -
anthropic/claude-3.5-sonnet                  3 15 - - -
anthropic/claude-3.7-sonnet                  3 15 - - -
anthropic/claude-4.5-haiku-20251001          1 5 0.1 1.25 -
anthropic/claude-4.5-opus-20251124           5 25 0.5 6.25 -
anthropic/claude-4.5-sonnet-20250929         3 15 0.3 3.75 - 200000 6 22.5 0.6 7.5 -
anthropic/claude-4.6-opus-20260205           5 25 0.5 6.25 -
anthropic/claude-4.6-sonnet-20260217         3 15 0.3 3.75 -
anthropic/claude-fable-5                     10 50 1 12.5 -
anthropic/claude-fable-5.1                   10 50 0.25 12.5 -
anthropic/claude-haiku-4.5                   1 5 0.1 1.25 -
anthropic/claude-opus-4                      15 75 1.5 18.75 -
anthropic/claude-opus-4.1                    15 75 1.5 18.75 -
anthropic/claude-opus-4.5                    5 25 0.5 6.25 -
anthropic/claude-opus-4.6                    5 25 0.5 6.25 -
anthropic/claude-opus-4.6-fast               30 150 3 37.5 -
anthropic/claude-opus-4.7                    5 25 0.5 6.25 -
anthropic/claude-opus-4.7-fast               30 150 3 37.5 -
anthropic/claude-opus-4.8                    5 25 0.5 6.25 -
anthropic/claude-opus-4.8-fast               10 50 1 12.5 -
anthropic/claude-opus-5                      5 25 0.5 6.25 -
anthropic/claude-opus-5-fast                 10 50 1 12.5 -
anthropic/claude-opus-5.5                    4 20 0.2 5 -
anthropic/claude-sonnet-4                    3 15 0.3 3.75 -
anthropic/claude-sonnet-4.5                  3 15 0.3 3.75 - 200000 6 22.5 0.6 7.5 -
anthropic/claude-sonnet-4.6                  3 15 0.3 3.75 -
anthropic/claude-sonnet-5                    2 10 0.2 2.5 -
deepseek/deepseek-chat                       0.38 0.89 - - -
deepseek/deepseek-chat-v3-0324               0.3 0.88 - - -
deepseek/deepseek-chat-v3.1                  0.21 0.79 0.13 - -
deepseek/deepseek-r1                         0.45 2.15 - - -
deepseek/deepseek-r1-0528                    0.5 2.15 - - -
deepseek/deepseek-r1-distill-llama-70b       0.1 0.4 - - -
deepseek/deepseek-r1-distill-llama-8b        0.04 0.04 - - -
deepseek/deepseek-r1-distill-qwen-1.5b       0.18 0.18 - - -
deepseek/deepseek-r1-distill-qwen-14b        0.15 0.15 - - -
deepseek/deepseek-r1-distill-qwen-32b        0.12 0.18 - - -
deepseek/deepseek-v3.1-terminus              0.23 0.9 - - -
deepseek/deepseek-v3.2                       0.2288 0.3432 - - -
deepseek/deepseek-v3.2-exp                   0.27 0.41 - - -
deepseek/deepseek-v4-flash                   0.0983 0.1966 0.0197 - -
deepseek/deepseek-v4-pro                     0.435 0.87 0.003625 - -
google/gemini-2.0-flash-001                  0.1 0.4 - - -
google/gemini-2.0-flash-lite-001             0.075 0.3 - - -
google/gemini-2.5-flash                      0.3 2.5 0.075 0.3833 -
google/gemini-2.5-flash-lite                 0.1 0.4 0.01 0.08333333333333334 -
google/gemini-2.5-flash-lite-preview-09-2025 0.1 0.4 - - -
google/gemini-2.5-flash-preview              0.15 0.6 - - -
google/gemini-2.5-flash-preview-09-2025      0.3 2.5 0.075 0.383 -
google/gemini-2.5-pro                        1.25 10 0.31 1.625 -
google/gemini-2.5-pro-preview                1.25 10 0.31 1.625 -
google/gemini-2.5-pro-preview-03-25          1.25 10 - - -
google/gemini-2.5-pro-preview-05-06          1.25 10 0.31 1.625 -
google/gemini-3-flash-preview                0.5 3 0.05 0.08333333333333334 -
google/gemini-3.1-flash-lite                 0.25 1.5 0.025 0.08333333333333334 -
google/gemini-3.1-flash-lite-preview         0.25 1.5 0.025 0.08333333333333334 -
google/gemini-3.1-pro-preview                2 12 0.2 0.375 -
google/gemini-3.1-pro-preview-customtools    2 12 0.2 0.375 -
google/gemini-3.5-flash                      1.5 9 0.15 0.08333333333333334 -
google/gemini-flash-1.5                      0.075 0.3 - - -
google/gemini-flash-1.5-8b                   0.0375 0.15 - - -
google/gemini-pro                            0.5 1.5 - - -
google/gemini-pro-1.5                        1.25 5 - - -
google/gemini-pro-vision                     0.5 1.5 - - -
google/palm-2-chat-bison                     1 2 - - -
google/palm-2-chat-bison-32k                 1 2 - - -
google/palm-2-codechat-bison                 1 2 - - -
google/palm-2-codechat-bison-32k             1 2 - - -
gpt-3.5-turbo-0125                           0.5 1.5 - - -
gpt-4-0314                                   30 60 - - -
meta-llama/llama-2-13b-chat                  0.22 0.22 - - -
meta-llama/llama-2-70b-chat                  0.9 0.9 - - -
meta-llama/llama-3-70b-instruct              0.3 0.4 - - -
meta-llama/llama-3-8b-instruct               0.03 0.06 - - -
meta-llama/llama-3.1-405b                    2 2 - - -
meta-llama/llama-3.1-405b-instruct           0.8 0.8 - - -
meta-llama/llama-3.1-70b-instruct            0.1 0.28 - - -
meta-llama/llama-3.1-8b-instruct             0.02 0.03 - - -
meta-llama/llama-3.2-11b-vision-instruct     0.049 0.049 - - -
meta-llama/llama-3.2-1b-instruct             0.005 0.01 - - -
meta-llama/llama-3.2-3b-instruct             0.01 0.02 - - -
meta-llama/llama-3.2-90b-vision-instruct     0.9 0.9 - - -
meta-llama/llama-3.3-70b-instruct            0.05 0.24 - - -
meta-llama/llama-4-maverick                  0.15 0.6 - - -
meta-llama/llama-4-scout                     0.08 0.3 - - -
mistral-large-2411                           2 6 - - -
mistralai/codestral-2501                     0.3 0.9 - - -
mistralai/codestral-2508                     0.3 0.9 0.03 - -
mistralai/codestral-mamba                    0.25 0.25 - - -
mistralai/devstral-2512                      0.4 2 0.04 - -
mistralai/ministral-14b-2512                 0.2 0.2 0.02 - -
mistralai/ministral-3b                       0.04 0.04 - - -
mistralai/ministral-3b-2512                  0.1 0.1 0.01 - -
mistralai/ministral-8b                       0.1 0.1 - - -
mistralai/ministral-8b-2512                  0.15 0.15 0.015 - -
mistralai/mistral-7b-instruct                0.029 0.059 - - -
mistralai/mistral-7b-instruct-v0.1           0.2 0.2 - - -
mistralai/mistral-7b-instruct-v0.2           0.2 0.2 - - -
mistralai/mistral-7b-instruct-v0.3           0.029 0.059 - - -
mistralai/mistral-large                      2 6 - - -
mistralai/mistral-large-2407                 2 6 - - -
mistralai/mistral-large-2512                 0.5 1.5 0.05 - -
mistralai/mistral-medium                     2.75 8.1 - - -
mistralai/mistral-medium-3                   0.4 2 - - -
mistralai/mistral-medium-3-5                 1.5 7.5 - - -
mistralai/mistral-medium-3.1                 0.4 2 0.04 - -
mistralai/mistral-nemo                       0.01 0.019 - - -
mistralai/mistral-small                      0.2 0.6 - - -
mistralai/mistral-small-24b-instruct-2501    0.05 0.09 - - -
mistralai/mistral-small-2603                 0.15 0.6 0.015 - -
mistralai/mistral-small-3.1-24b-instruct     0.05 0.15 - - -
mistralai/mistral-small-3.2-24b-instruct     0.075 0.2 - - -
mistralai/mistral-tiny                       0.25 0.25 - - -
mistralai/mixtral-8x22b-instruct             0.9 0.9 - - -
mistralai/mixtral-8x7b-instruct              0.24 0.24 - - -
moonshotai/kimi-k2                           0.57 2.3 - - -
moonshotai/kimi-k2-0905                      0.6 2.5 - - -
moonshotai/kimi-k2.5                         0.4 1.9 0.09 - -
moonshotai/kimi-k2.6                         0.68 3.41 0.34 - -
moonshotai/kimi-k2.7-code                    0.75 3.5 0.16 - -
moonshotai/kimi-k3                           3 15 0.3 - -
o1-preview                                   15 60 7.5 - -
openai/chatgpt-4o-latest                     5 15 - - -
openai/codex-mini                            1.5 6 0.375 - -
openai/gpt-3.5-turbo                         0.5 1.5 - - -
openai/gpt-3.5-turbo-0613                    1 2 - - -
openai/gpt-3.5-turbo-1106                    1 2 - - -
openai/gpt-3.5-turbo-16k                     3 4 - - -
openai/gpt-3.5-turbo-instruct                1.5 2 - - -
openai/gpt-4                                 30 60 - - -
openai/gpt-4-1106-preview                    10 30 - - -
openai/gpt-4-32k                             60 120 - - -
openai/gpt-4-32k-0314                        60 120 - - -
openai/gpt-4-turbo                           10 30 - - -
openai/gpt-4-turbo-preview                   10 30 - - -
openai/gpt-4.1                               2 8 0.5 - -
openai/gpt-4.1-mini                          0.4 1.6 0.1 - -
openai/gpt-4.1-nano                          0.1 0.4 0.025 - -
openai/gpt-4.5-preview                       75 150 - - -
openai/gpt-4o                                2.5 10 - - -
openai/gpt-4o-2024-05-13                     5 15 - - -
openai/gpt-4o-mini                           0.15 0.6 0.075 - -
openai/gpt-5                                 1.25 10 0.125 - -
openai/gpt-5-chat                            1.25 10 0.125 - -
openai/gpt-5-codex                           1.25 10 0.125 - -
openai/gpt-5-mini                            0.25 2 0.025 - -
openai/gpt-5-nano                            0.05 0.4 0.01 - -
openai/gpt-5-pro                             15 120 - - -
openai/gpt-5.1                               1.25 10 0.13 - -
openai/gpt-5.1-chat                          1.25 10 0.13 - -
openai/gpt-5.1-codex                         1.25 10 0.13 - -
openai/gpt-5.1-codex-max                     1.25 10 0.125 - -
openai/gpt-5.1-codex-mini                    0.25 2 0.025 - -
openai/gpt-5.2                               1.75 14 0.175 - -
openai/gpt-5.2-chat                          1.75 14 0.175 - -
openai/gpt-5.2-codex                         1.75 14 0.175 - -
openai/gpt-5.2-pro                           21 168 - - -
openai/gpt-5.3-chat                          1.75 14 0.175 - -
openai/gpt-5.3-codex                         1.75 14 0.175 - -
openai/gpt-5.4                               2.5 15 0.25 - - 272000 5 22.5 0.5 - -
openai/gpt-5.4-mini                          0.75 4.5 0.075 - -
openai/gpt-5.4-nano                          0.2 1.25 0.02 - -
openai/gpt-5.4-pro                           30 180 - - - 272000 60 270 - - -
openai/gpt-5.5                               5 30 0.5 - - 272000 10 45 1 - -
openai/gpt-5.5-pro                           30 180 - - - 272000 60 270 - - -
openai/gpt-5.6-luna                          0.2 1.2 0.02 0.25 - 272000 0.4 1.8 0.04 0.5 -
openai/gpt-5.6-sol                           2 10 0.2 2.5 - 272000 4 15 0.4 5 -
openai/gpt-5.6-terra                         2 12 0.2 2.5 - 272000 4 18 0.4 5 -
openai/gpt-6-luna                            0.1 0.5 0.01 0.125 - 272000 0.2 0.75 0.02 0.25 -
openai/gpt-6-luna-pro                        0.1 0.5 0.01 0.125 - 272000 0.2 0.75 0.02 0.25 -
openai/gpt-6-sol                             2 10 0.2 2.5 - 272000 4 15 0.4 5 -
openai/gpt-6-sol-pro                         2 10 0.2 2.5 - 272000 4 15 0.4 5 -
openai/gpt-chat-latest                       5 30 0.5 - -
openai/gpt-oss-120b                          0.039 0.18 - - -
openai/gpt-oss-20b                           0.029 0.14 - - -
openai/o1                                    15 60 7.5 - -
openai/o1-mini                               1.1 4.4 - - -
openai/o1-pro                                150 600 - - -
openai/o3                                    2 8 0.5 - -
openai/o3-mini                               1.1 4.4 0.55 - -
openai/o3-mini-high                          1.1 4.4 0.55 - -
openai/o3-pro                                20 80 - - -
openai/o4-mini                               1.1 4.4 0.275 - -
openai/o4-mini-high                          1.1 4.4 0.275 - -
qwen/qwen-2-72b-instruct                     0.9 0.9 - - -
qwen/qwen-2.5-72b-instruct                   0.12 0.39 - - -
qwen/qwen-2.5-7b-instruct                    0.04 0.1 - - -
qwen/qwen-2.5-coder-32b-instruct             0.06 0.15 - - -
qwen/qwen-2.5-vl-72b-instruct                0.6 0.6 - - -
qwen/qwen-2.5-vl-7b-instruct                 0.2 0.2 - - -
qwen/qwen-max                                1.6 6.4 - - -
qwen/qwen-plus                               0.4 1.2 0.16 - -
qwen/qwen-plus-2025-07-28                    0.26 0.78 - - -
qwen/qwen-turbo                              0.05 0.2 - - -
qwen/qwen-vl-max                             0.8 3.2 - - -
qwen/qwen-vl-plus                            0.21 0.63 - - -
qwen/qwen2.5-coder-7b-instruct               0.2 0.2 - - -
qwen/qwen2.5-vl-32b-instruct                 0.9 0.9 - - -
qwen/qwen2.5-vl-72b-instruct                 0.7 0.7 - - -
qwen/qwen3-14b                               0.06 0.24 - - -
qwen/qwen3-235b-a22b                         0.13 0.6 - - -
qwen/qwen3-235b-a22b-2507                    0.09 0.1 - - -
qwen/qwen3-30b-a3b                           0.08 0.29 - - -
qwen/qwen3-30b-a3b-instruct-2507             0.04815 0.19305 - - -
qwen/qwen3-32b                               0.1 0.3 - - -
qwen/qwen3-8b                                0.035 0.138 - - -
qwen/qwen3-coder                             0.22 1.8 - - -
qwen/qwen3-coder-30b-a3b-instruct            0.07 0.27 - - -
qwen/qwen3-coder-480b-a35b-07-25             0.22 1.8 - - -
qwen/qwen3-coder-flash                       0.195 0.975 0.039 0.24375 -
qwen/qwen3-coder-next                        0.11 0.8 0.07 - -
qwen/qwen3-coder-plus                        0.65 3.25 0.13 0.8125 -
qwen/qwen3-max                               1.2 6 - - -
qwen/qwen3-next-80b-a3b-instruct             0.09 1.1 - - -
qwen/qwen3-next-80b-a3b-instruct-2509        0.09 1.1 - - -
qwen/qwen3-vl-235b-a22b-instruct             0.2 0.88 0.11 - -
qwen/qwen3-vl-30b-a3b-instruct               0.13 0.52 - - -
qwen/qwen3-vl-32b-instruct                   0.104 0.416 - - -
qwen/qwen3-vl-8b-instruct                    0.08 0.5 - - -
qwen/qwen3.5-122b-a10b                       0.26 2.08 - - -
qwen/qwen3.5-27b                             0.195 1.56 - - -
qwen/qwen3.5-35b-a3b                         0.14 1 0.05 - -
qwen/qwen3.5-397b-a17b                       0.39 2.34 - - -
qwen/qwen3.5-9b                              0.1 0.15 - - -
qwen/qwen3.5-flash-02-23                     0.065 0.26 - - -
qwen/qwen3.5-flash-20260224                  0.065 0.26 - - -
qwen/qwen3.5-plus-02-15                      0.4 2.4 - - -
qwen/qwen3.5-plus-20260216                   0.4 2.4 - - -
qwen/qwen3.5-plus-20260420                   0.3 1.8 - 0.375 -
qwen/qwen3.6-27b                             0.289 2.4 - - -
qwen/qwen3.6-35b-a3b                         0.14 1 - - -
qwen/qwen3.6-flash                           0.1875 1.125 - 0.234375 -
qwen/qwen3.6-max-preview                     1.04 6.24 - 1.3 -
qwen/qwen3.6-plus                            0.325 1.95 - 0.40625 -
qwen/qwen3.6-plus-04-02                      0.325 1.95 - 0.40625 -
qwen/qwen3.7-max                             1.25 3.75 0.25 1.5625 -
qwen/qwen3.7-plus                            0.4 1.6 0.08 0.5 -
qwen/qwq-32b                                 0.15 0.2 - - -
qwen/qwq-32b-preview                         0.2 0.2 - - -
x-ai/grok-2-1212                             2 10 - - -
x-ai/grok-2-vision-1212                      2 10 - - -
x-ai/grok-3-beta                             3 15 - - -
x-ai/grok-3-mini-beta                        0.3 0.5 - - -
x-ai/grok-4-fast                             0.2 0.5 0.05 - - 128000 0.4 1 0.05 - -
x-ai/grok-4.20                               1.25 2.5 0.2 - -
x-ai/grok-4.20-multi-agent                   2 6 0.2 - -
x-ai/grok-4.3                                1.25 2.5 0.2 - -
x-ai/grok-beta                               5 15 - - -
x-ai/grok-build-0.1                          1 2 0.2 - -
x-ai/grok-code-fast-1                        0.2 1.5 0.02 - -
x-ai/grok-vision-beta                        5 15 - - -
`,
  },
];
