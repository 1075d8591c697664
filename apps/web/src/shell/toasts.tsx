import { createContext, type ReactNode, Suspense, use, useCallback, useState } from 'react';
import { lazyPart } from '../parts/lazy-part.ts';
import type { ToastMessage } from '../parts/toaster.tsx';

const ToastContext = createContext<(toast: ToastMessage) => void>(() => undefined);

/** Returns a function that shows a toast for 10 s. It stays while it is hovered or focused, and across navigations. */
export function useToast(): (toast: ToastMessage) => void {
  return use(ToastContext);
}

const Toaster = lazyPart(async () => (await import('../parts/toaster.tsx')).Toaster);

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ToastMessage[]>([]);
  const show = useCallback((toast: ToastMessage) => setToasts((before) => [...before, toast]), []);
  return (
    <ToastContext value={show}>
      {children}
      <Suspense>{toasts.length > 0 && <Toaster toasts={toasts} />}</Suspense>
    </ToastContext>
  );
}
