import type { Engine } from './engine.ts';
import { languageName } from './languages.ts';
import type { Section } from './menu.ts';
import type { Texts } from './texts.ts';

/** What the menu offers: subtitles always, audio and quality where there is a choice. */
export function sections(engine: Engine, t: Texts, lang: string): Section[] {
  const name = (track: { lang: string; name: string }) => (track.lang ? languageName(track.lang, lang) : track.name);
  const offered: Section[] = [
    {
      id: 'subtitles', label: t('subtitles'), value: String(engine.subtitle),
      choices: [{ value: '-1', label: t('subtitles-off') }, ...engine.subtitles.map((track, at) => ({ value: String(at), label: name(track) }))],
    },
  ];
  if (engine.audios.length > 1) {
    const choices = engine.audios.map((track, at) => ({ value: String(at), label: name(track) }));
    offered.push({ id: 'audio', label: t('audio'), value: String(engine.audio), choices });
  }
  if (engine.qualities.length > 1) {
    const auto = engine.quality < 0 && engine.height > 0 ? t('auto-now', { height: engine.height }) : t('auto');
    offered.push({
      id: 'quality', label: t('quality'), value: String(engine.quality),
      choices: [{ value: '-1', label: auto }, ...engine.qualities.map((q) => ({ value: String(q.level), label: q.label }))],
    });
  }
  return offered;
}
