// The first whole slice, as its people meet it: three brands, playback, a kill, a return, another country.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accessible, Browser, DESK, PHONE, shot } from './browser.mjs';
import { OPS, PORT, Server, get, url } from './server.mjs';

const server = new Server();
const browser = new Browser();
const PLAYABLE = readdirSync(server.masters).filter((name) => name.endsWith('.mp4')).length;

before(async () => {
  await browser.start();
  console.log(`# ready ${(await server.start()).toFixed(2)} s after the start`);
  await server.until(async () => {
    const { queued, running, playable } = await jobs();
    return playable === PLAYABLE && queued === 0 && running.length === 0;
  }, 'encoded', 20);
});
after(async () => {
  await browser.close();
  await server.remove();
});

const authorised = () => ({ host: `harbour.localhost:${PORT}`, authorization: `Bearer ${server.studioToken()}` });
const jobs = async () => JSON.parse((await get(PORT, '/studio/api/v1/jobs', authorised())).text);

const video = (page) => page.locator('pt-player video');
const at = (page) => video(page).evaluate((video) => video.currentTime);
// A frame has been shown beyond `seconds`.
const past = (page, seconds) => video(page).evaluate((video, seconds) => new Promise((resolve) => {
  const look = () => video.currentTime > seconds && video.readyState >= 2 && video.videoWidth > 0 ? resolve() : setTimeout(look, 50);
  look();
}), seconds);
// The server has said that this title's position is on disk.
const saved = (page, title) => page.waitForResponse((answer) =>
  answer.request().method() === 'PUT' && answer.url().endsWith(`/api/v1/positions/${title}`) && answer.ok());

test('three brands, each with its own name, look, words and titles', async () => {
  const seen = new Map();
  for (const brand of ['harbour', 'longlook', 'nightjar']) {
    const { context, page, complaints } = await browser.viewer();
    await page.goto(url(brand));
    const look = await page.evaluate(() => ({
      name: document.querySelector('.mark').textContent.trim(),
      background: getComputedStyle(document.documentElement).backgroundColor,
      font: getComputedStyle(document.querySelector('.hero-name')).fontFamily,
      titles: [...document.querySelectorAll('.card')].map((card) => card.dataset.title),
    }));
    assert.ok(look.titles.length > 0);
    for (const other of seen.values()) {
      for (const key of ['name', 'background', 'font']) assert.notEqual(look[key], other[key], `${brand}'s ${key}`);
      assert.notDeepEqual(look.titles, other.titles);
    }
    seen.set(brand, look);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('the picture for the README', async () => {
  const { context, page } = await browser.viewer({ size: { width: 1440, height: 1240 } });
  await page.goto(url('harbour', '/en/'));
  await page.waitForLoadState('networkidle');
  assert.ok((await page.locator('.rail .card').count()) > 2);
  await shot(page, 'readme');
  await context.close();
});

test('the language is the viewer’s, and can be changed', async () => {
  const { context, page } = await browser.viewer({ lang: 'ko-KR' });
  await page.goto(url('harbour'));
  assert.match(page.url(), /\/ko\/$/);
  await page.locator('.languages summary').click();
  await page.getByRole('link', { name: 'العربية' }).click();
  await page.waitForURL(/\/ar\/$/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), 'rtl');
  await context.close();
});

test('a film plays: quality, subtitles, previews and every key', async () => {
  const { context, page, complaints } = await browser.viewer();
  await page.goto(url('harbour', '/en/watch/big-buck-bunny'));
  await past(page, 1);
  await page.keyboard.press('k');
  assert.equal(await video(page).evaluate((video) => video.paused), true);
  for (const [key, lands] of [['5', 15], ['l', 25], ['j', 15], ['ArrowRight', 20], ['ArrowLeft', 15], ['0', 0]]) {
    await page.keyboard.press(key);
    await past(page, lands - 1);
    assert.ok(Math.abs((await at(page)) - lands) < 0.6, `${key} lands at ${await at(page)}, not ${lands}`);
  }
  await page.keyboard.press('m');
  assert.equal(await video(page).evaluate((video) => video.muted), true);
  await page.keyboard.press('?');
  assert.equal(await page.locator('pt-player dialog').evaluate((dialog) => dialog.open), true);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Subtitles' }).click();
  const languages = await page.locator('pt-menu label').allTextContents();
  assert.ok(languages.length >= 4, `off, and three languages or more: ${languages}`);
  await page.locator('pt-menu').getByText('Japanese').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('3');
  await page.locator('pt-player .captions .cue[lang=ja]').waitFor();
  await page.keyboard.press('c');
  await page.locator('pt-player .captions .cue').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('pt-menu button.entry', { hasText: 'Quality' }).click();
  const qualities = await page.locator('pt-menu label').allTextContents();
  assert.ok(qualities.length >= 4, `auto, and three renditions or more: ${qualities}`);
  await page.locator('pt-menu label', { hasText: '360p' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await page.keyboard.press('6');
  await video(page).evaluate((video) => new Promise((resolve) => {
    const look = () => (video.videoHeight === 360 ? resolve() : setTimeout(look, 50));
    look();
  }));

  await page.locator('media-time-range').hover({ position: { x: 400, y: 5 } });
  const preview = page.locator('media-time-range media-preview-thumbnail').first();
  await preview.waitFor();
  await shot(page, 'playing');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('after an episode the next one begins', async () => {
  const { context, page, complaints } = await browser.viewer();
  await page.goto(url('harbour', '/en/watch/harbour-lights-s1e1'));
  await past(page, 0.5);
  await page.keyboard.press('9');
  await page.getByRole('region', { name: 'Next episode' }).waitFor();
  await page.waitForURL(/harbour-lights-s1e2$/);
  await past(page, 0.5);
  await page.goto(url('harbour', '/en/'));
  await page.locator('pt-continue .card', { hasText: 'S1 E2' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('closed in the middle, the server killed: they come back and it goes on where they were', async () => {
  const { context, page } = await browser.viewer();
  await page.goto(url('longlook', '/en/watch/the-quiet-giants'));
  await past(page, 0.5);
  await page.keyboard.press('5');
  await saved(page, 'the-quiet-giants');
  const left = await at(page);
  await page.close();
  assert.deepEqual(await server.kill('SIGKILL'), { code: null, by: 'SIGKILL' });
  console.log(`# ready ${(await server.start()).toFixed(2)} s after the second start`);
  assert.equal((await jobs()).queued, 0, 'nothing is encoded again');

  const again = await context.newPage();
  await again.goto(url('longlook', '/en/'));
  const card = again.locator('pt-continue .card', { hasText: 'The Quiet Giants' });
  await card.waitFor();
  await shot(again, 'continue');
  await card.click();
  await past(again, left - 2);
  assert.ok((await at(again)) < left + 10, `${await at(again)} after ${left}`);
  await context.close();
});

test('in another country titles come and go, and a link to one that is not there says why', async () => {
  const { context, page, complaints } = await browser.viewer();
  const titles = () => page.locator('.card').evaluateAll((cards) => [...new Set(cards.map((card) => card.dataset.title))]);
  await page.goto(url('harbour', '/en/'));
  const here = await titles();
  assert.ok(!here.includes('letters-from-jeju'));
  const answer = await page.goto(url('harbour', '/en/t/letters-from-jeju'));
  assert.equal(answer.status(), 451);
  assert.match(await page.locator('main').innerText(), /country/i);
  await accessible(page, 'a refusal');
  await shot(page, 'not-here');
  await page.goto(url('harbour', '/en/'));
  await page.locator('#demo-country').selectOption('KR');
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.waitForLoadState();
  assert.ok((await titles()).includes('letters-from-jeju'));
  await page.goto(url('harbour', '/en/watch/letters-from-jeju'));
  await past(page, 0.5);
  assert.deepEqual(complaints.filter((text) => !text.includes('451')), []);
  await context.close();
});

test('by keyboard alone: from the top of the page into the film', async () => {
  const { context, page } = await browser.viewer();
  await page.goto(url('harbour', '/en/'));
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.matches('.button.main'))) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/watch\//);
  await past(page, 0.5);
  await page.keyboard.press(' ');
  assert.equal(await video(page).evaluate((video) => video.paused), true);
  await context.close();
});

const PAGES = [
  ['home', 'harbour', '/en/'], ['home-rtl', 'harbour', '/ar/'], ['home', 'longlook', '/en/'], ['home', 'nightjar', '/ja/'],
  ['series', 'harbour', '/en/t/harbour-lights'], ['series-rtl', 'harbour', '/ar/t/harbour-lights'],
  ['watch', 'harbour', '/en/watch/harbour-lights-s1e1'], ['watch-rtl', 'harbour', '/ar/watch/harbour-lights-s1e1'],
];
for (const [form, size] of [['desk', DESK], ['phone', PHONE]]) {
  test(`axe finds nothing, on a ${form}`, async () => {
    const { context, page, complaints } = await browser.viewer({ size, phone: form === 'phone' });
    for (const [name, brand, path] of PAGES) {
      await page.goto(url(brand, path));
      if (path.includes('watch')) await past(page, 0.5);
      else await page.waitForLoadState('networkidle');
      await accessible(page, `${form} ${brand}${path}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${form} ${brand}${path} is ${wide} px wider than the screen`);
      await shot(page, `${form}-${brand}-${name}`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('what is hostile gets the right answer', async () => {
  const host = { host: `harbour.localhost:${PORT}` };
  const cases = [
    [421, '/en/', { host: 'elsewhere.example' }],
    [404, '/en/t/no-such-title', host],
    [401, '/v/big-buck-bunny/master.m3u8', host],
    [401, '/studio/api/v1/jobs', host],
  ];
  for (const [status, path, headers] of cases) assert.equal((await get(PORT, path, headers)).status, status, path);
  for (const path of ['/v/../../secrets/studio.token', '/v/%2e%2e%2fsecrets%2fstudio.token', '/assets/..%2f..%2fCargo.toml']) {
    const answer = await get(PORT, path, host);
    assert.ok([400, 401, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
  const { context, page } = await browser.viewer();
  await page.goto(url('harbour', '/en/watch/big-buck-bunny'));
  await past(page, 0.2);
  const large = await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/api/v1/positions/big-buck-bunny', { method: 'PUT', headers, body: 'x'.repeat(10 << 20) });
    return { status: answer.status, problem: await answer.json() };
  });
  assert.equal(large.status, 413);
  assert.match(large.problem.detail, /Send at most/);
  await context.close();
  assert.equal((await get(OPS, '/readyz')).status, 200);
  assert.match((await get(OPS, '/metrics')).text, /primetime_edition_number/);
});

test('SIGTERM drains and ends well', async () => {
  assert.deepEqual(await server.kill('SIGTERM'), { code: 0, by: null });
});
