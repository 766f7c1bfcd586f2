import type { Configuration } from './config/configuration.ts';
import { StartProblem } from './start-problem.ts';
import { readDataKey } from './store/sealer.ts';

/** The key that answers and journal are sealed with; null where they are not. Throws a StartProblem that says what to do. */
export function dataKeyFor({
  configuration,
  dataKey,
}: {
  configuration: Configuration;
  dataKey?: string | undefined;
}): Uint8Array | null {
  if (!configuration.general.encrypt) return null;
  const make = 'Make one with `openssl rand -base64 32`, and keep it: without it nothing that was sealed can be read.';
  if (dataKey === undefined || dataKey === '')
    throw new StartProblem(`\`cache.encrypt\` is true, and \`LAYOVER_DATA_KEY\` is not set. ${make}`);
  const key = readDataKey(dataKey);
  if (key === null) throw new StartProblem(`\`LAYOVER_DATA_KEY\` is not 32 bytes in base64 or hexadecimal. ${make}`);
  return key;
}

/** What a start says of rows that it cannot open. */
export function unreadableNotice(count: number, encrypted: boolean): string {
  const what = `${count} saved answers and pieces of the journal are sealed under another data key, and count as absent.`;
  return encrypted
    ? `${what} \`LAYOVER_DATA_KEY\` is not the key that they were written with. With that one they are there again; left alone, they go when their time is up.`
    : `${what} Set \`cache.encrypt: true\` and their \`LAYOVER_DATA_KEY\` to read them; left alone, they go when their time is up.`;
}
