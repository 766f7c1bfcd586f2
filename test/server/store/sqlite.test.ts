import { openStores, type StoreOptions, type Stores } from '../../../server/store/open.ts';
import { describeAnswerCache } from '../../contracts/answer-cache.ts';
import { describeJournal } from '../../contracts/journal.ts';
import { describeLedger } from '../../contracts/ledger.ts';
import { describeSessions } from '../../contracts/sessions.ts';

function open(options: Partial<StoreOptions> = {}): Promise<Stores> {
  return openStores({
    dataFolder: ':memory:',
    onProblem: (problem) => {
      throw problem;
    },
    ...options,
  });
}

describeJournal('in SQLite', open);
describeAnswerCache('in SQLite', (maxBytes) => open(maxBytes === undefined ? {} : { cacheMaxBytes: maxBytes }));
describeLedger('in SQLite', open);
describeSessions('in SQLite', open);
