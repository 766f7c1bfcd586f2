import { spawn } from 'node:child_process';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A browser that nobody drives: no DevTools are attached, for they keep every worker alive. Our page drives itself by a script
 * that is put into it on the way, and tells what it saw.
 */
export interface Undriven {
  /** The next thing that the page tells, in order, which must be `what`; rejects when it is not, when the browser ends first, or nothing came for `TOLD_LIMIT_MS`. */
  told(what: string): Promise<Told>;
  /** Opens our page in a window of its own; its script gets this task. */
  open(path: string, task: Task): void;
  /** Closes the window that is open, as a person closes a tab. */
  close(): void;
  /** From now on our origin gives nothing but the script: whatever is shown then came from this device. */
  cutOff(): void;
  /** Requests of our origin so far, as `METHOD path`. */
  readonly seen: readonly string[];
  end(): Promise<void>;
}

const TOLD_LIMIT_MS = 90_000;

/** How often the opener looks whether what it closed is gone. */
const MOMENT_MS = 100;

export type Task = { kind: 'ask'; question: string } | { kind: 'read'; until: string };

export interface Told {
  what: string;
  path: string;
  text: string;
}

/** Runs in our page, before anything else of it: types, presses Ask and looks, as a person would. */
function drive(): void {
  const tell = (what: string, text: string): void =>
    void fetch('/undriven/told', { method: 'POST', body: JSON.stringify({ what, path: location.pathname, text }) });
  const until = (look: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!look()) return;
        clearInterval(timer);
        resolve();
      }, 100);
    });
  const articles = (): string => [...document.querySelectorAll('article')].map((each) => each.textContent).join('\n');
  const ask = async (question: string): Promise<void> => {
    await until(() => document.documentElement.dataset['travel'] === 'ready');
    const field = document.querySelector<HTMLTextAreaElement>('#say');
    if (field === null) return tell('failed', 'There is no question field.');
    field.value = question;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    const button = (): HTMLButtonElement | undefined =>
      [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === 'Ask');
    await until(() => button()?.disabled === false);
    button()?.click();
    await until(() => articles().includes('Part 1.') && location.pathname.startsWith('/c/'));
    tell('first-word', articles());
  };
  const run = async (): Promise<void> => {
    const task = (await (await fetch('/undriven/task')).json()) as Task;
    if (task.kind === 'ask') return ask(task.question);
    await until(() => articles().includes(task.until));
    tell('read', articles());
  };
  run().catch((failure: unknown) => tell('failed', String(failure)));
}

/** Starts it. `target` is the router; `executable` a Chromium. */
export async function startUndriven(target: string, executable: string, profile: string): Promise<Undriven> {
  const seen: string[] = [];
  const heard: Told[] = [];
  const waiting: { resolve: (told: Told) => void; reject: (failure: Error) => void }[] = [];
  const orders: Order[] = [];
  let listening: ServerResponse | null = null;
  let task: Task | null = null;
  let cutOff = false;

  const front = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    if (path === '/undriven/task') return json(outgoing, task);
    if (path === '/undriven/drive.js') return script(outgoing, `(${drive.toString()})()`);
    if (path === '/undriven/told') {
      return void textOf(incoming).then((told) => {
        outgoing.end();
        hear(JSON.parse(told) as Told);
      });
    }
    seen.push(`${incoming.method ?? ''} ${path}`);
    if (cutOff) return void incoming.socket.destroy();
    pass(incoming, outgoing, target);
  });
  const hear = (told: Told): void => {
    const next = waiting.shift();
    if (next === undefined) heard.push(told);
    else next.resolve(told);
  };
  const giveOrders = (): void => {
    if (listening === null || orders.length === 0) return;
    json(listening, orders.splice(0));
    listening = null;
  };
  const order = (next: Order): void => {
    orders.push(next);
    giveOrders();
  };
  // Another origin, so that the window which opens ours is no client of our worker.
  const opener = createServer((incoming, outgoing) => {
    if (incoming.url === '/orders') {
      listening = outgoing;
      return giveOrders();
    }
    if (incoming.url === '/closed') {
      hear({ what: 'closed', path: '', text: '' });
      return json(outgoing, null);
    }
    if (incoming.url === '/moment') return void setTimeout(() => json(outgoing, null), MOMENT_MS);
    if (incoming.url === '/opener.js') return script(outgoing, `(${openAndClose.toString()})()`);
    outgoing.writeHead(200, { 'content-type': 'text/html' });
    outgoing.end('<!doctype html><title>Opener</title><script src="/opener.js"></script>');
  });
  const origin = await listen(front);
  const openerOrigin = await listen(opener);
  const browser = spawn(
    executable,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-popup-blocking',
      `--user-data-dir=${profile}`,
      openerOrigin,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error('The browser ended before the page told anything.'));
  });

  return {
    seen,
    async told(what) {
      const next = heard.shift() ?? (await toldNext(what));
      if (next.what === what) return next;
      throw new Error(`The page told \`${next.what}\` in place of \`${what}\`: ${next.text}`);
    },
    open(path, next) {
      task = next;
      order({ open: origin + path });
    },
    close: () => order({ close: true }),
    cutOff: () => void (cutOff = true),
    async end() {
      browser.kill('SIGKILL');
      await ended;
      for (const server of [front, opener]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };

  function toldNext(what: string): Promise<Told> {
    return new Promise((resolve, reject) => {
      const silent = new Error(`The page did not tell \`${what}\` within ${TOLD_LIMIT_MS / 1000} s.`);
      const timer = setTimeout(() => reject(silent), TOLD_LIMIT_MS);
      const settle = (run: () => void): void => {
        clearTimeout(timer);
        run();
      };
      waiting.push({
        resolve: (told) => settle(() => resolve(told)),
        reject: (failure) => settle(() => reject(failure)),
      });
    });
  }
}

type Order = { open: string } | { close: true };

/**
 * Runs in the opener: does what it is ordered to, and tells when a window is gone; a page that is being closed does not always come to
 * tell it itself. It waits for answers and not for timers: a page behind another one may run its timers once a minute.
 */
function openAndClose(): void {
  let opened: Window | null = null;
  const next = async (): Promise<void> => {
    const orders = (await (await fetch('/orders')).json()) as ({ open: string } | { close: true })[];
    for (const order of orders) {
      if ('open' in order) {
        opened = window.open(order.open, '_blank');
        continue;
      }
      opened?.close();
      while (opened?.closed === false) await fetch('/moment');
      await fetch('/closed');
    }
    return next();
  };
  void next();
}

/** Passes a request on; our page gets the script that drives it, and is read unpacked for that. */
function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string): void {
  const { 'accept-encoding': _packed, 'if-none-match': _etag, ...headers } = incoming.headers;
  const upstream = httpRequest(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
    const isPage = String(answer.headers['content-type']).startsWith('text/html');
    // A page of ours leaves its opener's group, which could then not close it.
    const { 'content-length': _length, 'cross-origin-opener-policy': _opener, ...rest } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, isPage ? rest : answer.headers);
    if (!isPage) return void answer.pipe(outgoing);
    void textOf(answer).then((html) =>
      outgoing.end(html.replace('<head>', '<head><script src="/undriven/drive.js"></script>')),
    );
  });
  upstream.on('error', () => incoming.socket.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(outgoing: ServerResponse, value: unknown): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(value));
}

function script(outgoing: ServerResponse, text: string): void {
  outgoing.writeHead(200, { 'content-type': 'text/javascript' });
  outgoing.end(text);
}

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
