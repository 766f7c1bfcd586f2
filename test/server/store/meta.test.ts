import { expect, it } from 'vitest';
import { openInPlace } from './in-place.ts';

it('[V1] starts at epoch 1 and raises it by one at a time', async () => {
  const { meta, close } = openInPlace();
  expect(await meta.epoch()).toBe(1);
  expect(await Promise.all([meta.raiseEpoch(), meta.raiseEpoch()])).toEqual([2, 3]);
  expect(await meta.epoch()).toBe(3);
  await close();
});

it('[V2] raises the epoch when the fingerprint is another than the one kept', async () => {
  const { meta, close } = openInPlace();
  expect(await meta.settle('one')).toEqual({ epoch: 1, raised: false });
  expect(await meta.settle('one')).toEqual({ epoch: 1, raised: false });
  expect(await meta.settle('two')).toEqual({ epoch: 2, raised: true });
  expect(await meta.settle('two')).toEqual({ epoch: 2, raised: false });
  await close();
});
