import { type Action, type Focus, action } from './shortcuts.ts';

/** Hears the page's keys while the player is in view. Returns how to stop. */
export function hearKeys(player: HTMLElement, act: (action: Action) => void): () => void {
  let inView = true;
  const watcher = new IntersectionObserver(([entry]) => (inView = (entry?.intersectionRatio ?? 0) > 0.4), {
    threshold: [0, 0.4, 1],
  });
  watcher.observe(player);
  const heard = (event: KeyboardEvent) => {
    if (event.defaultPrevented || !inView) return;
    const found = action(event, focusOf(event, player));
    if (!found) return;
    event.preventDefault();
    act(found);
  };
  document.addEventListener('keydown', heard);
  return () => {
    watcher.disconnect();
    document.removeEventListener('keydown', heard);
  };
}

function focusOf(event: KeyboardEvent, player: HTMLElement): Focus {
  const path = event.composedPath().filter((node): node is HTMLElement => node instanceof HTMLElement);
  const target = path[0];
  if (target?.isContentEditable || path.some((node) => node.matches('input:not([type=range], [type=radio]), textarea, select'))) {
    return 'typing';
  }
  const control = 'a[href], button, summary, input, [role=button], [role=dialog]';
  if (path.some((node) => node.matches(control))) return 'control';
  return path.includes(player) ? 'player' : target === document.body ? 'player' : 'page';
}
