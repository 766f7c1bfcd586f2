import { isWhole } from '#shared/answer.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { read, write } from '#device/database.ts';
import type { Pack, PackItem } from '#device/pack.ts';
import { openRow, sealRow } from '#device/sealed-rows.ts';
import type { FileItem, PackContent } from './pack-file.ts';
import type { Ground } from './travel.ts';

/** What a file is to carry of a pack: every question, with its answer where one is kept. */
export async function carryOut(
  pack: Pack,
  ground: Ground,
  policy: TravelPolicy,
): Promise<{ content: Omit<PackContent, 'spoiled'>; answers: number }> {
  const items: FileItem[] = [];
  for (const item of pack.items) {
    const feature = policy.features.find(({ name }) => name === item.feature);
    if (feature === undefined) continue;
    const key = await ground.keyOf(item, policy);
    const raw: unknown =
      key === null ? undefined : await read(ground.place, ['saved'], (tx) => tx.objectStore('saved').get(key));
    const saved = await openRow(ground.place, 'saved', raw);
    const whole = saved !== null && isWhole(saved.answer.finishReason) ? saved : null;
    items.push({
      feature: item.feature,
      prompt: item.prompt,
      prompt_version: feature.prompt_version,
      model: feature.model_alias,
      answer: whole?.answer ?? null,
      saved_at_ms: whole?.savedAtMs ?? 0,
    });
  }
  const { name, demoAtMs } = pack;
  return { content: { name, demoAtMs, items }, answers: items.filter(({ answer }) => answer !== null).length };
}

/** What came in of a file. */
export interface CarriedIn {
  items: PackItem[];
  /** Answers that are kept here now. */
  answers: number;
  /** Answers that the rules of this device do not let in: given under other instructions, too old, or personal. */
  leftOut: number;
}

/** Takes in what a file carries, under the keys and the rules of this device. An answer of its own that is newer stays. */
export async function carryIn(
  content: PackContent,
  ground: Ground,
  {
    policy,
    nowMs,
    makeItem,
  }: { policy: TravelPolicy; nowMs: number; makeItem: (feature: string, prompt: string) => PackItem },
): Promise<CarriedIn> {
  const carried: CarriedIn = { items: [], answers: 0, leftOut: 0 };
  for (const each of content.items) {
    const item = makeItem(each.feature, each.prompt);
    const kept = await keepAnswer(item, each, ground, { policy, nowMs });
    if (kept) carried.answers += 1;
    else if (each.answer !== null) carried.leftOut += 1;
    carried.items.push(kept ? { ...item, importedAtMs: nowMs } : item);
  }
  return carried;
}

async function keepAnswer(
  item: PackItem,
  { answer, saved_at_ms, prompt_version, model }: FileItem,
  ground: Ground,
  { policy, nowMs }: { policy: TravelPolicy; nowMs: number },
): Promise<boolean> {
  const { place, looksPersonal } = ground;
  const feature = policy.features.find(({ name }) => name === item.feature);
  if (answer === null || feature === undefined) return false;
  const { store, keep_days } = feature.device;
  // What was asked under other instructions, or of another model, is another question here.
  if (prompt_version !== feature.prompt_version || model !== feature.model_alias) return false;
  // Nobody saved it in the future: a clock that was ahead must not make it younger than it is.
  const savedAtMs = Math.min(saved_at_ms, nowMs);
  if (savedAtMs <= nowMs - keep_days * 86_400_000) return false;
  if (store === 'store_unless_pii' && looksPersonal(`${item.prompt}\n${answer.text}`)) return false;
  const key = await ground.keyOf(item, policy);
  if (key === null) return false;
  const row = await sealRow(place, 'saved', {
    key,
    feature: feature.name,
    question: item.prompt,
    answer,
    savedAtMs,
    usedAtMs: nowMs,
    bytes: 2 * (item.prompt.length + answer.text.length) + 500,
    promptVersion: feature.prompt_version,
  });
  await write(place, ['saved'], async (tx) => {
    const saved = tx.objectStore('saved');
    const own: unknown = await saved.get(key);
    const isNewer = typeof own === 'object' && own !== null && 'savedAtMs' in own && Number(own.savedAtMs) >= savedAtMs;
    if (!isNewer) await saved.put(row);
  });
  return true;
}
