const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Moves the focus between blocks as they lie on the screen. Enter goes from a block to its first item, Escape from an item
 * to its block.
 */
export function moveBetweenBlocks(event: KeyboardEvent): void {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return;
  const block = target.closest<HTMLElement>('[data-block]');
  if (!block || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  let next: HTMLElement | null | undefined;
  if (event.key === 'Escape' && target.matches('[data-item]')) next = block;
  if (target === block) {
    const direction = directions[event.key];
    if (event.key === 'Enter') next = itemOrButton(block);
    else if (direction) next = neighbourOf(block, direction);
  }
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** The first item of a block, or its button to add one. */
function itemOrButton(block: HTMLElement): HTMLElement | null {
  return block.querySelector<HTMLElement>('[data-item]') ?? block.querySelector<HTMLElement>('[data-add]');
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
