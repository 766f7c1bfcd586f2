import type { FakeCall } from '../../fakes/provider/fake-call.ts';
import { BLEMISHES, FAULTS } from '../../fakes/provider/faults.ts';
import { complain, type FakeWire } from '../../fakes/provider/refusals.ts';
import { attemptOf, finish, pause, say, type Attempt, type Step } from '../../fakes/provider/script.ts';
import type { Dice } from '../../fakes/random.ts';
import { answerTo, pick, piecesOf, readQuestion } from './questions.ts';
import type { Spell } from './weather.ts';

/** Faults that are the provider's. The caller's own (400, 413, 422) come with the bad questions. */
export const STORM = FAULTS.filter(
  ({ kind }) => kind !== 'caller' && kind !== 'context-length' && kind !== 'content-policy',
);

/** How a provider is to answer one call. */
export interface Mood {
  wire: FakeWire;
  /** The spell that lies on it. */
  spell: Spell | null;
  dice: Dice;
  /** Told of each fault and blemish by its name. */
  onFault(name: string): void;
}

/** What a provider does with a call. */
export function replyTo(call: FakeCall, mood: Mood): Attempt {
  const { wire, spell, dice } = mood;
  const asked = readAsked(call.body);
  if (asked.bad) return attemptOf(complain(wire, 'malformed'));
  const pieces = piecesOf(whatToSay(asked, mood), dice);
  const share = spell === null ? 0 : spell.faults === 'dead' ? 1 : spell.faults;
  if (dice() < share) {
    const fault = pick(STORM, dice);
    mood.onFault(fault.name);
    return paced(fault.attempt(wire, pieces), dice);
  }
  if (dice() < 0.25) {
    const blemish = pick(BLEMISHES, dice);
    mood.onFault(blemish.name);
    return paced(blemish.attempt(wire, pieces), dice);
  }
  return paced(attemptOf([...pieces.map(say), finish()]), dice);
}

/** A first piece after 50–350 ms, now and then much later, and 5–60 ms before each other. */
function paced(attempt: Attempt, dice: Dice): Attempt {
  const late = dice() < 0.02;
  let first = true;
  const steps = attempt.steps.flatMap((step): Step[] => {
    if (step.do !== 'say') return [step];
    const ms = first ? (late ? 900 + dice() * 600 : 50 + dice() * 300) : 5 + dice() * 55;
    first = false;
    return [pause(Math.round(ms)), step];
  });
  // A break comes some time after the last piece, as breaks do.
  const last = steps.at(-1);
  const breaks = last !== undefined && (last.do === 'cut' || last.do === 'end' || last.do === 'error');
  return { ...attempt, steps: breaks ? [...steps.slice(0, -1), pause(40), last] : steps };
}

interface Asked {
  question: string;
  bad: boolean;
  /** What was said already, when the call asks to go on; else null. */
  partial: string | null;
  /** The words to begin with, when the call asks for them. */
  from: string | null;
}

/** The question in a body of either wire, and how far its answer is. */
export function readAsked(body: Record<string, unknown>): Asked {
  const messages = (body['messages'] ?? []) as { role: string; content: unknown }[];
  const turns = messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  const question = turns.find(({ role, text }) => role === 'user' && readQuestion(text) !== null)?.text ?? '';
  const partial = turns.findLast(({ role }) => role === 'assistant')?.text ?? null;
  const last = turns.at(-1)?.text ?? '';
  const from =
    partial === null ? null : (/last words that arrived are:\n\n(.*)\n\nSay exactly/s.exec(last)?.[1] ?? null);
  return { question, bad: readQuestion(question)?.bad ?? true, partial, from };
}

/** The whole answer, or the rest of it, as models give it: mostly as they were asked to, or from the beginning; few say anything. */
function whatToSay({ question, partial, from }: Asked, mood: Mood): string {
  const whole = answerTo(question);
  if (partial === null) return whole;
  const way = mood.dice();
  if (from !== null && way < 0.05) {
    mood.onFault('says something else');
    return `As I said, ${whole}`;
  }
  if (from !== null && way < 0.2) return whole;
  // Asked in the middle of its own turn a model goes on from there; blanks at the end of that turn are cut off on the way.
  const at = whole.indexOf(from ?? partial.trimEnd());
  return from === null ? whole.slice(at + partial.trimEnd().length) : whole.slice(at);
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: string }) => part.text ?? '').join('');
}
