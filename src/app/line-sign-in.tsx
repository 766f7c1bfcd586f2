import { Mark } from '../look/mark.tsx';
import { useModels } from './models.ts';

/**
 * Lets a Wi-Fi that wants a sign-in show its page, in a tab of its own: at an address of the router, which no worker answers. When
 * that tab is left, the line is probed. Nothing unless the line is at a sign-in page now.
 */
export function LineSignIn() {
  const { line } = useModels();
  if (line.state.value !== 'portal') return null;
  return (
    <a class="button" href="/healthz" target="_blank" rel="noopener">
      <Mark name="line-portal" look="small" />
      Open its sign-in page
    </a>
  );
}
