import { chmodSync, existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LaunchProject } from './project.ts';

let project: LaunchProject;

beforeEach(() => {
  project = new LaunchProject();
  project.npmDoes('echo called "$@" >> npm-calls; mkdir -p node_modules; touch node_modules/.package-lock.json');
  project.write(
    'server/main.ts',
    'console.log("router", process.argv.slice(2).join(" "), process.env.LAYOVER_X ?? "");',
  );
  project.write(
    'node_modules/vite/bin/vite.js',
    'import { appendFileSync } from "node:fs"; appendFileSync("builds", "b");',
  );
});

afterEach(() => project.remove());

function npmCalls(): number {
  return existsSync(project.path('npm-calls'))
    ? readFileSync(project.path('npm-calls'), 'utf8').trim().split('\n').length
    : 0;
}

function builds(): number {
  return existsSync(project.path('builds')) ? readFileSync(project.path('builds'), 'utf8').length : 0;
}

describe('the packages', () => {
  test('[U1] are installed when they are absent, and not a second time', async () => {
    const first = await project.launch(['start']).ended;
    await project.launch(['start']).ended;
    expect(first.output).toContain('Installing the packages');
    expect(readFileSync(project.path('npm-calls'), 'utf8')).toMatch(/^called ci /);
    expect(npmCalls()).toBe(1);
  });

  test('[U1] are installed again when package-lock.json has changed', async () => {
    await project.launch(['start']).ended;
    project.write('package-lock.json', '{"version": 2}');
    const future = new Date(Date.now() + 60_000);
    utimesSync(project.path('package-lock.json'), future, future);
    await project.launch(['start']).ended;
    expect(npmCalls()).toBe(2);
  });

  test('[U2] that somebody installed by hand are accepted', async () => {
    project.installPackages();
    const { output } = await project.launch(['start']).ended;
    expect(output).not.toContain('Installing');
    expect(npmCalls()).toBe(0);
    expect(existsSync(project.path('node_modules/.layover-install'))).toBe(true);
  });

  test.each([
    ['ENOTFOUND', 'connect to the network'],
    ['ENOSPC', 'the disk is full'],
    ['EUSAGE', 'run `npm install` once'],
    ['EWEIRD', '(EWEIRD: it said why); run `npm ci` to see the whole message'],
  ])('[U3] that fail to install with %s end in one sentence', async (code, advice) => {
    project.npmDoes(`echo "npm error code ${code}" >&2; echo "npm error it said why" >&2; exit 1`);
    const { code: exit, errors, output } = await project.launch(['start']).ended;
    expect(exit).toBe(1);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(errors).toContain(`\`npm ci\` failed (${code}`);
    expect(errors).toContain(advice);
    expect(output).not.toContain('router');
  });

  test('[U11] that fail to install still end a test run with its sum', async () => {
    project.npmDoes('exit 1');
    const { code, output } = await project.launch(['test']).ended;
    expect(code).toBe(1);
    expect(output.trim().split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  test('[U3] that failed to install are tried again the next time', async () => {
    project.npmDoes('exit 1');
    await project.launch(['start']).ended;
    project.npmDoes('echo called >> npm-calls; mkdir -p node_modules');
    expect((await project.launch(['start']).ended).code).toBe(0);
    expect(npmCalls()).toBe(1);
  });
});

describe('the page', () => {
  beforeEach(() => {
    project.installPackages();
    project.write('src/main.tsx', 'one');
  });

  test('[U6] is built once while nothing changes', async () => {
    await project.launch(['start']).ended;
    const second = await project.launch(['build']).ended;
    expect(builds()).toBe(1);
    expect(second).toEqual({ code: 0, output: '', errors: '' });
  });

  test.each(['src/main.tsx', 'src/deep/new.ts', 'sw/worker.ts', 'public/icon.svg', 'index.html', 'vite.config.ts'])(
    '[U6] is built again when %s changes',
    async (file) => {
      await project.launch(['build']).ended;
      project.write(file, 'two');
      await project.launch(['build']).ended;
      expect(builds()).toBe(2);
    },
  );

  test('[U6] is built again when a file moves, though no byte changes', async () => {
    await project.launch(['build']).ended;
    rmSync(project.path('src/main.tsx'));
    project.write('src/other.tsx', 'one');
    await project.launch(['build']).ended;
    expect(builds()).toBe(2);
  });

  test('[BY12] that failed to build does not stop a start with BYPASS_ROUTER', async () => {
    project.write('node_modules/vite/bin/vite.js', 'console.error("a comma is missing"); process.exit(3);');
    const { code, output, errors } = await project.launch(['start'], { BYPASS_ROUTER: 'true' }).ended;
    expect([code, output]).toEqual([0, expect.stringContaining('router') as unknown]);
    expect(errors).toMatch(/The page is not built.* Going on without the page, as `BYPASS_ROUTER` is on\./s);
  });

  test('[U6] that failed to build stops the start with its reason, and is built the next time', async () => {
    const vite = readFileSync(project.path('node_modules/vite/bin/vite.js'), 'utf8');
    project.write('node_modules/vite/bin/vite.js', 'console.error("main.tsx: a comma is missing"); process.exit(3);');
    const failed = await project.launch(['start']).ended;
    expect(failed.code).toBe(1);
    expect(failed.errors).toMatch(/a comma is missing[^]*The page is not built: `vite build` ended with code 3/);
    expect(failed.output).not.toContain('router');
    project.write('node_modules/vite/bin/vite.js', vite);
    expect((await project.launch(['start']).ended).output).toContain('router');
  });
});

describe('the Node that runs the rest', () => {
  const askRuntime = `
    import { findRuntime } from './server/launch/runtime.mjs';
    const running = JSON.parse(process.argv[2]);
    try { console.log(findRuntime(process.cwd(), running)); } catch (problem) { console.log(problem.message); }
  `;

  async function runtimeFor(running: { version: string; platform?: string; arch?: string }): Promise<string> {
    project.write('ask.mjs', askRuntime);
    const { platform, arch } = process;
    const asked = { platform, arch, execPath: '/opt/node/bin/node', ...running };
    return (await project.run([project.path('ask.mjs'), JSON.stringify(asked)]).ended).output.trim();
  }

  const place = `node_modules/node-${process.platform}-${process.arch}/bin/node`;

  test('[U4] is the one that came with the packages', async () => {
    project.installPackages();
    expect(await runtimeFor({ version: '20.20.2' })).toBe(project.path(place));
    expect(await runtimeFor({ version: '26.0.0' })).toBe(project.path(place));
  });

  test('[U4] is the running one when none came and it is new enough', async () => {
    expect(await runtimeFor({ version: '24.0.0' })).toBe('/opt/node/bin/node');
  });

  test('[U4] is the running one when the one that came does not run here', async () => {
    project.write(place, '#!/bin/sh\nexit 127\n');
    chmodSync(project.path(place), 0o755);
    expect(await runtimeFor({ version: '24.0.0' })).toBe('/opt/node/bin/node');
  });

  test('[U5] is asked for in one sentence when the platform has none', async () => {
    expect(await runtimeFor({ version: '22.1.0', platform: 'freebsd', arch: 'x64' })).toBe(
      'Layover needs Node 24, this is Node 22.1.0, and none is delivered for freebsd-x64. Install Node 24 or later and run this again.',
    );
  });

  test('[U5] is asked for in one sentence when it was left out of the install', async () => {
    expect(await runtimeFor({ version: '20.20.2', platform: 'linux', arch: 'arm64' })).toBe(
      'Layover needs Node 24, this is Node 20.20.2, and the packages were installed without the one for linux-arm64. Run `npm ci --include=optional`, or install Node 24 or later and run this again.',
    );
  });
});

describe('the hand-over', () => {
  beforeEach(() => project.installPackages());

  test('[U7] passes arguments, environment and exit code', async () => {
    project.write(
      'server/main.ts',
      'console.log(process.argv.slice(2).join(" "), process.env.LAYOVER_X); process.exit(7);',
    );
    const { code, output } = await project.launch(['start', '--demo', 'x y'], { LAYOVER_X: 'kept' }).ended;
    expect(code).toBe(7);
    expect(output).toContain('--demo x y kept');
  });

  test('[U7] bounds what Node takes for what is thrown away, unless somebody says otherwise, and keeps what it compiled', async () => {
    project.write('server/main.ts', 'console.log(process.execArgv.join(" "), process.env.NODE_COMPILE_CACHE);');
    const { output } = await project.launch(['start']).ended;
    expect(output).toContain(`--max-semi-space-size=16 ${project.path('node_modules/.cache/layover-router')}`);
    const own = await project.launch(['start'], { NODE_OPTIONS: '--max-semi-space-size=64' }).ended;
    expect(own.code).toBe(0);
    expect(own.output).not.toContain('--max-semi-space-size=16');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '[U8] passes %s once and waits for the end of the drain',
    async (signal) => {
      project.write(
        'server/main.ts',
        `let heard = 0;
       process.on('${signal}', () => { heard += 1; console.log('draining', heard); if (heard === 1) setTimeout(() => process.exit(0), 300); });
       setInterval(() => {}, 1000);
       console.log('ready');`,
      );
      const launched = project.launch(['start']);
      await launched.says('ready');
      // npm passes on what the terminal has sent already: two signals for one press.
      launched.signal(signal);
      launched.signal(signal);
      const { code, output } = await launched.ended;
      expect(code).toBe(0);
      expect(output.match(/draining/g)).toHaveLength(1);
    },
  );

  test('[U7] gives a signal that killed the router its usual exit code', async () => {
    project.write('server/main.ts', 'process.kill(process.pid, "SIGKILL");');
    expect((await project.launch(['start']).ended).code).toBe(137);
  });

  test('[U9] ends the page server when the router ends', async () => {
    project.write(
      'server/main.ts',
      'console.log("dev", process.env.LAYOVER_DEV); setTimeout(() => process.exit(4), 200);',
    );
    project.write(
      'node_modules/vite/bin/vite.js',
      'console.log(process.env.LAYOVER_ROUTER); setInterval(() => {}, 1000);',
    );
    const { code, output } = await project.launch(['dev'], { PORT: '4999' }).ended;
    expect(code).toBe(4);
    expect(output).toContain('dev 1');
    expect(output).toContain('http://127.0.0.1:4999');
  });

  test('[U10] answers an unknown command with the known ones', async () => {
    const { code, errors } = await project.launch(['lunch']).ended;
    expect(code).toBe(1);
    expect(errors).toBe('Unknown command `lunch`. Say one of: start, dev, build, test, screenshots.\n');
  });
});
