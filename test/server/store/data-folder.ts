import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Problem } from '#shared/problem.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';

/** An empty folder that is gone after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'layover-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a folder's stores with their thread, closed after the test, and collects what they complain of. */
export async function openFolder(dataFolder: string): Promise<Stores & { problems: Problem[] }> {
  const problems: Problem[] = [];
  const stores = await openStores({ dataFolder, onProblem: (problem) => problems.push(problem) });
  onTestFinished(() => stores.close());
  return { ...stores, problems };
}
