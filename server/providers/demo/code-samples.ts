/** A function that works, in one language. */
export interface CodeSample {
  language: string;
  /** Words of a question that ask for this language. */
  asked: RegExp;
  title: string;
  code: string;
  note: string;
}

export const CODE_SAMPLES: readonly [CodeSample, ...CodeSample[]] = [
  {
    language: 'ts',
    asked: /\b(typescript|javascript|ts|js|node)\b/i,
    title: 'try again with growing, jittered waits',
    code: `export async function retry<T>(attempt: () => Promise<T>, tries = 4): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (failure) {
      if (count === tries) throw failure;
      const waitMs = 2 ** count * 100 * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}`,
    note: 'The jitter matters more than the curve: without it every client comes back in the same instant.',
  },
  {
    language: 'python',
    asked: /\b(python|py|pandas|django)\b/i,
    title: 'group lines by their first word',
    code: `from collections import defaultdict

def group_by_first_word(lines):
    groups = defaultdict(list)
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word:
            groups[word].append(rest)
    return dict(groups)

print(group_by_first_word(["café open 8–18", "train 9:40", "café closed"]))
# {'café': ['open 8–18', 'closed'], 'train': ['9:40']}`,
    note: '`partition` never raises, so an empty line needs one `if` and no `try`.',
  },
  {
    language: 'sql',
    asked: /\b(sql|sqlite|postgres\w*|query|database)\b/i,
    title: 'the slowest twentieth of each day',
    code: `WITH ranked AS (
  SELECT
    date(started_at) AS day,
    first_token_ms,
    percent_rank() OVER (PARTITION BY date(started_at) ORDER BY first_token_ms) AS place
  FROM asks
)
SELECT day, count(*) AS slow, min(first_token_ms) AS from_ms
FROM ranked
WHERE place >= 0.95
GROUP BY day
ORDER BY day;`,
    note: 'A percentile per day cannot be averaged into one per month: keep the rows, or a sketch that merges.',
  },
  {
    language: 'go',
    asked: /\b(go|golang)\b/i,
    title: 'the first answer of several, and the others stopped',
    code: `func First(ctx context.Context, calls ...func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		text string
		err  error
	}
	results := make(chan outcome, len(calls))
	for _, call := range calls {
		go func() {
			text, err := call(ctx)
			results <- outcome{text, err}
		}()
	}
	var last error
	for range calls {
		if got := <-results; got.err == nil {
			return got.text, nil
		} else {
			last = got.err
		}
	}
	return "", last
}`,
    note: 'The channel holds every result, so a call that loses never blocks for ever.',
  },
  {
    language: 'bash',
    asked: /\b(bash|shell|sh|terminal|command line)\b/i,
    title: 'wait until an address answers, at most thirty seconds',
    code: `wait_for() {
  local url=$1 deadline=$((SECONDS + 30))
  until curl --silent --fail --max-time 2 --output /dev/null "$url"; do
    (( SECONDS < deadline )) || { echo "no answer from $url" >&2; return 1; }
    sleep 0.5
  done
}

wait_for http://127.0.0.1:4280/healthz && echo "ready"`,
    note: '`--max-time` is what keeps one silent connection from eating the whole half minute.',
  },
  {
    language: 'rust',
    asked: /\b(rust|cargo)\b/i,
    title: 'the longest run of equal items',
    code: `fn longest_run<T: PartialEq>(items: &[T]) -> usize {
    let mut best = 0;
    let mut run = 0;
    for (at, item) in items.iter().enumerate() {
        run = if at > 0 && items[at - 1] == *item { run + 1 } else { 1 };
        best = best.max(run);
    }
    best
}

assert_eq!(longest_run(&[1, 1, 2, 2, 2, 3]), 3);`,
    note: 'One pass, no copies, and an empty slice gives 0 without a special case.',
  },
];
