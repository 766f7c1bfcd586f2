/** Paragraphs that stand on their own; `about` is the heading in a long answer. */
export interface Paragraph {
  about: string;
  text: string;
}

export const PARAGRAPHS: readonly [Paragraph, ...Paragraph[]] = [
  {
    about: 'Start from the person',
    text: 'The useful question is rarely *what can be built* and mostly *who is waiting for it*. Somebody on a platform with one bar of signal wants a short answer now and the long one later; somebody at a desk wants the sources. The same words can serve both, in a different order.',
  },
  {
    about: 'What a number hides',
    text: 'An average is a story about nobody. If nine answers take half a second and one takes twelve, the average says 1.65 seconds, and not one person waited that long. Look at the slowest twentieth: those are the people who write to you.',
  },
  {
    about: 'Waiting and not knowing',
    text: 'People forgive a wait far more easily than they forgive not knowing. A lift with a mirror beside it gets fewer complaints than a faster one without. Say what is happening, how long it has been so, and what can be done meanwhile; then the wait has a shape.',
  },
  {
    about: 'Small failures',
    text: 'Big failures are seen and mended. The small ones are dearer in the end: the form that forgets one field, the page that opens at the top again, the answer that was nearly sent. Each is too small to report, and together they are why somebody stops coming.',
  },
  {
    about: 'The second copy',
    text: 'There are two kinds of data: what you can make again and what you cannot. The first may live anywhere. The second wants two places that do not fail for the same reason; two disks in one bag are one disk.',
  },
  {
    about: 'Reversible steps',
    text: 'Decide quickly what can be undone and slowly what cannot. Most choices are doors that open from both sides, and the time spent in front of them is the real cost. The few that close behind you deserve a night of sleep and a second pair of eyes.',
  },
  {
    about: 'Words that travel',
    text: 'Some words have no short translation, and are borrowed whole: Portuguese *saudade*, Japanese 木漏れ日 (*komorebi*, light through leaves), Greek φιλοξενία (*philoxenia*, being good to strangers), Arabic سمر (*samar*, talking late into the night). Each says something of what its speakers needed often enough to name.',
  },
  {
    about: 'Why a queue helps',
    text: 'A queue turns *no* into *later*. It is honest as long as three things hold: everybody in it can see that they are, nobody is served twice, and whoever can never be served is told so. Leave one out, and it becomes a place where things go to be forgotten.',
  },
  {
    about: 'Limits are kind',
    text: 'A limit that is said in advance is a promise; one that is met by surprise is a fault. Whatever can grow will grow, so it is better to choose the edge yourself than to find it at night: how many, how large, how long, and what happens then.',
  },
  {
    about: 'Checking your own work',
    text: 'Come back to a text after an hour and read it aloud. The eye repairs what the ear trips over. With numbers the same trick is to work one of them out by hand: it takes two minutes, and every second time it finds something.',
  },
  {
    about: 'The cost of one more',
    text: 'One more option is never only one more. It meets every other option there is: ten switches have a thousand and twenty-four positions, and nobody has tried them all. A thing that does less, and does it every time, is easier to trust.',
  },
  {
    about: 'Maps and weather',
    text: 'Plans are maps, and days are weather. A map that shows every stone cannot be folded; one that shows the rivers and the bridges is enough to set out with. Look up often, and draw in what you found for whoever comes next.',
  },
  {
    about: 'Asking well',
    text: 'A good question holds three things: what you want to know, what you know already, and what you will do with the answer. Leave out the last, and you will be given a lecture; leave out the second, and it will be one that you have heard.',
  },
  {
    about: 'Leaving things in order',
    text: 'The end of a piece of work is the best moment to write down how it works, because it is the last one at which you know. Three sentences will do: what it is for, what must never be changed without care, and where to look when it stops.',
  },
  {
    about: 'Two of everything that matters',
    text: 'One is none, people say who sail. The second anchor is heavy and does nothing for years. What makes it worth its place is not that it is better, but that it does not depend on the first: another chain, another hand, another corner of the boat.',
  },
];
