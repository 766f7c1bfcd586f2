import type { Environment } from './config/variables.ts';
import { StartProblem } from './start-problem.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** `PORT`: where it listens; 0 is any free one. */
export function readPort(env: Environment): number {
  const text = env['PORT'] || '4280';
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StartProblem(`\`PORT\` is \`${text}\`. It must be a number from 0 to 65535; leave it out for 4280.`);
}

/** `LAYOVER_LOG`. */
export function readLogLevel(env: Environment): string {
  const level = env['LAYOVER_LOG'] || 'info';
  if (LOG_LEVELS.includes(level)) return level;
  throw new StartProblem(`\`LAYOVER_LOG\` is \`${level}\`. It must be one of ${LOG_LEVELS.join(', ')}.`);
}

/** `LAYOVER_DEMO_PACE`: 1 is a human pace, 0 as fast as can be. */
export function readPace(env: Environment): number {
  const text = env['LAYOVER_DEMO_PACE'] || '1';
  const pace = Number(text);
  if (Number.isFinite(pace) && pace >= 0 && pace <= 100) return pace;
  throw new StartProblem(`\`LAYOVER_DEMO_PACE\` is \`${text}\`. It must be a number from 0 to 100.`);
}

/** `LAYOVER_WORKER`: `off` when the service worker must go from every browser, without a new build. */
export function readWorker(env: Environment): 'on' | 'off' {
  const text = env['LAYOVER_WORKER'] || 'on';
  if (text === 'on' || text === 'off') return text;
  throw new StartProblem(`\`LAYOVER_WORKER\` is \`${text}\`. It must be \`on\` or \`off\`; leave it out for \`on\`.`);
}

/** `BYPASS_ROUTER`: whether every ask goes straight to the primary. */
export function readBypass(env: Environment): boolean {
  const text = (env['BYPASS_ROUTER'] ?? '').trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  if (['', 'false', '0', 'no', 'off'].includes(text)) return false;
  throw new StartProblem(
    `\`BYPASS_ROUTER\` is \`${text}\`. It must be \`true\` or \`false\`; leave it out for \`false\`.`,
  );
}
