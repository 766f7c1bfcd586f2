/** The part of a browser's `CacheStorage` that the worker uses, in memory. Keys are addresses below `origin`. */
export function fakeCaches(origin: string): CacheStorage {
  const stores = new Map<string, Map<string, Response>>();
  const at = (key: RequestInfo | URL): string => new URL(key instanceof Request ? key.url : key, origin).href;

  function open(name: string): Cache {
    const store = stores.get(name) ?? new Map<string, Response>();
    stores.set(name, store);
    const cache: Partial<Cache> = {
      keys: async () => [...store.keys()].map((url) => new Request(url)),
      match: async (key) => store.get(at(key))?.clone(),
      delete: async (key) => store.delete(at(key)),
      async put(key, response) {
        // As in a browser: a body that breaks off is not kept.
        const bytes = await response.arrayBuffer();
        store.set(at(key), new Response(bytes, { status: response.status, headers: response.headers }));
      },
    };
    return cache as Cache;
  }

  const storage: Partial<CacheStorage> = {
    open: async (name) => open(name),
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (key, options) => {
      const name = options?.cacheName ?? '';
      return stores.has(name) ? open(name).match(key) : undefined;
    },
  };
  return storage as CacheStorage;
}
