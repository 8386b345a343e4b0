// Pictures of a demo-week that runs, at its trough and at its peak, for docs: week.mjs URL FOLDER
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const [url, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const devtools = await page.context().newCDPSession(page);
await page.goto(url);
// Thursday at 5:00, when fewest are awake, and twenty-five minutes after the premiere began.
for (const [name, minute] of [['week-trough', 77 * 60], ['week-peak', 92 * 60 + 25]]) {
  while ((await (await fetch(new URL('/week.json', url))).json()).minute < minute) await pause(100);
  await pause(1_000);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 75, captureBeyondViewport: true });
  writeFileSync(`${folder}/${name}.webp`, Buffer.from(data, 'base64'));
}
await browser.close();
