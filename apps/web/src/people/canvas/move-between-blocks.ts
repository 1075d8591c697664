import type { Shortcut } from '../../shell/keys.ts';
import { text } from '../../text/en.ts';

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The keys that move the focus between blocks as they lie on the screen, into the focused block, and out of it. */
export function blockKeys(): readonly Shortcut[] {
  return [
    {
      keys: Object.keys(directions),
      shown: '← ↑ ↓ →',
      on: '[data-block]',
      label: text.shortcuts.neighbour,
      run: (key) => {
        const block = focusedBlock();
        const direction = directions[key];
        if (block && direction) neighbourOf(block, direction)?.focus();
      },
    },
    {
      keys: ['Enter'],
      on: '[data-block]',
      label: text.shortcuts.enter,
      run: () => itemOrButton(focusedBlock())?.focus(),
    },
    { keys: ['Escape'], on: '[data-item]', label: text.shortcuts.leave, run: () => focusedBlock()?.focus() },
  ];
}

/** The block that holds the focus, or one of whose parts does. */
export function focusedBlock(): HTMLElement | null | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-block]');
}

/** The first item of a block, or its button to add one. */
function itemOrButton(block: HTMLElement | null | undefined): HTMLElement | null | undefined {
  return block?.querySelector<HTMLElement>('[data-item]') ?? block?.querySelector<HTMLElement>('[data-add]');
}

/** The nearest block in a direction that lies beside this one. */
function neighbourOf(block: HTMLElement, [x, y]: readonly [x: number, y: number]): HTMLElement | undefined {
  const from = block.getBoundingClientRect();
  const others = [...document.querySelectorAll<HTMLElement>('[data-block]')]
    .filter((other) => other !== block)
    .map((other) => ({ other, to: other.getBoundingClientRect() }))
    .filter(({ to }) =>
      x === 0
        ? to.left < from.right && to.right > from.left && (to.top - from.top) * y > 0
        : to.top < from.bottom && to.bottom > from.top && (to.left - from.left) * x > 0,
    )
    .sort((one, two) => distance(from, one.to) - distance(from, two.to));
  return others[0]?.other;
}

function distance(from: DOMRect, to: DOMRect): number {
  return Math.abs(to.left - from.left) + Math.abs(to.top - from.top);
}
