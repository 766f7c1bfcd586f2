import { Mark } from '../look/mark.tsx';
import { useModels } from './models.ts';

/** What stands in the way of asking, and what to do about it. What is typed stays. */
export function SessionCard() {
  const { session, secure } = useModels();
  const state = session.state.value;
  if (state.kind === 'leaving') {
    return (
      <section class="sheet notice" aria-labelledby="leaving">
        <Mark name="is-paused" look="warn" />
        <h2 id="leaving">You have signed out</h2>
        <p>
          What you kept here is removed. The router has not heard of it yet: it is told as soon as there is a line,
          before anything else, and until then nobody can ask in this browser.
        </p>
      </section>
    );
  }
  if (state.kind === 'signed-out') {
    return (
      <section class="sheet notice" aria-labelledby="signed-out">
        <Mark name="is-paused" look="warn" />
        <h2 id="signed-out">You are signed out</h2>
        <p>
          Open a sign-in link: whoever runs this router makes one with <code>layover link</code>. What you type is kept.
        </p>
      </section>
    );
  }
  if (secure) return null;
  return (
    <section class="sheet notice" aria-labelledby="no-https">
      <Mark name="is-warn" look="warn" />
      <h2 id="no-https">Nothing can be saved at this address</h2>
      <p>
        It is plain HTTP, and a browser saves answers and works offline only over HTTPS. Asking works. Tailscale,
        cloudflared or Caddy bring HTTPS in a few minutes: see <code>docs/https.md</code>.
      </p>
    </section>
  );
}
