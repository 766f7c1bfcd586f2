import { readFileSync } from 'node:fs';

/** Whatever a payload runs sets `window.ran`; whatever it loads comes from this host. */
export const LEAK = 'leak.example';

/** The payloads of one line, as the test of the renderer has them. */
const LINES = readFileSync(new URL('../../page/corpus/hostile.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);

/** Payloads that need several lines, or what only a browser does with them. */
const WHOLE = [
  '[click][x]\n\n[x]: javascript:window.ran=1',
  '[click][x]\n\n[x]: <java\nscript:window.ran=1>',
  '![pic][p]\n\n[p]: https://leak.example/p.png "title"',
  '![p]\n\n[p]: https://leak.example/shortcut.png',
  '```html\n<script>window.ran=1</script>\n<img src=x onerror=window.ran=1>\n```',
  '```"><img src=x onerror=window.ran=1>\ncode\n```',
  '~~~<script>window.ran=1</script>\n</code></pre><script>window.ran=1</script>\n~~~',
  '| a | b |\n|---|---|\n| <img src=x onerror=window.ran=1> | ![x](https://leak.example/t.png) |',
  '<style>\n@import "https://leak.example/i.css";\n</style>',
  '<div>\n\n<script>\nwindow.ran=1\n</script>\n\n</div>',
  '<svg><style><img src="</style><img src=x onerror=window.ran=1>">',
  '<math><mi xlink:href="data:x,<script>window.ran=1</script>">x</mi></math>',
  '<svg><use href="https://leak.example/u.svg#x"></use><image href="https://leak.example/i.svg"></image></svg>',
  '<a href="https://bank.example" target="_top" rel="opener">bank</a>\n\n[bank](https://bank.example)',
  'https://leak.example/auto and www.leak.example and somebody@leak.example',
  '<https://leak.example/angle> and <somebody@leak.example>',
  '[bank.example](https://evil.example/login)',
  '[https://bank.example/login?to=evil.example](https://evil.example/)',
  '[bank](https://bank.example@evil.example/)',
  'https://bank.example@evil.example/',
  '[\u202Eelpmaxe.knab](https://evil.example/)',
  '[аpple.example](https://аpple.example/)',
  '<img srcset="https://leak.example/1x.png 1x, https://leak.example/2x.png 2x" sizes="100vw">',
  '<meta http-equiv="Content-Security-Policy" content="script-src *">\n<meta http-equiv=refresh content="0;url=javascript:window.ran=1">',
  '<link rel=dns-prefetch href="//leak.example"><link rel=preconnect href="https://leak.example">',
  '> 1. <details open ontoggle=window.ran=1>\n>\n> ![x](//leak.example/n.png)',
  '<svg><set attributeName=href to=javascript:window.ran=1 /><foreignObject><iframe src=javascript:parent.ran=1></iframe></foreignObject></svg>',
  '<template shadowrootmode=open><img src=x onerror=window.ran=1></template>',
];

/** Answers with a mail address in them are not saved on a device, nor is what is said after them: they come last. */
export const looksPersonal = (payload: string): boolean => /\w@\w/.test(payload);

export const HOSTILE_ANSWERS: readonly string[] = [...LINES, ...WHOLE].sort(
  (a, b) => Number(looksPersonal(a)) - Number(looksPersonal(b)),
);

/** What a person types may look like anything too. */
export const HOSTILE_QUESTIONS: readonly string[] = [
  '<img src=x onerror=window.ran=1>',
  '"><script>window.ran=1</script>',
  '![x](https://leak.example/q.png)',
  '</title><svg onload=window.ran=1>',
  '**not bold** <b>not bold</b> [no link](javascript:window.ran=1) {{7*7}}',
];
