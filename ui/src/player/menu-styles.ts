import { css } from 'lit';
import { shared } from './shared-styles.ts';

export const menuStyles = [
  shared,
  css`
    :host {
      position: absolute;
      z-index: 5;
      inset-block-end: 5.25rem;
      inset-inline-end: clamp(0.5rem, 2vw, 1.5rem);
      inline-size: min(21rem, calc(100% - 1rem));
      max-block-size: calc(100% - 6.5rem);
      overflow: auto;
      padding: 0.5rem;
      border-radius: 12px;
      background: rgb(18 18 22 / 0.96);
      color: #fff;
      font: 400 1rem/1.4 var(--sans, system-ui);
      box-shadow: 0 1rem 3rem rgb(0 0 0 / 0.5);
    }
    :host([hidden]) {
      display: none;
    }
    .entry,
    .head,
    label {
      display: flex;
      align-items: center;
      gap: 0.75rem;
      inline-size: 100%;
      min-block-size: 2.75rem;
      padding: 0.45rem 0.75rem;
      border-radius: 8px;
      text-align: start;
      cursor: pointer;
    }
    :is(.entry, .head, label):hover {
      background: rgb(255 255 255 / 0.1);
    }
    .entry .value {
      margin-inline-start: auto;
      color: #c4c4cc;
    }
    .head {
      font-weight: 600;
      margin-block-end: 0.25rem;
    }
    input {
      inline-size: 1.15rem;
      block-size: 1.15rem;
      margin: 0;
      accent-color: var(--accent, #fff);
      color-scheme: dark;
    }
    label:has(:focus-visible) {
      outline: 3px solid var(--accent, #fff);
      outline-offset: -3px;
    }
    input:focus-visible {
      outline: none;
    }
    fieldset {
      margin: 0.5rem 0 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0.25rem 0.75rem;
      color: #c4c4cc;
      font-size: 0.9rem;
    }
    .sample {
      margin: 0;
      padding: 1.5rem 0.5rem;
      text-align: center;
      border-radius: 8px;
      background: linear-gradient(120deg, #35506b, #a77b52);
      overflow: hidden;
    }
    .sample .small {
      font-size: 0.8rem;
    }
    .sample .medium {
      font-size: 1rem;
    }
    .sample .large {
      font-size: 1.25rem;
    }
    .sample .huge {
      font-size: 1.6rem;
    }
  `,
];
