import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { explain } from '#shared/explain.ts';
import { asProblem, errorBody, Problem, problemTable } from '#shared/problem.ts';

describe('a problem', () => {
  it('[E11] has OpenAI’s error object with all four keys, a sentence and what to do', () => {
    const body = errorBody(new Problem('too_large', 'The body has 2,000,000 bytes; 1,000,000 are taken.'));
    expect(body).toEqual({
      error: {
        message: 'The body has 2,000,000 bytes; 1,000,000 are taken. Send less text.',
        type: 'invalid_request_error',
        param: null,
        code: 'too_large',
      },
    });
  });

  it.each(problemTable())(
    '[E11] $code says what to do in a sentence, and never retries what a retry cannot cure',
    ({ hint, status, retry }) => {
      expect(hint).toMatch(/^[A-Z].*\.$/s);
      expect(hint).not.toMatch(/!|oops/i);
      if (status < 500 && status !== 429) expect(retry).toBe(false);
    },
  );

  it('[E11] of an unknown kind tells nothing of its cause', () => {
    const problem = asProblem(new Error('sk-secret'));
    expect(errorBody(problem).error.message).not.toContain('secret');
    expect(problem.cause).toBeInstanceOf(Error);
  });
});

describe('what is wrong with an input', () => {
  const schema = z.object({
    role: z.enum(['user', 'tool']),
    many: z.optional(z.array(z.string()).check(z.maxLength(1))),
  });
  it.each([
    [{ role: 'x' }, '`role` is none of `user`, `tool`.'],
    [{ role: 'user', many: ['a', 'b'] }, '`many` is too large or too long: at most 1.'],
    [{ role: 'user', many: [1] }, '`many.0` is not a string.'],
    ['x', 'The body is not an object.'],
  ])('[E12] %j: %s', (input, sentence) => {
    const parsed = schema.safeParse(input);
    expect(explain(parsed.error?.issues ?? []).sentence).toBe(sentence);
  });
});
