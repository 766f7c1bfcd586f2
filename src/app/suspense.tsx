import type { ComponentChildren } from 'preact';
import { ErrorBoundary } from 'preact-iso';

/** Shows nothing until a lazy part has come, and nothing if it cannot be loaded: the page around it works on. */
export function Suspense({ children }: { children: ComponentChildren }) {
  return (
    <ErrorBoundary onError={(failure: Error) => console.warn('A part of the page could not be loaded.', failure)}>
      {children}
    </ErrorBoundary>
  );
}
