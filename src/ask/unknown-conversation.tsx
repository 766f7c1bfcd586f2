import { Mark } from '../look/mark.tsx';

/** An address of a conversation that is not here, and the ways on. */
export function UnknownConversation() {
  return (
    <section class="empty">
      <Mark name="from-nowhere" />
      <h2>This conversation is not on this device</h2>
      <p>
        It was removed here, or it belongs to another browser or to somebody else. Conversations stay on the device they
        were made on.
      </p>
      <a class="button" href="/">
        New conversation
      </a>
    </section>
  );
}
