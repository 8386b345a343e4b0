import { type Store, read, write } from '../lib/storage.ts';

const KEY = 'pt.subtitles';
const isText = (value: unknown): value is string => typeof value === 'string';

/** The first part of a tag: `pt` of `pt-BR`. */
export const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? '';

/** Index of the track in `wanted`: that very tag, else its language; -1 when there is none. */
export function find(tracks: readonly { lang: string }[], wanted: string): number {
  const exact = tracks.findIndex((track) => track.lang.toLowerCase() === wanted.toLowerCase());
  return exact >= 0 ? exact : tracks.findIndex((track) => base(track.lang) === base(wanted));
}

/**
 * Which subtitles to begin with: as last chosen on this device; else, when the film speaks another language than the page,
 * those in the page's language; else none (-1).
 */
export function initialSubtitles(
  store: Store,
  tracks: readonly { lang: string }[],
  spoken: string | undefined,
  page: string,
): number {
  const chosen = read(store, KEY, isText);
  if (chosen === 'off') return -1;
  if (chosen !== undefined) {
    const found = find(tracks, chosen);
    if (found >= 0) return found;
  }
  return spoken !== undefined && base(spoken) !== base(page) ? find(tracks, page) : -1;
}

export const rememberSubtitles = (store: Store, lang: string | undefined): void => write(store, KEY, lang ?? 'off');

/** A language's name in the reader's own. */
export function languageName(tag: string, reader: string): string {
  try {
    const name = new Intl.DisplayNames([reader], { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(reader) + name.slice(1);
  } catch {
    return tag;
  }
}
