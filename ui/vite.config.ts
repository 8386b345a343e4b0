import { defineConfig } from 'vite';
import { constructedStyles } from './build/constructed-styles.ts';
import { ownSources } from './build/own-sources.ts';

export default defineConfig({
  base: '/assets/',
  publicDir: false,
  plugins: [constructedStyles(), ownSources()],
  build: {
    outDir: 'dist',
    assetsDir: '',
    manifest: 'manifest.json',
    // What browsers of the last three years have: constructed sheets, nesting, :has(), container queries.
    target: ['chrome120', 'firefox121', 'safari17.2'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { site: 'src/site.ts', player: 'src/player.ts' },
    },
  },
});
