/** An ordered way to do something. */
export interface Checklist {
  title: string;
  /** Words of a question that it suits. */
  suits: RegExp;
  steps: readonly string[];
}

export const CHECKLISTS: readonly [Checklist, ...Checklist[]] = [
  {
    title: 'When the connection cannot be trusted',
    suits: /\b(offline|network|wi-?fi|connection|signal|internet|online)\b/i,
    steps: [
      'Load what you will need **before** you leave: tickets, maps, the page you are working on.',
      'Keep one copy on the device and one somewhere else.',
      'Let things **wait in a queue** rather than fail: a message sent an hour late is still sent.',
      'When the line is back, send the oldest first, and each only once.',
      'Look at what failed for good, and decide by hand.',
    ],
  },
  {
    title: 'To find out why something is slow',
    suits: /\b(slow|fast|faster|speed|performance|latency|measure|debug|bug)\b/i,
    steps: [
      'Measure it **twice** and write both numbers down; if they differ, that is the first finding.',
      'Split the time into *waiting*, *working* and *sending*.',
      'Change one thing.',
      'Measure again, the same way.',
      'Keep the change only if the number moved by more than the two runs differed.',
    ],
  },
  {
    title: 'A calm day of travel',
    suits: /\b(travel|trip|journey|train|plane|flight|pack|holiday|visit|city|itinerary|airport)s?\b/i,
    steps: [
      'Charge everything the night before, the power bank too.',
      'Put the ticket where it opens **without a network**.',
      'Leave twenty minutes earlier than the plan says.',
      'Do the work that needs the network in the first hour, and the thinking in the rest.',
      'Eat before you are hungry.',
    ],
  },
  {
    title: 'To learn a thing properly',
    suits: /\b(learn|study|language|exam|read|practi[cs]e|teach|understand)(ing)?\b/i,
    steps: [
      'Read the shortest honest description you can find.',
      'Build the smallest thing that uses it.',
      'Break it on purpose, and read what it says.',
      'Explain it to somebody who will interrupt you.',
      'Come back after a week, and see what is left.',
    ],
  },
  {
    title: 'Before anything else',
    suits: /\b(project|start|begin|build|launch|plan|work|team)\b/i,
    steps: [
      '**Say what done looks like** in one sentence that somebody else could check.',
      '**Find the one thing** that everything else waits for, and start there.',
      '**Make it small enough** to finish before the next interruption.',
      '**Try it on the worst case** you have actually met, not on the best one you can imagine.',
      '**Write down what surprised you**; it is the only part you will not remember.',
    ],
  },
];
