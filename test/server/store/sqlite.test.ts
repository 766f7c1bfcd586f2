import { describeAnswerCache } from '../../contracts/answer-cache.ts';
import { describeBudget } from '../../contracts/budget.ts';
import { describeJournal } from '../../contracts/journal.ts';
import { describeKeys } from '../../contracts/keys.ts';
import { describeLedger } from '../../contracts/ledger.ts';
import { describeSessions } from '../../contracts/sessions.ts';
import { createSealer } from '../../../server/store/sealer.ts';
import { openInPlace } from './in-place.ts';

describeJournal('in SQLite', async () => openInPlace());
describeJournal('in SQLite, sealed', async () => openInPlace({ sealer: createSealer(new Uint8Array(32).fill(7)) }));
describeAnswerCache('in SQLite', async (cacheMaxBytes) =>
  openInPlace(cacheMaxBytes === undefined ? {} : { cacheMaxBytes }),
);
describeLedger('in SQLite', async () => openInPlace());
describeBudget('in SQLite', async () => openInPlace());
describeSessions('in SQLite', async () => openInPlace());
describeKeys('in SQLite', async () => openInPlace());
