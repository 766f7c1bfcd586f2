/** The commented file that `layover init` writes: two providers under one alias. It reads without a notice. */
export function starterText(): string {
  return `# Layover's configuration. Every key is explained in docs/config.md. Changes take effect at the next start.
# \`os.environ/NAME\` stands for the environment variable NAME: keys stay out of this file.

# Two providers under one alias. Lower \`order\` goes first; the other answers when it fails.
# A provider whose key is not in the environment is skipped.
model_list:
  - model_name: app/chat # what clients ask for, for ever
    litellm_params:
      model: openai/gpt-6-luna # provider/model: change it to the model you want
      api_key: os.environ/OPENAI_API_KEY
      order: 1
      weight: 9 # share among deployments of one order
      timeout: 30 # seconds for a whole answer
      stream_timeout: 2 # seconds to the first token; then the next deployment is asked
      # Dollars per token: $0.10, $0.50, $0.01 and $0.125 a million (list price of October 2026, prompts of up to 272,000
      # tokens). Compare them with the price list of your provider. Without prices a cost is said to be unknown, never 0.
      input_cost_per_token: 1e-07
      output_cost_per_token: 5e-07
      cache_read_input_token_cost: 1e-08
      cache_creation_input_token_cost: 1.25e-07
  - model_name: app/chat
    litellm_params:
      model: anthropic/claude-haiku-5-5 # change it to the model you want
      api_key: os.environ/ANTHROPIC_API_KEY
      order: 2
      weight: 1
      timeout: 30
      stream_timeout: 2
      # $0.10, $0.50, $0.01 and $0.125 a million (list price of October 2026, prompts of up to 100,000 tokens).
      input_cost_per_token: 1e-07
      output_cost_per_token: 5e-07
      cache_read_input_token_cost: 1e-08
      cache_creation_input_token_cost: 1.25e-07

router_settings:
  timeout: 30 # seconds for one ask over all its attempts
  allowed_fails: 3 # more failures than this within a minute cool a deployment
  cooldown_time: 30 # seconds it is left alone

# What you promise. The Console shows how you keep it.
slo:
  success_percent: 99.5
  first_token_p95_seconds: 2.5
  cost_average_usd: 0.015
  window_days: 30
  expected_asks_per_month: 10000

# Each feature of your product, with its own rules. An ask that names no feature gets \`default\`.
features:
  default:
    title: Ask anything # shown in the feature picker
    model: app/chat
    # system: You are a helpful assistant. # put in front of every ask by the router
    prompt_version: 1 # raise it when \`system\` changes: answers to the old one are forgotten
    limits:
      output_tokens: 1000 # asked for when the client names no limit
    cache: # whole answers are given again on the router
      ttl_seconds: 3600 # 0 switches it off
      scope: tenant # or user: nobody else gets the answer
      fold_case: false # true: "Paris" and "paris" are one prompt
      nfkc: false # true: "10²" and "102" are one prompt
      ignore_patterns: [] # regular expressions of volatile ids to leave out of the comparison
    device: # answers saved on the device, for when there is no network
      store: store_unless_pii # or store, or never
      fresh_seconds: 86400 # older ones are still shown offline, and said to be old
      keep_days: 30
      queue: true # an ask may wait on the device until there is a network
  # draft-reply:
  #   title: Draft a reply
  #   system: Draft a short, friendly reply to the message.

travel:
  first_token_limit_seconds:
    saved: 3 # with a saved answer at hand, wait this long for the network
    none: 30 # without one
  simulator: false # true: the developer panel may simulate bad networks

retention:
  asks_days: 30
  attempts_days: 30
  journal_days: 7 # how long an answer can be resumed or replayed by its id
`;
}
