import { get } from '../lib/api.ts';

interface Progress {
  title: string;
  position: number;
  duration: number;
  progress: number;
  finished: boolean;
}

/** Most ids in one question; a page of episodes fits. */
const MOST = 100;

/** How far the viewer has come, as a bar at a picture's foot. */
export function bar(share: number): HTMLElement {
  const element = document.createElement('span');
  element.className = 'watched';
  const done = document.createElement('i');
  done.style.inlineSize = `${Math.round(Math.min(Math.max(share, 0), 1) * 100)}%`;
  element.append(done);
  return element;
}

/** Draws the viewer's progress over the page's episodes, and lets the large button go on where they stopped. */
export async function showProgress(): Promise<void> {
  const episodes = [...document.querySelectorAll<HTMLElement>('.episode[data-title]')];
  const button = document.querySelector<HTMLAnchorElement>('a[data-resume]');
  const codes = new Map((button?.dataset['resume'] ?? '').split(';').filter(Boolean).map((pair) => pair.split('=') as [string, string]));
  const order = [...codes.keys()];
  const ids = [...new Set([...episodes.map((episode) => episode.dataset['title'] ?? ''), ...order])].slice(0, MOST);
  if (ids.length === 0) return;
  let known: Map<string, Progress>;
  try {
    const { titles } = await get<{ titles: Progress[] }>(`/api/v1/me/progress?ids=${ids.map(encodeURIComponent).join(',')}`);
    known = new Map(titles.map((one) => [one.title, one]));
  } catch {
    return;
  }
  for (const episode of episodes) {
    const progress = known.get(episode.dataset['title'] ?? '');
    if (progress) episode.querySelector('.episode-art')?.append(bar(progress.finished ? 1 : progress.progress));
  }
  const goOn = resumeAt(order, known);
  if (button && goOn) {
    const label = button.querySelector('span');
    if (label) label.textContent = (button.dataset['resumeText'] ?? '{code}').replace('{code}', codes.get(goOn) ?? '');
    button.href = button.href.replace(/[^/]+$/, goOn);
  }
}

/** The episode to go on with: the one after the last that was finished, or the one that was begun last. */
export function resumeAt(order: string[], known: Map<string, Pick<Progress, 'finished'>>): string | undefined {
  const last = order.findLastIndex((id) => known.has(id));
  const id = order[last];
  if (id === undefined) return undefined;
  return known.get(id)?.finished ? order[last + 1] : id;
}
