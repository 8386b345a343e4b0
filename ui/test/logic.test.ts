import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Outcome, type Position, Positions } from '../src/lib/positions.ts';
import { memoryStore } from '../src/lib/storage.ts';
import { DEFAULT_STYLE, readStyle, writeStyle } from '../src/player/caption-style.ts';
import { Countdown } from '../src/player/countdown.ts';
import { find, initialSubtitles, rememberSubtitles } from '../src/player/languages.ts';
import { renewIn } from '../src/player/renewal.ts';
import { type Focus, action } from '../src/player/shortcuts.ts';
import { clock, texts } from '../src/player/texts.ts';

describe('positions', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setup(answers: Outcome[], store = memoryStore()) {
    const sent: [string, Position][] = [];
    let time = 1000;
    const send = async (title: string, position: Position) => {
      sent.push([title, position]);
      return answers.shift() ?? 'kept';
    };
    return { sent, store, tick: (ms: number) => (time += ms), positions: new Positions(store, send, () => 'abc123', () => time) };
  }

  test('numbers grow, also over restarts, a clock that stands and a clock that was set back', async () => {
    const { positions, sent, store, tick } = setup([]);
    await positions.report('a', 1, 30);
    await positions.report('a', 2, 30);
    tick(-500);
    await positions.report('a', 3, 30);
    const again = new Positions(store, async (t, p) => (sent.push([t, p]), 'kept'), () => 'other', () => 10);
    await again.report('a', 4, 30);
    expect(sent.map(([, p]) => p.seq)).toEqual([1000, 1001, 1002, 1003]);
    expect(new Set(sent.map(([, p]) => p.device))).toEqual(new Set(['abc123']));
  });

  test('what the server has is forgotten, what it has not is kept and tried again', async () => {
    const { positions, sent } = setup(['later', 'later', 'kept']);
    await positions.report('a', 5, 30);
    expect(Object.keys(positions.waiting)).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(sent).toHaveLength(2); // the second wait is twice as long
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(3);
    expect(positions.waiting).toEqual({});
  });

  test('of each title only the last counts, and a newer one is not dropped with an older one', async () => {
    let release: (o: Outcome) => void = () => {};
    const sent: number[] = [];
    const send = (_: string, p: Position) => {
      sent.push(p.seconds);
      return sent.length === 1 ? new Promise<Outcome>((resolve) => (release = resolve)) : Promise.resolve<Outcome>('kept');
    };
    const positions = new Positions(memoryStore(), send, () => 'd', () => 1);
    const first = positions.report('a', 1, 30);
    await positions.report('a', 2, 30);
    await positions.report('a', 3, 30);
    release('kept');
    await first;
    expect(sent).toEqual([1, 3]);
    expect(positions.waiting).toEqual({});
  });

  test('what is refused is given up, and nonsense is never sent', async () => {
    const { positions, sent } = setup(['refused']);
    await positions.report('a', 5, 30);
    expect(positions.waiting).toEqual({});
    await positions.report('a', Number.NaN, 30);
    await positions.report('a', 1, Number.POSITIVE_INFINITY);
    expect(sent).toHaveLength(1);
    await positions.report('a', 99, 30);
    expect(sent[1]?.[1].seconds).toBe(30);
  });

  test('a damaged queue is an empty one', async () => {
    const store = memoryStore();
    store.setItem('pt.positions', '{"a": {"seconds": "x"}}');
    const { positions } = setup([], store);
    expect(positions.waiting).toEqual({});
    store.setItem('pt.positions', 'not json');
    expect(positions.waiting).toEqual({});
  });
});

describe('shortcuts', () => {
  const press = (key: string, focus: Focus, more = {}) =>
    action({ key, ctrlKey: false, metaKey: false, altKey: false, ...more }, focus);

  test('every key that the help names', () => {
    expect(press(' ', 'player')).toEqual({ do: 'play' });
    expect(press('K', 'page')).toEqual({ do: 'play' });
    expect(press('j', 'page')).toEqual({ do: 'seek', by: -10 });
    expect(press('l', 'page')).toEqual({ do: 'seek', by: 10 });
    expect(press('ArrowLeft', 'player')).toEqual({ do: 'seek', by: -5 });
    expect(press('ArrowRight', 'player')).toEqual({ do: 'seek', by: 5 });
    expect(press('ArrowUp', 'player')).toEqual({ do: 'volume', by: 0.1 });
    expect(press('m', 'page')).toEqual({ do: 'mute' });
    expect(press('c', 'page')).toEqual({ do: 'subtitles' });
    expect(press('f', 'page')).toEqual({ do: 'fullscreen' });
    expect(press('?', 'page')).toEqual({ do: 'help' });
    expect(press('0', 'page')).toEqual({ do: 'jump', to: 0 });
    expect(press('9', 'page')).toEqual({ do: 'jump', to: 0.9 });
  });

  test('keys are left to those who need them', () => {
    expect(press('m', 'typing')).toBeUndefined();
    expect(press(' ', 'control')).toBeUndefined();
    expect(press('ArrowRight', 'control')).toBeUndefined();
    expect(press('ArrowDown', 'page')).toBeUndefined();
    expect(press('l', 'page', { ctrlKey: true })).toBeUndefined();
    expect(press('Tab', 'player')).toBeUndefined();
  });
});

describe('the next episode', () => {
  test('counts in the film’s time, and is due at its end', () => {
    const c = new Countdown(100, 200);
    expect(c.at(99.9)).toEqual({ show: false });
    expect(c.at(100)).toEqual({ show: true, left: 10, due: false });
    expect(c.at(104.2)).toEqual({ show: true, left: 6, due: false });
    expect(c.at(110)).toEqual({ show: true, left: 0, due: true });
  });

  test('whoever jumps into the credits gets the whole countdown; short credits end with the film', () => {
    expect(new Countdown(100, 200).at(150)).toEqual({ show: true, left: 10, due: false });
    expect(new Countdown(22, 25).at(22)).toEqual({ show: true, left: 3, due: false });
    expect(new Countdown(null, 30).at(20)).toEqual({ show: true, left: 10, due: false });
  });

  test('cancelled it stays away until the viewer goes back', () => {
    const c = new Countdown(100, 200);
    c.at(101);
    c.cancel();
    expect(c.at(105)).toEqual({ show: false });
    c.at(50);
    expect(c.at(100)).toMatchObject({ show: true });
  });
});

test('a token is renewed before it ends, and soon again after a failure', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(renewIn(now, '2026-01-01T00:10:00Z', 240, 0)).toBe(240_000);
  expect(renewIn(now, '2026-01-01T00:03:00Z', 240, 0)).toBe(90_000);
  expect(renewIn(now, '2025-01-01T00:00:00Z', 240, 0)).toBe(5_000);
  expect(renewIn(now, 'nonsense', 240, 0)).toBe(240_000);
  expect(renewIn(now, '2026-01-01T00:10:00Z', 240, 1)).toBe(5_000);
  expect(renewIn(now, '2026-01-01T00:10:00Z', 240, 9)).toBe(60_000);
});

test('subtitles begin as chosen, else in the page’s language when the film speaks another', () => {
  const store = memoryStore();
  const tracks = [{ lang: 'en' }, { lang: 'ko' }, { lang: 'pt-BR' }];
  expect(initialSubtitles(store, tracks, 'ko', 'en')).toBe(0);
  expect(initialSubtitles(store, tracks, 'en', 'en')).toBe(-1);
  expect(initialSubtitles(store, tracks, 'ko', 'fi')).toBe(-1);
  rememberSubtitles(store, 'ko');
  expect(initialSubtitles(store, tracks, 'en', 'en')).toBe(1);
  rememberSubtitles(store, 'ar');
  expect(initialSubtitles(store, tracks, 'ko', 'en')).toBe(0);
  rememberSubtitles(store, undefined);
  expect(initialSubtitles(store, tracks, 'ko', 'en')).toBe(-1);
  expect(find(tracks, 'pt')).toBe(2);
});

test('the look of subtitles is remembered, and nonsense is not', () => {
  const store = memoryStore();
  expect(readStyle(store)).toEqual(DEFAULT_STYLE);
  writeStyle(store, { size: 'huge', background: 'solid' });
  expect(readStyle(store)).toEqual({ size: 'huge', background: 'solid' });
  store.setItem('pt.captions', '{"size":"giant","background":"solid"}');
  expect(readStyle(store)).toEqual(DEFAULT_STYLE);
});

test('texts fill their blanks, clocks read well', () => {
  const t = texts('{"code":"Code: {code}","x":"{a} of {b}"}');
  expect(t('code', { code: '451' })).toBe('Code: 451');
  expect(t('x', { a: 1 })).toBe('1 of {b}');
  expect(t('missing')).toBe('missing');
  expect(texts('broken')('play')).toBe('play');
  expect([clock(0), clock(75), clock(3675), clock(Number.NaN)]).toEqual(['0:00', '1:15', '1:01:15', '0:00']);
});
