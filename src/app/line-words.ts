import type { LineState } from '#shared/line.ts';

/** How each state of the line reads: on the pill, said aloud, and above the question field when it matters there. */
export const LINE_WORDS: Record<LineState, { pill: string; aloud: string; hint: (savedSeconds: number) => string }> = {
  unknown: { pill: 'Not tried yet', aloud: '', hint: () => '' },
  online: { pill: 'Online', aloud: 'Online.', hint: () => '' },
  slow: {
    pill: 'Slow',
    aloud: 'The line is slow.',
    hint: (savedSeconds) =>
      `The line is slow. What is saved comes after ${savedSeconds} s at most; what is not takes longer, or waits here.`,
  },
  offline: {
    pill: 'Offline',
    aloud: 'Offline.',
    hint: () => 'You are offline. What is saved opens; what is not waits here.',
  },
  portal: {
    pill: 'Wi-Fi wants a sign-in',
    aloud: 'This Wi-Fi wants a sign-in.',
    hint: () => 'This Wi-Fi wants you to sign in. Nothing of its page was kept.',
  },
};
