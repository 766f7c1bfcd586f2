import { Mark } from '../look/mark.tsx';
import { useModels } from './models.ts';

/** The one message at the foot. */
export function ToastView() {
  const { toasts } = useModels();
  const toast = toasts.current.value;
  return (
    <div class="toasts" role="status">
      {toast !== null && (
        <div
          class="toast"
          onPointerEnter={() => toasts.hold(true)}
          onPointerLeave={() => toasts.hold(false)}
          onFocusIn={() => toasts.hold(true)}
          onFocusOut={() => toasts.hold(false)}
        >
          <span>{toast.text}</span>
          {toast.action !== undefined && (
            <button class="button" type="button" onClick={() => toasts.act()}>
              {toast.action.word}
            </button>
          )}
          <button class="button icon" type="button" aria-label="Close this message" onClick={() => toasts.close()}>
            <Mark name="close" look="small" />
          </button>
        </div>
      )}
    </div>
  );
}
