import { addTranslation, setLanguage } from 'media-chrome/dist/utils/i18n.js';
import type { Texts } from './texts.ts';

/** Lets media-chrome's own labels speak the page's language. Its keys are its English texts. */
export function labels(lang: string, t: Texts): void {
  const [mute, unmute, play, pause] = [t('mute'), t('unmute'), t('play'), t('pause')];
  addTranslation(lang, {
    Play: play, play, Pause: pause, pause, Mute: mute, mute, Unmute: unmute, unmute,
    volume: t('volume'), seek: t('seek'), 'media loading': t('loading'), 'playback time': t('seek'),
    'video player': t('region'), ...units(lang), '{currentTime} of {totalTime}': '{currentTime} / {totalTime}',
    'Enter fullscreen mode': t('fullscreen'), 'enter fullscreen mode': t('fullscreen'),
    'Exit fullscreen mode': t('fullscreen-exit'), 'exit fullscreen mode': t('fullscreen-exit'),
    'Enter picture in picture mode': t('pip'), 'enter picture in picture mode': t('pip'),
    'Exit picture in picture mode': t('pip-exit'), 'exit picture in picture mode': t('pip-exit'),
    'Seek backward': t('back', { seconds: 10 }), 'Seek forward': t('forward', { seconds: 10 }),
    'seek back {seekOffset} seconds': t('back', { seconds: '{seekOffset}' }),
    'seek forward {seekOffset} seconds': t('forward', { seconds: '{seekOffset}' }),
  } as unknown as Parameters<typeof addTranslation>[1]);
  setLanguage(lang);
}

/** "minute", "minutes": as the browser knows them in this language. */
function units(lang: string): Record<string, string> {
  const name = (unit: string, count: number) => {
    const format = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' });
    return format.formatToParts(count).find((part) => part.type === 'unit')?.value ?? unit;
  };
  return Object.fromEntries(
    ['hour', 'minute', 'second'].flatMap((unit) => [[unit, name(unit, 1)], [`${unit}s`, name(unit, 20)]]),
  );
}
