export function ConsoleView() {
  return <main class="page" id="main" tabIndex={-1} />;
}
