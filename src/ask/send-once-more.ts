/**
 * Sends, and once more if nothing came of it: a worker that is killed before it has heard of an ask takes the request along. The ask's
 * key makes the second one harmless.
 */
export async function sendOnceMore(send: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
  try {
    return await send();
  } catch (failure) {
    if (signal.aborted) throw failure;
    return send();
  }
}
