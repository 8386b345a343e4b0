import type { Plugin } from 'vite';

/**
 * media-chrome puts `<style>` into its shadow roots and edits their rules. Our content security policy allows styles from
 * files and constructed sheets only, so at build time its templates are handed to `setShadowHTML`, and its two functions
 * that look for rules are replaced by ours (`src/lib/shadow.ts`), which look among constructed sheets.
 *
 * Written against the pinned version: a place that is no longer found fails the build.
 */
export function constructedStyles(): Plugin {
  const helpers = new URL('../src/lib/shadow.ts', import.meta.url).pathname;
  const assignments = [
    /this\.shadowRoot\.setHTMLUnsafe \? this\.shadowRoot\.setHTMLUnsafe\((html)\) : this\.shadowRoot\.innerHTML = html;/g,
    /this\.shadowRoot\.innerHTML = (this\.constructor\.getTemplateHTML\(attrs\));/g,
  ];
  let templates = 0;
  let rules = 0;
  return {
    name: 'constructed-styles',
    transform(code, id) {
      if (!id.includes('/media-chrome/dist/')) return;
      let out = code;
      for (const assignment of assignments) {
        out = out.replace(assignment, (_whole, html: string) => {
          templates += 1;
          return `__setShadowHTML(this.shadowRoot, ${html});`;
        });
      }
      if (out !== code) out = `import { setShadowHTML as __setShadowHTML } from ${JSON.stringify(helpers)};\n${out}`;
      if (id.endsWith('/utils/element-utils.js')) {
        for (const name of ['getCSSRule', 'insertCSSRule']) {
          const start = out.indexOf(`function ${name}(`);
          const end = out.indexOf('\n}\n', start);
          if (start < 0 || end < 0) this.error(`media-chrome has no ${name} any more: look at build/constructed-styles.ts`);
          out = out.slice(0, start) + out.slice(end + 3);
          rules += 1;
        }
        out = `import { getCSSRule, insertCSSRule } from ${JSON.stringify(helpers)};\n${out}`;
      }
      if (/shadowRoot\.(innerHTML =|setHTMLUnsafe)/.test(out)) {
        this.error(`${id} fills a shadow root in a way that build/constructed-styles.ts does not know`);
      }
      return out === code ? undefined : { code: out, map: null };
    },
    buildEnd(error) {
      if (!error && templates > 0 && rules !== 2) this.error('media-chrome was built without its rule functions');
    },
  };
}
