import { PLACES, type PagePlace } from './places.ts';

/**
 * What stands in the page before its script has run: the name and the way to each place, just where the script puts them. Made into
 * the HTML when the page is built; the first drawing of the script takes it over.
 */
export function shellOfPage(): string {
  const mark = (name: string): string => `<svg class="mark " aria-hidden="true"><use href="#${name}"></use></svg>`;
  const link = ({ href, name, mark: of }: PagePlace, look: string): string =>
    `<a class="${look}" href="${href}">${mark(of)}${name}</a>`;
  const name =
    '<a class="name" href="/" aria-label="Layover, start"><svg aria-hidden="true"><use href="#layover"></use></svg><b>Layover</b></a>';
  const rail = [
    name,
    ...PLACES.slice(0, 4).map((place) => link(place, 'go')),
    '<hr>',
    ...PLACES.slice(4).map((place) => link(place, 'go')),
    `<a class="go" href="/">${mark('plus')}New conversation</a>`,
  ];
  const tabs = PLACES.map((place) => link(place, ''));
  return (
    '<div class="app">' +
    `<nav class="rail" aria-label="Layover">${rail.join('')}</nav>` +
    `<div class="top"><header class="bar">${name}</header></div>` +
    '<main class="page" id="main"></main>' +
    `<nav class="tabs" aria-label="Layover, at the foot">${tabs.join('')}</nav>` +
    '</div>'
  );
}
