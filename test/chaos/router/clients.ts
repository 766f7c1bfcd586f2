import { mintAskId } from '#shared/ask-id.ts';
import { wait } from '#shared/clock.ts';
import type { Dispatcher, Pool } from 'undici';
import { seededRandom, type Dice } from '../../fakes/random.ts';
import { answerTo } from './questions.ts';
import type { World } from './world.ts';

/** One person with one question. */
export interface Asker {
  world: World;
  pool: Pool;
  dice: Dice;
  nth: number;
  question: string;
  /** An ask of this person has this id. */
  asked(id: string): void;
  /** An answer broke off, in the open, and is asked for again. */
  brokeOff(what: 'prose' | 'json'): void;
}

/** An answer that broke off is asked for again after a while; where nothing cools the same side may break it again until its spell is over. */
const TIMES_ASKED_AGAIN = 40;
const BEFORE_AGAIN_MS = 1_000;

/** Asks for JSON; the answer is whole and right. */
export async function askJson(asker: Asker): Promise<void> {
  const key = mintKey(asker);
  for (let time = 0; ; time++) {
    const { status, headers, text } = await post(asker, { stream: false }, key);
    note(asker, headers);
    if (status === 200) return expectCompletion(asker, text);
    if (!text.includes('"stream_incomplete"') || time === TIMES_ASKED_AGAIN) throw new Error(`${status} ${text}`);
    asker.brokeOff('prose');
    await wait(asker.world.clock, BEFORE_AGAIN_MS, never);
  }
}

/** Asks for a stream; it is whole and right, or says that it broke off. */
export function askStream(asker: Asker): Promise<void> {
  return askUntilWhole(asker, { stream: true }, 'prose');
}

/** Asks for JSON mode, in which an answer that broke off is never gone on with. */
export function askJsonMode(asker: Asker): Promise<void> {
  return askUntilWhole(asker, { stream: true, response_format: { type: 'json_object' } }, 'json');
}

async function askUntilWhole(asker: Asker, more: More, what: 'prose' | 'json'): Promise<void> {
  const key = mintKey(asker);
  for (let time = 0; ; time++) {
    const { status, headers, text } = await post(asker, more, key);
    note(asker, headers);
    if (status !== 200) throw new Error(`${status} ${text}`);
    const said = readEvents(text);
    if (said.problem === null) return expectStream(asker, said);
    if (said.done) throw new Error(`A stream with a problem ended as a success: ${text.slice(-600)}`);
    if (said.problem !== 'stream_incomplete' || time === TIMES_ASKED_AGAIN) throw new Error(text.slice(-600));
    asker.brokeOff(what);
    await wait(asker.world.clock, BEFORE_AGAIN_MS, never);
  }
}

/** Asks twice with one key, the second time a little later: both get the same answer of one run. */
export async function askTwice(asker: Asker): Promise<void> {
  const key = mintKey(asker);
  const again = async (): Promise<Reply> => {
    await wait(asker.world.clock, Math.round(asker.dice() * 1_500), never);
    return post(asker, { stream: true }, key);
  };
  const [one, two] = await Promise.all([post(asker, { stream: true }, key), again()]);
  for (const reply of [one, two]) note(asker, reply.headers);
  const said = [one, two].map(({ text }) => readEvents(text));
  if (said.some(({ problem }) => problem === 'stream_incomplete')) {
    asker.brokeOff('prose');
    return askAgain(asker, key);
  }
  for (const each of said) expectStream(asker, each);
  if (one.headers['x-request-id'] !== two.headers['x-request-id']) throw new Error('One key became two asks.');
}

/** Leaves in the middle and comes back by the id: what was read and what is read then are the whole answer. */
export async function askAndComeBack(asker: Asker): Promise<void> {
  const key = mintKey(asker);
  const heard = await leaveAfter(asker, key, 1 + Math.floor(asker.dice() * 6));
  await wait(asker.world.clock, Math.round(asker.dice() * 4_000), never);
  const rest = await send(asker, {
    method: 'GET',
    path: `/ai/${key}?after=${heard.lastId}`,
    headers: { accept: 'text/event-stream' },
  });
  if (rest.status !== 200) throw new Error(`Coming back: ${rest.status} ${rest.text}`);
  const said = readEvents(rest.text);
  if (said.problem === 'stream_incomplete') {
    asker.brokeOff('prose');
    return askAgain(asker, key);
  }
  expectStream(asker, { ...said, text: heard.text + said.text, reason: said.reason ?? heard.reason });
}

/** Leaves in the middle for good. Nobody hears the rest; the books do. */
export async function askAndLeave(asker: Asker): Promise<void> {
  await leaveAfter(asker, null, Math.floor(asker.dice() * 6));
}

/** Stops the ask at some moment; asked again with its key, it does not run again. */
export async function askAndStop(asker: Asker): Promise<void> {
  const key = mintKey(asker);
  const asking = post(asker, { stream: true }, key);
  await wait(asker.world.clock, Math.round(asker.dice() * 1_200), never);
  const stopped = await send(asker, { method: 'DELETE', path: `/ai/${key}`, headers: {} });
  const { status, headers, text } = await asking;
  note(asker, headers);
  const said = status === 200 ? readEvents(text) : null;
  if (stopped.status === 200 && stopped.text.includes('"cancelled"')) {
    if (said?.done === true) throw new Error('A stopped ask ended as a success.');
    const again = await post(asker, { stream: true }, key);
    if (again.status === 200 && readEvents(again.text).done) throw new Error('A stopped ask ran again.');
  } else if (said?.done === true) expectStream(asker, said);
}

/** Is refused, and told that it is the ask itself. */
export async function askBadly(asker: Asker): Promise<void> {
  const { status, headers, text } = await post(asker, { stream: asker.dice() < 0.5 }, null);
  note(asker, headers);
  if (status !== 400 || !text.includes('provider_refused')) throw new Error(`A bad question: ${status} ${text}`);
}

/** Two people ask the same at the same time, where answers are remembered: both get it. */
export async function askTogether(asker: Asker): Promise<void> {
  const feature = { feature: 'remembered' };
  const replies = await Promise.all([
    post(asker, { stream: true, ...feature }, null),
    post(asker, { stream: true, ...feature }, null),
  ]);
  for (const { status, headers, text } of replies) {
    note(asker, headers);
    if (status !== 200) throw new Error(`${status} ${text}`);
    const said = readEvents(text);
    if (said.problem === 'stream_incomplete') asker.brokeOff('prose');
    else expectStream(asker, said);
  }
}

const never = new AbortController().signal;

/** Asks again with the key of an answer that broke off, until it is whole. */
async function askAgain(asker: Asker, key: string): Promise<void> {
  for (let time = 0; time < TIMES_ASKED_AGAIN; time++) {
    const { status, headers, text } = await post(asker, { stream: true }, key);
    note(asker, headers);
    if (status !== 200) throw new Error(`Again: ${status} ${text}`);
    const said = readEvents(text);
    if (said.problem === null) return expectStream(asker, said);
    asker.brokeOff('prose');
    await wait(asker.world.clock, BEFORE_AGAIN_MS, never);
  }
  throw new Error('It broke off each time it was asked.');
}

interface More {
  stream: boolean;
  feature?: string;
  response_format?: { type: string };
}

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

function post(asker: Asker, more: More, key: string | null): Promise<Reply> {
  return send(asker, requestOf(asker, more, key));
}

type Sent = Pick<Dispatcher.RequestOptions, 'method' | 'path'> & { headers: Record<string, string>; body?: string };

function requestOf(asker: Asker, more: More, key: string | null): Sent {
  const body = { model: 'chat', messages: [{ role: 'user', content: asker.question }], ...more };
  const headers = { 'content-type': 'application/json', ...(key === null ? {} : { 'idempotency-key': key }) };
  return { method: 'POST', path: '/v1/chat/completions', headers, body: JSON.stringify(body) };
}

async function send({ pool, world }: Asker, sent: Sent): Promise<Reply> {
  const { statusCode, headers, body } = await pool.request(withKey(world, sent));
  return { status: statusCode, headers, text: await body.text() };
}

function withKey({ masterKey }: World, sent: Sent): Sent {
  return { ...sent, headers: { ...sent.headers, authorization: `Bearer ${masterKey}` } };
}

/** Reads so many events of a stream, then breaks the connection off. */
async function leaveAfter(asker: Asker, key: string | null, events: number): Promise<Said> {
  const { statusCode, headers, body } = await asker.pool.request(
    withKey(asker.world, requestOf(asker, { stream: true }, key)),
  );
  note(asker, headers);
  if (statusCode !== 200) throw new Error(`${statusCode} ${await body.text()}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.split('\n\n').length > events) break;
  }
  body.destroy();
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 2);
  return readEvents(whole);
}

interface Said {
  text: string;
  lastId: number;
  reason: string | null;
  done: boolean;
  problem: string | null;
}

function readEvents(text: string): Said {
  const said: Said = { text: '', lastId: 0, reason: null, done: false, problem: null };
  for (const event of text.split('\n\n')) {
    const data = /^data: ([^\n]*)/m.exec(event)?.[1];
    if (data === undefined) continue;
    if (data === '[DONE]') {
      said.done = true;
      continue;
    }
    const id = Number(/^id: (\d+)$/m.exec(event)?.[1] ?? 0);
    if (id > 0 && id !== said.lastId + 1 && said.lastId > 0) throw new Error(`After event ${said.lastId} came ${id}.`);
    said.lastId = Math.max(said.lastId, id);
    const chunk = JSON.parse(data) as {
      error?: { code: string };
      choices?: { delta: { content?: string }; finish_reason: string | null }[];
    };
    if (chunk.error !== undefined) said.problem = chunk.error.code;
    said.text += chunk.choices?.[0]?.delta.content ?? '';
    said.reason = chunk.choices?.[0]?.finish_reason ?? said.reason;
  }
  return said;
}

function expectStream({ question }: Asker, said: Said): void {
  if (!said.done || said.reason !== 'stop' || said.problem !== null)
    throw new Error(`A stream did not end well: ${JSON.stringify({ ...said, text: said.text.slice(-80) })}`);
  expectAnswer(question, said.text);
}

function expectCompletion({ question }: Asker, text: string): void {
  const { choices } = JSON.parse(text) as { choices: { message: { content: string }; finish_reason: string }[] };
  if (choices[0]?.finish_reason !== 'stop') throw new Error(`It ended as ${choices[0]?.finish_reason}.`);
  expectAnswer(question, choices[0].message.content);
}

function expectAnswer(question: string, text: string): void {
  const right = answerTo(question);
  if (text === right) return;
  let at = 0;
  while (at < text.length && text[at] === right[at]) at++;
  throw new Error(
    `The answer is wrong from ${at} of ${right.length}: …${text.slice(Math.max(0, at - 30), at + 60)}… for …${right.slice(Math.max(0, at - 30), at + 60)}…`,
  );
}

function note(asker: Asker, headers: Reply['headers']): void {
  const id = headers['x-request-id'];
  if (typeof id === 'string') asker.asked(id);
}

function mintKey({ world, dice }: Asker): string {
  return mintAskId(world.clock, seededRandom(Math.floor(dice() * 2 ** 32)));
}
