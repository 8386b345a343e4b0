/** Turns a series' season links into tabs. Without it, all seasons stand below each other and the links jump to them. */
export class Seasons extends HTMLElement {
  #tabs: HTMLAnchorElement[] = [];
  #panels: HTMLElement[] = [];

  connectedCallback(): void {
    this.#panels = [...this.querySelectorAll<HTMLElement>('.season')];
    this.#tabs = [...this.querySelectorAll<HTMLAnchorElement>('.season-nav a')];
    if (this.#tabs.length < 2) return;
    const list = this.querySelector('.season-nav ul');
    list?.setAttribute('role', 'tablist');
    list?.setAttribute('aria-label', this.querySelector('.season-nav')?.getAttribute('aria-label') ?? '');
    list?.querySelectorAll('li').forEach((item) => item.setAttribute('role', 'presentation'));
    this.#tabs.forEach((tab, at) => {
      tab.setAttribute('role', 'tab');
      tab.id = `tab-${tab.hash.slice(1)}`;
      tab.setAttribute('aria-controls', tab.hash.slice(1));
      tab.addEventListener('click', (event) => {
        event.preventDefault();
        history.replaceState(null, '', tab.hash);
        this.#show(at);
      });
      tab.addEventListener('keydown', (event) => this.#key(event, at));
    });
    this.#panels.forEach((panel, at) => {
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', this.#tabs[at]?.id ?? '');
    });
    this.#show(Math.max(this.#tabs.findIndex((tab) => tab.hash === location.hash), 0));
  }

  #show(chosen: number): void {
    this.#tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
    });
    this.#panels.forEach((panel, at) => (panel.hidden = at !== chosen));
  }

  #key(event: KeyboardEvent, at: number): void {
    const rtl = getComputedStyle(this).direction === 'rtl';
    const by = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const to = (at + by + this.#tabs.length) % this.#tabs.length;
    this.#show(to);
    this.#tabs[to]?.focus();
  }
}

customElements.define('pt-seasons', Seasons);
