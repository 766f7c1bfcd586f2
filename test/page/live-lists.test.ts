import { Dexie, RangeSet } from 'dexie';
import { IDBKeyRange } from 'fake-indexeddb';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '#shared/clock.ts';
import { addTurn } from '#device/conversations.ts';
import { openLiveLists } from '../../src/app/live-lists.ts';
import { freshPlace } from '../fakes/device/place.ts';
import { someTurn } from '../fakes/device/rows.ts';

const turn = someTurn();

const everything = { all: new RangeSet(-Infinity, [[]]) };

it('[G95] a list is told also while writes never end, and then what was written last', async () => {
  const place = freshPlace();
  Object.assign(Dexie.dependencies, { indexedDB: place.factory, IDBKeyRange });
  await addTurn(place, turn);
  const lists = openLiveLists(place, systemClock, (failure) => {
    throw failure;
  });
  let storms = true;
  const storm = (): void => {
    Dexie.on.storagemutated.fire(everything);
    if (storms) setImmediate(storm);
  };
  onTestFinished(() => {
    storms = false;
    lists.close();
  });
  storm();
  const prompts: string[][] = [];
  const told = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const unwatch = lists.conversation('c1', (turns) => {
        prompts.push(turns.map((each) => each.turn.prompt));
        if (turns.length !== count) return;
        unwatch();
        resolve();
      });
    });
  await told(1);
  await addTurn(place, { ...turn, id: '01890000-0000-7000-8000-000000000002', prompt: 'And the exit?' });
  await told(2);
  expect(prompts.at(-1)).toEqual([turn.prompt, 'And the exit?']);
});
