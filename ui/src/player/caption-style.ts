import { type Store, read, write } from '../lib/storage.ts';

export const SIZES = ['small', 'medium', 'large', 'huge'] as const;
export const BACKGROUNDS = ['none', 'shade', 'solid'] as const;

/** How a viewer wants subtitles to look. */
export interface CaptionStyle {
  size: (typeof SIZES)[number];
  background: (typeof BACKGROUNDS)[number];
}

const KEY = 'pt.captions';
export const DEFAULT_STYLE: CaptionStyle = { size: 'medium', background: 'shade' };

const fits = (value: unknown): value is CaptionStyle => {
  const style = value as CaptionStyle | null;
  return typeof style === 'object' && style !== null && SIZES.includes(style.size) && BACKGROUNDS.includes(style.background);
};

export const readStyle = (store: Store): CaptionStyle => read(store, KEY, fits) ?? DEFAULT_STYLE;
export const writeStyle = (store: Store, style: CaptionStyle): void => write(store, KEY, style);
