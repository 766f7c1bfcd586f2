import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { statusCommand } from '../../../server/cli/commands/status.ts';
import type { Status } from '../../../server/cli/status.ts';
import { cleanUp, startRouter } from '../http/router-start.ts';
import { json } from '../http/surface.ts';
import { testTerminal } from './terminal.ts';

// A whole router with a process of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

afterEach(cleanUp);

test('[X11] status shows deployments, faults, the bypass and the figures, and ends with how ready the router is', async () => {
  const router = startRouter({ LAYOVER_MASTER_KEY: 'lk-status' });
  const [, origin = ''] = await router.until(/(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/);
  const environment = { LAYOVER_DATA: join(router.folder, '.layover'), LAYOVER_MASTER_KEY: 'lk-status' };
  const status = async (isJson = false): Promise<{ code: number | null; out: string }> => {
    const terminal = testTerminal(environment);
    const code = await statusCommand.run({ words: [], options: { json: isJson } }, terminal);
    return { code, out: terminal.said.out };
  };
  const bearer = { authorization: 'Bearer lk-status' };
  const { code, out } = await status();
  expect(code).toBe(0);
  expect(out).toMatch(/^Layover \d\S+ on http:\/\/127\.0\.0\.1:\d+: ready\n/);
  expect(out).toMatch(/^ {2}demo-north\/large +app\/chat, order 1: well$/m);
  expect(out).toContain('Over 30 days: success not known yet (0 asks)');
  expect(out).not.toContain('Bypassed');
  await fetch(`${origin}/api/bypass`, json({ minutes: 10 }, bearer));
  const fault = json({ kind: 'blocked', minutes: 5 }, bearer);
  await fetch(`${origin}/api/deployments/${encodeURIComponent('app/chat#1')}/fault`, fault);
  const later = await status();
  expect(later.out).toMatch(/^Bypassed, for 10 min more: every ask goes straight to demo-north\/large\.$/m);
  expect(later.out).toMatch(/order 1: well, with the fault blocked on it for 5 min$/m);
  const told = JSON.parse((await status(true)).out) as Status;
  expect(told).toMatchObject({ ready: true, reasons: [], bypass: { state: 'on', by: 'operator' } });
});
