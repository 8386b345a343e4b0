/** Of WebVTT's marks (§3.4), those that mean something here. */
const MARKS: Record<string, string> = { I: 'i', B: 'b', U: 'u', RUBY: 'ruby', RT: 'rt' };

/** The cue's text in elements of our own: the browser's are made for its own drawing, and are laid out by its own rules. */
function copy(from: Node): DocumentFragment {
  const to = document.createDocumentFragment();
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.textContent ?? '');
    } else {
      const element = document.createElement(MARKS[node.nodeName.toUpperCase()] ?? 'span');
      if (node instanceof HTMLElement && node.lang) element.lang = node.lang;
      element.append(copy(node));
      to.append(element);
    }
  }
  return to;
}

/** A line as it is shown, in its own direction. */
export function cueElement(line: DocumentFragment, background: string, lang: string | undefined): HTMLElement {
  const cue = document.createElement('span');
  cue.className = `cue ${background}`;
  cue.dir = 'auto';
  if (lang) cue.lang = lang;
  cue.append(line);
  return cue;
}

/**
 * The lines of subtitles that are due now. Drawn by the player itself, not by the browser: so they rise above the controls,
 * look as the viewer wants, and keep their own direction.
 */
export class Captions {
  #track: TextTrack | undefined;
  #release: (() => void) | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly changed: (lines: DocumentFragment[]) => void,
  ) {
    const follow = () => this.follow();
    video.textTracks.addEventListener('change', follow);
    video.textTracks.addEventListener('addtrack', follow);
    video.textTracks.addEventListener('removetrack', follow);
    this.#release = () => {
      for (const event of ['change', 'addtrack', 'removetrack']) video.textTracks.removeEventListener(event, follow);
    };
  }

  /** Looks which track is on; hides it from the browser, which would draw it a second time. */
  follow(): void {
    const spoken = [...this.video.textTracks].filter((t) => t.kind === 'subtitles' || t.kind === 'captions');
    const on = spoken.find((track) => track.mode !== 'disabled');
    if (on?.mode === 'showing') on.mode = 'hidden';
    if (on !== this.#track) {
      this.#track?.removeEventListener('cuechange', this.#show);
      this.#track = on;
      on?.addEventListener('cuechange', this.#show);
    }
    this.#show();
  }

  #show = (): void => {
    const cues = [...(this.#track?.activeCues ?? [])] as VTTCue[];
    this.changed(cues.map((cue) => copy(cue.getCueAsHTML())));
  };

  end(): void {
    this.#release?.();
    this.#track?.removeEventListener('cuechange', this.#show);
    this.#track = undefined;
  }
}
