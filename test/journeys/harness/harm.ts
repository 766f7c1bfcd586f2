import type { BrowserContext, Page } from '@playwright/test';

/** What a hostile text did in a browser. An empty report is the only good one. */
export interface Harm {
  /** Anything that ran, opened, was refused by the content policy or left for another origin; one line each. */
  readonly done: readonly string[];
  /** Requests of pages to their own origin, as `METHOD path`, newest last. */
  readonly own: readonly string[];
}

/** Watches every page of a context from before its first document on. Payloads show that they ran by setting `window.ran`. */
export async function watchForHarm(context: BrowserContext, origin: string): Promise<Harm> {
  const done: string[] = [];
  const own: string[] = [];
  const mark = (what: string): void => void done.push(what);
  context.on('request', (request) => {
    const url = new URL(request.url());
    // The worker fetches for itself too; whatever a page wants passes here before the worker sees it.
    if (url.origin === origin && request.serviceWorker() === null) own.push(`${request.method()} ${url.pathname}`);
    else if (url.origin !== origin) mark(`asked ${request.url().slice(0, 200)}`);
  });
  context.on('dialog', (dialog) => {
    mark(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (page) => {
    page.on('popup', (popup) => mark(`opened ${popup.url()}`));
    page.on('download', (download) => mark(`downloaded ${download.url()}`));
    page.on('pageerror', (error) => mark(`threw ${error.message}`));
    page.on('framenavigated', (frame) => {
      if (frame.parentFrame() !== null) mark(`framed ${frame.url()}`);
    });
  });
  await context.exposeFunction('reportHarm', mark);
  await context.addInitScript(() => {
    const report = (what: string): void => {
      (window as Window & { reportHarm?: (what: string) => void }).reportHarm?.(what);
    };
    Object.defineProperty(window, 'ran', { set: () => report('ran a script'), get: () => undefined });
    document.addEventListener('securitypolicyviolation', (event) =>
      report(`broke ${event.effectiveDirective} with ${event.blockedURI}`),
    );
  });
  return { done, own };
}

/** What stands in the answers on screen that must not: elements, attributes and links, one line each. */
export function findOffences(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tags = new Set(
      (
        'div p span br hr h1 h2 h3 h4 h5 h6 blockquote pre code ul ol li table thead tbody tr th td a strong em del sub ' +
        'sup kbd header button'
      ).split(' '),
    );
    const attributes = new Set(
      (
        'class href target rel start scope type role tabindex data-copy dir ' +
        'aria-label aria-labelledby aria-hidden aria-busy'
      ).split(' '),
    );
    const offences: string[] = [];
    for (const element of document.querySelectorAll('.prose, .prose *')) {
      const tag = element.localName;
      if (!tags.has(tag)) offences.push(`<${tag}>`);
      for (const { name } of element.attributes) if (!attributes.has(name)) offences.push(`<${tag} ${name}>`);
    }
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.prose a')) {
      const shown = link.textContent.trim();
      if (!['https:', 'http:', 'mailto:'].includes(link.protocol)) offences.push(`leads to ${link.href}`);
      if (!['noreferrer', 'noopener'].every((word) => link.relList.contains(word))) offences.push(`no rel: ${shown}`);
      if (link.target !== '_blank') offences.push(`takes this page away: ${shown}`);
      const place = link.protocol === 'mailto:' ? decodeURIComponent(link.pathname) : link.host;
      const label = link.querySelector('.host');
      // Without a label the words themselves are the address, with nobody's name in front of the host.
      const plain = URL.canParse(shown) ? new URL(shown) : null;
      const plainHost = plain !== null && plain.username === '' ? plain.host : shown.replace(/^www\./, '');
      const honest =
        label === null ? plainHost === place.replace(/^www\./, '') : label.textContent.trim() === `(${place})`;
      if (!honest) offences.push(`hides ${place} behind ${shown}`);
      if (label !== null && !getComputedStyle(label).unicodeBidi.includes('isolate'))
        offences.push(`lets ${shown} turn its host around`);
    }
    return offences;
  });
}

/** How many elements the document has that load, run or redirect something. Answers must not change it. */
export function countLoaders(page: Page): Promise<number> {
  return page.evaluate(
    () => document.querySelectorAll('script, style, link, base, meta, iframe, object, embed, form, img, video').length,
  );
}
