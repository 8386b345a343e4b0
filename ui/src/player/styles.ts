import { css } from 'lit';
import { shared } from './shared-styles.ts';

export const playerStyles = [
  shared,
  css`
    :host {
      position: relative;
      color: #fff;
      font: 400 1rem/1.4 var(--sans, system-ui);
    }
    media-controller {
      line-height: 1.4;
      position: absolute;
      inset: 0;
      inline-size: 100%;
      block-size: 100%;
      background: #000;
      container-type: inline-size;
      --media-primary-color: #fff;
      --media-secondary-color: transparent;
      --media-control-background: transparent;
      --media-control-hover-background: transparent;
      --media-control-height: 1.5rem;
      --media-control-padding: 0.6rem;
      --media-font-family: var(--sans, system-ui);
      --media-font-size: 0.95rem;
      --media-tooltip-background: rgb(18 18 22 / 0.95);
      --media-focus-box-shadow: inset 0 0 0 3px var(--accent, #fff);
    }
    video {
      inline-size: 100%;
      block-size: 100%;
      object-fit: contain;
    }
    .scrim {
      position: absolute;
      inset: 0;
      pointer-events: none;
      background: linear-gradient(to bottom, rgb(0 0 0 / 0.62), transparent 22%, transparent 64%, rgb(0 0 0 / 0.78));
    }
    .head {
      position: absolute;
      inset: 0 0 auto;
      display: flex;
      align-items: center;
      gap: 0.75rem;
      padding: clamp(0.5rem, 1.5vw, 1.25rem) clamp(0.5rem, 2vw, 1.75rem);
    }
    .head a {
      display: grid;
      place-items: center;
      min-inline-size: 2.75rem;
      min-block-size: 2.75rem;
      border-radius: 50%;
      color: #fff;
    }
    .head a:hover {
      background: rgb(255 255 255 / 0.16);
    }
    .head p {
      margin: 0;
      min-inline-size: 0;
    }
    .head .name {
      font-family: var(--display, inherit);
      font-weight: var(--display-weight, 600);
      font-size: clamp(1rem, 2cqi, 1.5rem);
      line-height: 1.2;
    }
    .head .of {
      color: #d6d6dc;
      font-size: 0.9rem;
    }
    .scrim,
    .head,
    .bar {
      transition: opacity 0.25s;
    }
    media-controller[userinactive]:not([mediapaused]) :is(.scrim, .head, .bar):not(.keep) {
      opacity: 0;
    }
    media-controller[userinactive]:not([mediapaused]) .head:not(.keep) {
      pointer-events: none;
    }
    media-controller[userinactive]:not([mediapaused]) {
      cursor: none;
    }
    .bar > div {
      flex: 1;
      min-inline-size: 0;
    }
    .bar {
      position: relative;
      z-index: 1;
      color: #fff;
      inline-size: 100%;
      padding: 0 clamp(0.25rem, 1.5vw, 1.5rem) clamp(0.25rem, 1vw, 0.9rem);
    }
    .bar .row {
      display: flex;
      align-items: center;
      gap: clamp(0rem, 0.4cqi, 0.4rem);
    }
    .gap {
      flex: 1;
    }
    media-time-range {
      inline-size: 100%;
      block-size: 2.25rem;
      --media-range-track-height: 5px;
      --media-range-track-border-radius: 3px;
      --media-range-track-background: rgb(255 255 255 / 0.28);
      --media-time-range-buffered-color: rgb(255 255 255 / 0.38);
      --media-range-bar-color: var(--accent, #fff);
      --media-range-thumb-width: 15px;
      --media-range-thumb-height: 15px;
      --media-range-thumb-background: var(--accent, #fff);
      --media-range-thumb-border-radius: 50%;
      --media-preview-thumbnail-border: 2px solid rgb(255 255 255 / 0.9);
      --media-preview-thumbnail-border-radius: 6px;
      --media-preview-background: rgb(18 18 22 / 0.95);
      --media-range-padding: 0.5rem;
    }
    media-volume-range {
      inline-size: 6rem;
      --media-range-bar-color: #fff;
      --media-range-thumb-background: #fff;
    }
    .time {
      padding-inline: 0.5rem;
      white-space: nowrap;
      font-size: 0.95rem;
      font-variant-numeric: tabular-nums;
    }
    .bar :is(media-play-button, media-seek-backward-button, media-seek-forward-button, media-mute-button, media-pip-button, media-fullscreen-button),
    .icon {
      min-inline-size: 2.75rem;
      min-block-size: 2.75rem;
      border-radius: 50%;
    }
    .icon {
      display: grid;
      place-items: center;
      padding: 0;
    }
    .icon:hover,
    .bar :is(media-play-button, media-seek-backward-button, media-seek-forward-button, media-mute-button, media-pip-button, media-fullscreen-button):hover {
      background: rgb(255 255 255 / 0.16);
    }
    .icon[aria-pressed='true'] {
      box-shadow: inset 0 -3px 0 -0px var(--accent, #fff);
      border-radius: 8px;
    }
    .centre {
      position: absolute;
      inset: 0;
      display: grid;
      place-items: center;
      pointer-events: none;
    }
    .start {
      pointer-events: auto;
      display: grid;
      place-items: center;
      inline-size: clamp(4rem, 9cqi, 6rem);
      aspect-ratio: 1;
      border-radius: 50%;
      background: var(--accent, #fff);
      color: var(--on-accent, #000);
    }
    .start svg {
      inline-size: 45%;
      block-size: 45%;
      fill: currentColor;
      stroke: none;
    }
    .spinner {
      inline-size: 3.5rem;
      aspect-ratio: 1;
      border-radius: 50%;
      border: 4px solid rgb(255 255 255 / 0.25);
      border-block-start-color: var(--accent, #fff);
      animation: turn 0.9s linear infinite;
    }
    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }
    .captions {
      position: absolute;
      inset-inline: 4%;
      inset-block-end: 1.5rem;
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 0.2em;
      text-align: center;
      pointer-events: none;
      transition: transform 0.2s;
      font-size: clamp(0.95rem, 2.7cqi, 2.1rem);
      font-weight: 500;
    }
    media-controller:not([userinactive]) .captions,
    media-controller[mediapaused] .captions {
      transform: translateY(-5.25rem);
    }
    .captions.small {
      font-size: clamp(0.8rem, 2cqi, 1.5rem);
    }
    .captions.large {
      font-size: clamp(1.15rem, 3.6cqi, 2.9rem);
    }
    .captions.huge {
      font-size: clamp(1.4rem, 4.6cqi, 3.8rem);
    }
    .float {
      position: absolute;
      z-index: 3;
      inset-inline-end: clamp(0.75rem, 2.5vw, 2rem);
      inset-block-end: 6.25rem;
    }
    .pill {
      display: inline-flex;
      align-items: center;
      gap: 0.6rem;
      min-block-size: 2.75rem;
      padding: 0.5rem 1.25rem;
      border-radius: calc(var(--radius, 6px) + 2px);
      background: rgb(18 18 22 / 0.92);
      border: 1px solid rgb(255 255 255 / 0.55);
      font-weight: 600;
      text-decoration: none;
      color: #fff;
    }
    .pill:hover {
      background: rgb(60 60 68 / 0.95);
    }
    .pill.main {
      background: var(--accent, #fff);
      color: var(--on-accent, #000);
      border-color: transparent;
    }
    .next {
      inline-size: min(23rem, calc(100% - 1.5rem));
      padding: 0.9rem;
      border-radius: 12px;
      background: rgb(18 18 22 / 0.95);
      display: grid;
      grid-template-columns: 8rem 1fr;
      gap: 0.4rem 0.9rem;
      align-items: start;
      box-shadow: 0 1rem 3rem rgb(0 0 0 / 0.5);
    }
    .next img {
      grid-row: span 2;
      inline-size: 100%;
      aspect-ratio: 16 / 9;
      object-fit: cover;
      border-radius: 6px;
    }
    .next p {
      margin: 0;
    }
    .next .what {
      font-size: 0.9rem;
      color: #d6d6dc;
    }
    .next .name {
      font-weight: 600;
    }
    .next .choices {
      grid-column: 1 / -1;
      display: flex;
      gap: 0.5rem;
      margin-block-start: 0.35rem;
    }
    .toast {
      position: absolute;
      z-index: 3;
      inset-block-start: 5rem;
      inset-inline-start: clamp(0.75rem, 2.5vw, 2rem);
      display: flex;
      align-items: center;
      gap: 0.75rem;
      padding: 0.4rem 0.5rem 0.4rem 1rem;
      border-radius: 10px;
      background: rgb(18 18 22 / 0.92);
    }
    .notice {
      position: absolute;
      z-index: 4;
      inset: 0;
      display: grid;
      align-content: center;
      justify-items: center;
      gap: 0.75rem;
      padding: 4.5rem 1.5rem 1.5rem;
      text-align: center;
      background: rgb(0 0 0 / 0.82);
      overflow: auto;
    }
    .notice h2 {
      margin: 0;
      font-size: clamp(1.25rem, 2.6cqi, 2rem);
      line-height: 1.2;
    }
    .notice p {
      margin: 0;
      max-inline-size: 34rem;
      color: #e4e4ea;
    }
    .notice .code {
      font-size: 0.85rem;
      color: #b9b9c2;
    }
    .notice .choices {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: 0.6rem;
      margin-block-start: 0.5rem;
    }
    dialog {
      inline-size: min(30rem, calc(100vw - 2rem));
      max-block-size: calc(100vh - 2rem);
      padding: 1.5rem;
      border: 0;
      border-radius: 14px;
      background: #16161b;
      color: #fff;
    }
    dialog::backdrop {
      background: rgb(0 0 0 / 0.7);
    }
    dialog h2 {
      margin: 0 0 1rem;
      font-size: 1.25rem;
    }
    dl {
      margin: 0 0 1.25rem;
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 0.55rem 1.25rem;
      align-items: center;
    }
    dt {
      white-space: nowrap;
    }
    dd {
      margin: 0;
    }
    kbd {
      display: inline-block;
      min-inline-size: 2rem;
      padding: 0.1rem 0.5rem;
      border: 1px solid rgb(255 255 255 / 0.4);
      border-radius: 5px;
      text-align: center;
      font: 600 0.85rem/1.5 var(--sans, system-ui);
    }
    @container (max-width: 40rem) {
      media-volume-range,
      media-pip-button,
      .desk {
        display: none;
      }
      .float {
        inset-block-end: 5.75rem;
      }
      .captions {
        inset-block-end: 0.75rem;
      }
      .next {
        grid-template-columns: 6rem 1fr;
        padding: 0.7rem;
      }
    }
    @container (max-width: 28rem) {
      media-mute-button {
        display: none;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .spinner {
        animation-duration: 4s;
      }
      * {
        transition: none !important;
      }
    }
  `,
];
