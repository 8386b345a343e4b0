/** Adds arrow buttons, and arrow keys from card to card, to a row that scrolls by itself without any script. */
export class Rail extends HTMLElement {
  #list: HTMLElement | null = null;
  #back!: HTMLButtonElement;
  #forward!: HTMLButtonElement;
  #watch: ResizeObserver | undefined;

  connectedCallback(): void {
    this.#list = this.querySelector('.rail');
    const list = this.#list;
    if (!list || this.#watch) return;
    this.#back = this.#button('back', 'M15 5l-7 7 7 7', -1);
    this.#forward = this.#button('forward', 'M9 5l7 7-7 7', 1);
    list.addEventListener('scroll', this.#update, { passive: true });
    list.addEventListener('keydown', this.#key);
    this.#watch = new ResizeObserver(this.#update);
    this.#watch.observe(list);
    this.#update();
  }

  disconnectedCallback(): void {
    this.#watch?.disconnect();
  }

  #rtl(): boolean {
    return getComputedStyle(this).direction === 'rtl';
  }

  #button(side: 'back' | 'forward', path: string, by: -1 | 1): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `arrow ${side}`;
    button.setAttribute('aria-label', this.getAttribute(side) ?? '');
    button.innerHTML = `<svg class="icon turns" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;
    // For pointers: whoever uses keys goes from card to card, and the row follows.
    button.tabIndex = -1;
    button.addEventListener('click', () => {
      const list = this.#list;
      const step = (list?.clientWidth ?? 0) * 0.85 * by * (this.#rtl() ? -1 : 1);
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      list?.scrollBy({ left: step, behavior: calm ? 'auto' : 'smooth' });
    });
    this.append(button);
    return button;
  }

  #update = (): void => {
    const list = this.#list;
    if (!list) return;
    // Right to left counts from 0 down.
    const at = Math.abs(list.scrollLeft);
    this.#back.disabled = at < 4;
    this.#forward.disabled = at + list.clientWidth > list.scrollWidth - 4;
  };

  #key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const ahead = this.#rtl() ? 'ArrowLeft' : 'ArrowRight';
    const behind = this.#rtl() ? 'ArrowRight' : 'ArrowLeft';
    const item = (event.target as HTMLElement).closest('li');
    const to = { [ahead]: item?.nextElementSibling, [behind]: item?.previousElementSibling,
      Home: item?.parentElement?.firstElementChild, End: item?.parentElement?.lastElementChild }[event.key];
    const link = to?.querySelector<HTMLElement>('a');
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  };
}

customElements.define('pt-rail', Rail);
