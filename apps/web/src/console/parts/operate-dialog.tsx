import { type ComponentProps, Suspense } from 'react';
import { lazyPart } from '../../parts/lazy-part.ts';

const Popup = lazyPart(async () => (await import('./operate-dialog-popup.tsx')).OperateDialogPopup);

/** Asks before an operator's change: names its consequences, and takes a reason for the audit log. Loads when it opens. */
export function OperateDialog(props: ComponentProps<typeof Popup>) {
  return (
    <Suspense>
      <Popup {...props} />
    </Suspense>
  );
}
