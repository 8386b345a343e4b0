/** What a key does in the player. */
export type Action =
  | { do: 'play' }
  | { do: 'seek'; by: number }
  | { do: 'volume'; by: number }
  | { do: 'mute' }
  | { do: 'subtitles' }
  | { do: 'fullscreen' }
  | { do: 'jump'; to: number }
  | { do: 'help' };

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/**
 * Where the focus is: on a control that takes keys itself (`typing`: letters too; `control`: Space, Enter and arrows), in
 * the player, or elsewhere on the page.
 */
export type Focus = 'typing' | 'control' | 'player' | 'page';

/** The action of a key press; `undefined` leaves the key to the browser. */
export function action(press: Press, focus: Focus): Action | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || focus === 'typing') return undefined;
  const { key } = press;
  if (focus === 'control' && (key === ' ' || key.startsWith('Arrow'))) return undefined;
  switch (key) {
    case ' ':
    case 'k':
    case 'K':
      return { do: 'play' };
    case 'j':
    case 'J':
      return { do: 'seek', by: -10 };
    case 'l':
    case 'L':
      return { do: 'seek', by: 10 };
    // Time runs from left to right on the bar in every language.
    case 'ArrowLeft':
      return { do: 'seek', by: -5 };
    case 'ArrowRight':
      return { do: 'seek', by: 5 };
    // Elsewhere on the page these scroll.
    case 'ArrowUp':
      return focus === 'player' ? { do: 'volume', by: 0.1 } : undefined;
    case 'ArrowDown':
      return focus === 'player' ? { do: 'volume', by: -0.1 } : undefined;
    case 'm':
    case 'M':
      return { do: 'mute' };
    case 'c':
    case 'C':
      return { do: 'subtitles' };
    case 'f':
    case 'F':
      return { do: 'fullscreen' };
    case '?':
      return { do: 'help' };
    default:
      return /^[0-9]$/.test(key) ? { do: 'jump', to: Number(key) / 10 } : undefined;
  }
}
