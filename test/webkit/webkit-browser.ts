import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

/** Debian's WebKitGTK, driven by W3C WebDriver in a display of its own. Playwright cannot drive it. */
export interface WebKitBrowser {
  /** Begins to load a page; what is to be seen of it is waited for by `until`. */
  goTo(url: string): Promise<void>;
  /** Loads the page anew, and resolves when another document stands in place of the one before. */
  reload(): Promise<void>;
  /** Runs the body of an async function in the page, and gives what it returns. */
  run(body: string, ...args: unknown[]): Promise<unknown>;
  /** Waits until the function body returns something true in the page; says `what` was waited for when it does not. */
  until(what: string, body: string, ...args: unknown[]): Promise<void>;
  /** Types into the element, with real key events. */
  type(selector: string, text: string): Promise<void>;
  /** Clicks the first visible button with exactly these words. */
  press(words: string): Promise<void>;
  /** The same for a link. */
  follow(words: string): Promise<void>;
  end(): Promise<void>;
}

/** Where Debian's packages `webkit2gtk-driver` and `xvfb` put things. */
export const WEBKIT_DRIVER = '/usr/bin/WebKitWebDriver';
export const DISPLAY_SERVER = '/usr/bin/Xvfb';
const BROWSERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((arch) => `/usr/lib/${arch}/webkit2gtk-4.1/MiniBrowser`);

const UNTIL_LIMIT_MS = 30_000;
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export async function openWebKit(exists: (path: string) => boolean): Promise<WebKitBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'layover-webkit-'));
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn(WEBKIT_DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    // A group of its own: the browser that it starts ends with it.
    detached: true,
    env: {
      ...process.env,
      DISPLAY: screen.display,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // The sandbox wants user namespaces, which a container often forbids; only our own page is opened here.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      XDG_DATA_HOME: folder,
      XDG_CACHE_HOME: folder,
      XDG_RUNTIME_DIR: folder,
    },
  });
  const end = async (): Promise<void> => {
    await Promise.all([endGroup(driver), endGroup(screen.process)]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const session = await openSession(`http://127.0.0.1:${port}`, BROWSERS.find(exists) ?? BROWSERS[0] ?? '');
    return { ...browserOf(session), end };
  } catch (failure) {
    await end();
    throw failure;
  }
}

type Session = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;

const answerSchema = z.object({ value: z.unknown() });
const openedSchema = z.object({ sessionId: z.string() });
const errorSchema = z.object({ error: z.string(), message: z.string() });

async function openSession(origin: string, binary: string): Promise<Session> {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(origin + path, init);
    const { value } = answerSchema.parse(await response.json());
    const wrong = errorSchema.safeParse(value);
    if (!response.ok && wrong.success) throw new Error(`${wrong.data.error}: ${wrong.data.message}`);
    return value;
  };
  const capabilities = {
    alwaysMatch: {
      browserName: 'MiniBrowser',
      // What is to be seen of a page is waited for by itself, so that a failure says what was there.
      pageLoadStrategy: 'none',
      'webkitgtk:browserOptions': { binary, args: ['--automation'] },
    },
  };
  const opened = openedSchema.parse(await retry(() => call('POST', '/session', { capabilities })));
  await call('POST', `/session/${opened.sessionId}/timeouts`, { script: UNTIL_LIMIT_MS, pageLoad: UNTIL_LIMIT_MS });
  return (method, path, body) => call(method, `/session/${opened.sessionId}${path}`, body);
}

function browserOf(session: Session): Omit<WebKitBrowser, 'end'> {
  const run = (body: string, ...args: unknown[]): Promise<unknown> =>
    session('POST', '/execute/async', {
      script: `const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
        (async (...args) => { ${body} })(...given).then((value) => done({ value }), (failure) => done({ failure: String(failure) }));`,
      args,
    }).then((told) => {
      const { value, failure } = z.object({ value: z.unknown(), failure: z.string().optional() }).parse(told);
      if (failure !== undefined) throw new Error(failure);
      return value;
    });
  const click = async (tag: 'a' | 'button', words: string): Promise<void> => {
    await run(
      `const found = [...document.querySelectorAll(args[0])].find(
         (each) => each.checkVisibility() && (each.textContent.trim() === args[1] || each.ariaLabel === args[1]));
       if (found === undefined) throw new Error('There is nothing to click that reads ' + args[1]);
       found.click();`,
      tag,
      words,
    );
  };
  const until = async (what: string, body: string, ...args: unknown[]): Promise<void> => {
    const untilMs = performance.now() + UNTIL_LIMIT_MS;
    for (;;) {
      // While a page is being loaded there is nothing to ask it.
      const there = await run(body, ...args).catch(() => false);
      if (there === true) return;
      if (performance.now() > untilMs) {
        const seen = await run('return document.body.innerText;').catch(String);
        throw new Error(`It never happened: ${what}. The page reads: ${String(seen).slice(0, 2_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    goTo: async (url) => void (await session('POST', '/url', { url })),
    async reload() {
      await run(`document.documentElement.dataset.before = 'reload';`);
      await session('POST', '/refresh', {});
      await until(
        'the page is loaded anew',
        `return document.documentElement.dataset.before === undefined && document.readyState !== 'loading';`,
      );
    },
    run,
    until,
    async type(selector, text) {
      const found = z
        .record(z.string(), z.string())
        .parse(await session('POST', '/element', { using: 'css selector', value: selector }));
      await session('POST', `/element/${found[ELEMENT]}/value`, { text });
    },
    press: (words) => click('button', words),
    follow: (words) => click('a', words),
  };
}

async function startScreen(): Promise<{ process: ChildProcess; display: string }> {
  const screen = spawn(DISPLAY_SERVER, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const number = await new Promise<string>((resolve, reject) => {
    screen.once('error', reject);
    screen.once('exit', (code) => reject(new Error(`The display server ended with ${code ?? 'a signal'}.`)));
    screen.stdio[3]?.once('data', (told: Buffer) => resolve(told.toString().trim()));
  });
  return { process: screen, display: `:${number}` };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The driver listens a moment after it was started. */
async function retry<T>(run: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      return await run();
    } catch (failure) {
      if (left === 0 || !(failure instanceof TypeError)) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(-child.pid, 'SIGKILL');
  await over;
}
