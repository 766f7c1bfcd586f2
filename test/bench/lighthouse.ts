/** `npm run bench:lighthouse`: Lighthouse on Ask as a router serves it, the median of five runs, against the scores it is held to. */
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { startRouter, temporaryFolder } from '../journeys/harness/router-process.ts';
import { findBrowser } from '../run/browsers.ts';

const RUNS = 5;
const GOALS: Readonly<Record<string, number>> = { performance: 98, accessibility: 100, 'best-practices': 100 };

const folder = await temporaryFolder();
const router = await startRouter({ dataFolder: folder.path });
const path = findBrowser('chromium', process.env)?.path;
const browser = await launch({
  ...(path === undefined ? {} : { chromePath: path }),
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const scores = new Map<string, number[]>();
  const wanting = new Set<string>();
  for (let run = 0; run < RUNS; run++) {
    const result = await lighthouse(`${router.origin}/`, {
      port: browser.port,
      logLevel: 'error',
      onlyCategories: Object.keys(GOALS),
    });
    if (result === undefined) throw new Error('Lighthouse gave no result.');
    for (const [name, { score, auditRefs }] of Object.entries(result.lhr.categories)) {
      scores.set(name, [...(scores.get(name) ?? []), Math.round((score ?? 0) * 100)]);
      for (const { id, weight } of auditRefs) {
        const audit = result.lhr.audits[id];
        if (weight > 0 && audit?.score != null && audit.score < 0.9)
          wanting.add(`${name}: ${audit.title} (${audit.displayValue ?? audit.score})`);
      }
    }
  }
  for (const [name, all] of scores) {
    const sorted = all.toSorted((a, b) => a - b);
    console.log(
      `${name.padEnd(16)} median ${sorted[Math.floor(RUNS / 2)]}   of ${sorted.join(', ')}   goal ≥ ${GOALS[name]}`,
    );
  }
  for (const line of wanting) console.log(`  wanting: ${line}`);
} finally {
  browser.kill();
  await router.kill();
  await folder.remove();
}
