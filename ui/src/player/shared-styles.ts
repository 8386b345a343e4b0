import { css } from 'lit';

/** What the player and its menu have in common. */
export const shared = css`
  * {
    box-sizing: border-box;
  }
  .hush {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    cursor: pointer;
  }
  :focus-visible {
    outline: 3px solid var(--accent, #fff);
    outline-offset: 2px;
  }
  svg {
    inline-size: 1.5rem;
    block-size: 1.5rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }
  :host([dir='rtl']) .turns {
    transform: scaleX(-1);
  }
  .cue {
    padding: 0.1em 0.45em;
    color: #fff;
    line-height: 1.45;
    white-space: pre-line;
    text-shadow: 0 0 4px #000, 0 1px 3px #000, 0 0 1px #000;
    box-decoration-break: clone;
    -webkit-box-decoration-break: clone;
    border-radius: 3px;
  }
  .cue.shade {
    background: rgb(0 0 0 / 0.68);
  }
  .cue.solid {
    background: #000;
    text-shadow: none;
  }
`;
