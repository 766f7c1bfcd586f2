/**
 * Draws the installed icons from public/icon.svg: `node test/page/draw-icons.ts`. Run it by hand when the icon changes; what it
 * writes is part of the repository.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from '../run/browsers.ts';

const folder = join(import.meta.dirname, '../../public');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
/** A system may cut a maskable icon to a circle of 80 %, so it fills the square and the drawing stays well inside. */
const maskable = svg
  .replace('rx="112"', 'rx="0"')
  .replace('translate(48 126) scale(13)', 'translate(101 156) scale(9.7)');

const executablePath = findBrowser('chromium', process.env)?.path;
const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
for (const [name, drawing] of [
  ['icon', svg],
  ['icon-maskable', maskable],
] as const) {
  for (const size of [192, 512]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
    writeFileSync(join(folder, `${name}-${size}.png`), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
}
await browser.close();
