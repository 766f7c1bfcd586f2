/**
 * What stands for `idb` in the built worker (`vite.config.ts`): the same promises for requests and transactions, without its
 * shortcuts and iterators. A test holds it to idb's own.
 */
export function wrap(value: unknown): unknown {
  if (value instanceof IDBRequest) return promised(value);
  if (!isPartOfDatabase(value)) return value;
  const done = value instanceof IDBTransaction ? ended(value) : undefined;
  return new Proxy(value, {
    get(target, name) {
      if (name === 'done') return done;
      // On the object itself: a browser's own getters and methods know no stand-in.
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, given);
        // A cursor that moves on gives its news by the request that opened it.
        return wrap(result === undefined && target instanceof IDBCursor ? target.request : result);
      };
    },
  });
}

function isPartOfDatabase(value: unknown): value is object {
  return [IDBDatabase, IDBTransaction, IDBObjectStore, IDBIndex, IDBCursor].some((kind) => value instanceof kind);
}

function promised(request: IDBRequest<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(wrap(request.result));
    request.onerror = () => reject(request.error ?? aborted());
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? aborted());
  });
}

function aborted(): DOMException {
  return new DOMException('AbortError', 'AbortError');
}
