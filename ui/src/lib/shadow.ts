/** Constructed style sheets in place of `<style>` elements, for libraries that bring their styles as text. */

/**
 * Fills a shadow root from HTML text, with every `<style>` in it turned into a constructed sheet of that root alone: the
 * library edits rules per element. A style's `media` attribute becomes the sheet's.
 */
export function setShadowHTML(root: ShadowRoot, html: string): void {
  const template = document.createElement('template');
  template.innerHTML = html;
  // Declarative shadow roots inside are for servers; the elements make their own when they are upgraded.
  for (const inner of template.content.querySelectorAll('template[shadowrootmode]')) inner.remove();
  const sheets: CSSStyleSheet[] = [];
  for (const style of template.content.querySelectorAll('style')) {
    const media = style.getAttribute('media');
    const sheet = new CSSStyleSheet(media ? { media } : {});
    sheet.replaceSync(style.textContent ?? '');
    sheets.push(sheet);
    style.remove();
  }
  root.replaceChildren(template.content);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
}

type Sheeted = { adoptedStyleSheets?: CSSStyleSheet[] };

function sheets(root: Sheeted): CSSStyleSheet[] {
  return (root.adoptedStyleSheets ?? []).filter((sheet) => sheet.media.length === 0);
}

/** The first rule of a root's sheets whose selector fits. */
export function getCSSRule(root: Sheeted, fits: (selector: string) => boolean): CSSStyleRule | undefined {
  for (const sheet of sheets(root)) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSStyleRule && fits(rule.selectorText)) return rule;
    }
  }
  return undefined;
}

/** A new, empty rule at the end of a root's last sheet. */
export function insertCSSRule(root: Sheeted, selector: string): CSSStyleRule {
  let sheet = sheets(root).at(-1);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    root.adoptedStyleSheets = [...(root.adoptedStyleSheets ?? []), sheet];
  }
  const at = sheet.insertRule(`${selector}{}`, sheet.cssRules.length);
  return sheet.cssRules[at] as CSSStyleRule;
}
